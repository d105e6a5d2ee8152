import Testing

@testable import ModelSpec
@testable import Reporter

@Suite("Pictures of scenarios")
struct ScenarioChartTests {
  private let pairing: ScenarioPairing

  init() throws {
    pairing = ScenarioPairing(
      candidate: try #require(Catalogue.architecture(id: "olmoe-1b-7b")),
      baseline: try #require(Catalogue.architecture(id: "llama2-7b")))
  }

  /// What a scenario finds where every pass of the baseline takes three times as long.
  private func document(
    _ name: String, _ settings: [(String, String)] = []
  ) throws -> ScenarioDocument {
    let scenario = try Scenarios.scenario(named: name)
    let assumptions = try Assumptions(of: scenario, settings: settings)
    let record = ChartSample.record(
      try scenario.passes(assumptions).map { pass in
        var cell = ChartSample.cell(
          pairing.candidate.id, pairing.baseline.id, tokens: 1, flopRatio: 4, roofline: 4,
          Sample.estimate(2.8, 3, 3.1))
        cell.workload = pass.workload(hasBlocks: pairing.hasBlocks)
        cell.sides.candidate.flops = Int(try #require(pairing.candidate.flops(of: cell.workload)))
        cell.sides.baseline.flops = Int(try #require(pairing.baseline.flops(of: cell.workload)))
        return cell
      })
    return try ScenarioDocument(scenario, assumptions, PassTimes([record], pairing: pairing))
  }

  private func chart(_ name: String, _ settings: [(String, String)] = []) throws -> Chart {
    try #require(ScenarioChart(try document(name, settings))?.chart)
  }

  @Test("is the one that was looked at")
  func golden() throws {
    try expectGolden(try chart("bill"), "bill")
  }

  @Test(
    "are sound, and have a mark for every number of their table",
    arguments: [
      "whole-model", "shorter-reasoning", "parallel-agents", "image-tokens", "rule-offload", "bill",
    ])
  func sound(_ name: String) throws {
    let chart = try chart(name)
    expectSound(chart)
    try expectApart(chart)
    let hints = try #require(ParsedDrawing(chart.svg)).hints
    let numbers = chart.table.rows.flatMap { $0.entries.dropFirst().map(\.text) }
    #expect(hints.count == numbers.count)
    for (hint, number) in zip(hints, numbers) { #expect(hint.hasSuffix(number)) }
  }

  @Test("stand what is asked at the ends", arguments: ["0", "1"])
  func ends(_ share: String) throws {
    expectSound(try chart("image-tokens", [("share", share)]))
    expectSound(try chart("rule-offload", [("share", share)]))
  }

  @Test("leave out what has no place on their axis")
  func nothing() throws {
    let free = try chart("bill", [("dollars_per_month", "0")])
    expectSound(free)
    #expect(free.table.rows.count == 5)
    let idle = try chart("bill", [("dollars_per_month", "0"), ("requests_per_month", "0")])
    #expect(idle.table.rows.count == 4, "a bill without a dollar has no row")
    #expect(ScenarioChart(try document("pre-training")) == nil)
  }

  @Test("are on the page of a scenario and of a record that holds its passes")
  func pages() throws {
    let found = try document("parallel-agents")
    let html = HTMLPage.render(ScenarioReport.page(of: found))
    #expect(html.contains("How long the same thinking takes") && html.contains("<svg"))
    // Claims on parallel agents are about this pairing, whose blocks are not computed: passes are of their rows.
    let (candidate, baseline) = ("muse-spark-open-816b-a42b", "llama4-maverick")
    let models = (
      candidate: try #require(Catalogue.architecture(id: candidate)),
      baseline: try #require(Catalogue.architecture(id: baseline))
    )
    let cells = try [1, 8, 1024].map { tokens in
      let workload = Workload(.feedForward, tokens: tokens)
      let flops = Double(try #require(models.baseline.flops(of: workload)))
      let ratio = flops / Double(try #require(models.candidate.flops(of: workload)))
      // Three quarters of the saving are realised.
      return ChartSample.cell(
        candidate, baseline, tokens: tokens, flopRatio: ratio, roofline: ratio,
        Sample.estimate(0.7 * ratio, 0.75 * ratio, 0.8 * ratio), intensity: (8, 8),
        speed: (215, 215 * 0.75),
        shares: (215 / (8 * 46.4), 215 * 0.75 / (8 * 46.4)), flops: flops)
    }
    let report = try Report(
      records: [NamedRecord(name: "r.json", record: ChartSample.record(cells))], claims: [])
    let page = HTMLPage.render(report.illustratedPage)
    #expect(page.contains("How long the same thinking takes"))
    let charts = ChartCollection(try #require(report.sections.first))
    #expect(
      charts.scenarios.compactMap(\.command?.text).contains(
        "tenfold scenario parallel-agents \(candidate) \(baseline) --record r.json"))
    #expect(!page.contains("Bills before"))
  }
}
