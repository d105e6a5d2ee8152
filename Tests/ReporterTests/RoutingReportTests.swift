import ModelSpec
import Testing

@testable import Reporter

@Suite("Recorded routing")
struct RoutingReportTests {
  private func cell(_ routing: RoutingSummary, baseline: String = "iso-active") -> Cell {
    var cell = Sample.cell(
      "olmoe-1b-7b", baseline, tokens: 16, flopRatio: 1, Sample.estimate(0.9, 1, 1.1))
    cell.routing = routing
    return cell
  }

  private var traced: RoutingSummary {
    var routing = RoutingSummary(
      kind: "trace", alpha: nil, seed: 1, distinctExperts: 40.25, maxOverMean: 5.5, gini: 0.41)
    routing.source = "/data/chat|\u{1B}[31m.jsonl"
    routing.layer = 3
    routing.digest = "85944171f73967e8"
    routing.tokensInTrace = 1000
    routing.fittedAlpha = 0.834
    return routing
  }

  @Test("is called by its file in every table")
  func names() throws {
    #expect(traced.condition.option == "trace:/data/chat|\u{1B}[31m.jsonl#layer=3")
    #expect(traced.condition.label == "trace:chat|\u{1B}[31m.jsonl#3")
    let text = TextPage.render(
      Report(
        records: [try NamedRecord(name: "r", record: Sample.record([cell(traced)]))], claims: []
      ).page)
    #expect(text.contains("trace:chat|.jsonl#3"))
    #expect(!text.contains("\u{1B}"))
    #expect(!text.contains("/data"))
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
  }

  /// Files of one name in two folders are told apart by as much of their paths as that takes.
  @Test("is told apart from one of the same name in another folder, in every table and picture")
  func folders() throws {
    func recording(_ path: String) -> Cell {
      var routing = traced
      routing.source = path
      routing.layer = nil
      var cell = cell(routing)
      cell.explanation = Explanation(
        factors: [.init(.router, baseline: 1, candidate: 1)], rest: cell.realisedShare)
      return cell
    }
    let cells = ["/data/monday/chat.jsonl", "/data/friday/chat.jsonl", "other.jsonl"]
      .map(recording)
    let named = try NamedRecord(name: "r", record: Sample.record(cells))
    let report = Report(records: [named], claims: [])
    let words = ["trace:monday/chat.jsonl", "trace:friday/chat.jsonl", "trace:other.jsonl"]
    let text = TextPage.render(report.page)
    for word in words {
      // Ratios, routing and the explanation.
      #expect(text.split(separator: word).count >= 4, "\(word) in \(text)")
    }
    #expect(!text.contains("/data"))
    let titles = ChartCollection(report.sections[0]).waterfalls.map(\.title)
    for (title, word) in zip(titles, words) { #expect(title.contains(word)) }
    #expect(titles.count == 3)
    #expect(RoutingCondition.labels(of: []).isEmpty)
    let same = RoutingCondition(kind: "trace", source: "/")
    #expect(RoutingCondition.labels(of: [same]) == [same: "trace:/"])
  }

  @Test("shares a row between cells that route alike, and tells the fitted exponent")
  func rows() {
    let uniform = RoutingSummary(
      kind: "uniform", alpha: nil, seed: 1, distinctExperts: 57, maxOverMean: 2.25, gini: 0.3)
    let cells = [
      cell(uniform), cell(uniform, baseline: "iso-total"), cell(traced),
      cell(traced, baseline: "b"),
    ]
    let text = TextPage.render(Page(RoutingTable(Sample.record(cells)).blocks))
    #expect(
      text.hasSuffix(
        """
        candidate    tokens  routing              experts  max/mean  Gini  fitted
        olmoe-1b-7b      16  uniform                   57     2.25x   0.3
                         16  trace:chat|.jsonl#3     40.3      5.5x  0.41  zipf:0.834

        """), "\(text)")
  }

  @Test("is not told of candidates that route nothing")
  func dense() {
    var none = traced
    none.distinctExperts = 0
    #expect(RoutingTable(Sample.record([cell(none)])).blocks.isEmpty)
  }

  private var document: RoutingDocument {
    RoutingDocument(
      source: "chat.jsonl", kind: "trace", digest: "85944171f73967e8",
      layers: [
        .init(layer: 0, tokens: 90, choices: 180), .init(layer: 3, tokens: 100, choices: 200),
      ],
      layer: 3, tokens: 100, topK: 2, experts: 8, architecture: "mixtral-8x7b", expertsSeen: 7,
      maxOverMean: 1.6, gini: 0.25,
      passes: [
        .init(
          tokens: 16, passes: 6, distinctExperts: 6.5, distinctExpertsIfIndependent: 7.25,
          distinctExpertsIfUniform: 7.92, maxOverMean: 2, gini: 0.3125)
      ],
      zipf: .init(alpha: 0.834, distance: 0.0123, gini: 0.26, isClose: true, routing: "zipf:0.83"))
  }

  @Test("is laid out as a page")
  func page() {
    #expect(
      TextPage.render(RoutingReport.page(of: document)).hasPrefix(
        """
        Routing of chat.jsonl

        Holds     100 tokens, 2 experts each
        Layers    2, of which this is layer 3; FILE#layer=N shows another
        Experts   7 seen, of the 8 that mixtral-8x7b has
        Skew      busiest expert 1.6x the mean, Gini coefficient 0.250
        Zipf      exponent 0.834, distance 0.0123, Gini coefficient 0.260: --routing zipf:0.83 resembles it
        Checksum  fnv1a 85944171f73967e8

        Passes
        ------

        tokens  passes  experts read  if independent  if uniform  max/mean   Gini
            16       6          6.50            7.25        7.92        2x  0.313

        """))
  }

  @Test("says when no exponent resembles it, and when counts need a model")
  func reservations() {
    #expect(!TextPage.render(RoutingReport.page(of: document)).contains("begins again"))
    var short = document
    short.tokens = 15
    #expect(TextPage.render(RoutingReport.page(of: short)).contains("begins again"))
    var far = document
    far.zipf?.isClose = false
    #expect(TextPage.render(RoutingReport.page(of: far)).contains("and not near; give the file"))
    var few = document
    few.zipf = nil
    #expect(TextPage.render(RoutingReport.page(of: few)).contains("Zipf      no exponent"))
    var drawn = document
    drawn.kind = "histogram"
    #expect(MarkdownPage.render(RoutingReport.page(of: drawn)).contains("Passes were drawn"))
    var counts = document
    counts.kind = "histogram"
    counts.tokens = nil
    counts.topK = nil
    counts.architecture = nil
    counts.passes = []
    counts.zipf = nil
    let text = TextPage.render(RoutingReport.page(of: counts))
    #expect(text.contains("counts of 200 choices"))
    #expect(text.contains("name the model with --architecture"))
  }
}
