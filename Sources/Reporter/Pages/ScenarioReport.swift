import LayerSpec
import ModelSpec

/// Scenarios for a reader.
public enum ScenarioReport {
  /// A page that lists all scenarios with their assumptions.
  public static func page(listing scenarios: [any Scenario]) -> Page {
    let table = Table(
      columns: [.init("scenario"), .init("answers"), .init("assumptions")],
      rows: scenarios.map { scenario in
        Table.Row([
          .init(scenario.name), .init(scenario.question),
          .init(
            scenario.assumptions.map { "\($0.key)=\(number($0.usual))" }.joined(separator: " ")),
        ])
      })
    return Page([
      .title("Scenarios"), .table(table),
      .paragraph(
        "tenfold scenario NAME ARCH BASELINE measures what the formula needs; --record takes it from a record, "
          + "--set KEY=VALUE changes an assumption."),
    ])
  }

  /// A page of what one scenario found.
  public static func page(of document: ScenarioDocument) -> Page {
    var blocks: [Page.Block] = [
      .title(document.question),
      .facts(
        [
          .init("Answer", "\(written(document.value, document.unit)): \(document.valueName)"),
          .init(
            "Models",
            document.candidate + (document.baseline.map { " against \($0)" } ?? "")),
          .init("Formula", document.formula),
        ] + (document.measuredWith.map { [.init("Passes", $0)] } ?? [])),
    ]
    blocks += ([document.caution].compactMap(\.self) + document.cautions).map { .warning($0) }
    if let chart = ScenarioChart(document)?.chart { blocks.append(.chart(chart)) }
    blocks += [.table(values(of: document)), .heading("Assumptions"), .table(given(in: document))]
    if !document.inputs.isEmpty {
      blocks += [
        .heading("Measured"), .table(inputs(of: document)),
        .paragraph(
          "Tokens are those of a prompt or a training sequence, and of a step those in each sequence's cache. "
            + "Counted is the part of the candidate's seconds that was not timed but counted (\(document.countedParts)), "
            + "at the share of the roofline that the timed part reached. Intervals are those of the measured "
            + "passes, carried through the formula end to end."),
      ]
    }
    return Page(blocks)
  }

  private static func values(of document: ScenarioDocument) -> Table {
    Table(
      columns: [.init(""), .init("value", .right), .init("interval", .right), .init("unit")],
      rows: document.values.map { value in
        Table.Row([
          .init(value.name), .init(Figures.significant(value.value.median, trimmed: true)),
          .init(interval(value.value)), .init(value.unit ?? "ratio"),
        ])
      })
  }

  private static func given(in document: ScenarioDocument) -> Table {
    Table(
      columns: [.init("--set"), .init("value", .right), .init("what it is")],
      rows: document.given.map { given in
        Table.Row([
          .init(given.key), .init(number(given.value), tone: given.isUsual ? .plain : .open),
          .init(given.meaning + (given.isUsual ? "" : " (set)")),
        ])
      })
  }

  private static func inputs(of document: ScenarioDocument) -> Table {
    let hasBaseline = document.baseline != nil
    return Table(
      columns: [
        .init("pass"), .init("sequences", .right), .init("tokens", .right), .init("timed as"),
        .init("candidate", .right),
      ]
        + (hasBaseline ? [.init("baseline", .right), .init("ratio", .right)] : [])
        + [.init("counted", .right), .init("width")],
      rows: document.inputs.map { input in
        Table.Row(
          [
            .init(input.kind), .init("\(input.sequences)"), .init("\(input.tokens)"),
            .init(input.workload.rawValue),
            .init(seconds(input.candidateSeconds.median)),
          ]
            + (hasBaseline
              ? [
                .init(input.baselineSeconds.map { seconds($0.median) } ?? "-"),
                .init(input.ratio.map { Figures.measuredRatio($0.median) } ?? "-"),
              ] : [])
            + [.init(Figures.percent(input.countedShare)), .init(input.scaled ?? "1")])
      })
  }

  /// `7.8x [7.5x, 8.1x]`, `12.3 [12.0, 12.5] tokens/s`.
  private static func written(_ quantity: Quantity, _ unit: String?) -> String {
    guard let unit else {
      return Figures.measuredRatio(quantity.median)
        + (quantity.low < quantity.high ? " \(Figures.interval(quantity.low, quantity.high))" : "")
    }
    let number = Figures.significant(quantity.median, trimmed: true)
    return (quantity.low < quantity.high ? "\(number) \(interval(quantity))" : number) + " \(unit)"
  }

  private static func interval(_ quantity: Quantity) -> String {
    guard quantity.low < quantity.high else { return "exact" }
    return "[\(Figures.significant(quantity.low)), \(Figures.significant(quantity.high))]"
  }

  private static func seconds(_ seconds: Double) -> String {
    seconds < 1
      ? "\(Figures.significant(seconds * 1000)) ms" : "\(Figures.significant(seconds)) s"
  }

  /// A whole number as it is, any other as it was given, those beyond ten million in powers of ten.
  private static func number(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e7 { return "\(Int(value))" }
    return abs(value) < 1e7 ? "\(value)" : Figures.significant(value, trimmed: true)
  }
}

extension Report.Section {
  /// What the scenarios that claims of a pairing of the record are decided by come to, by their usual assumptions;
  /// those whose passes the record does not hold are left out.
  var scenarios: [ScenarioDocument] {
    var record = named.record
    record.cells = Verdicts.judgedCells(of: record)
    return record.pairings.compactMap { cells -> ScenarioPairing? in
      guard let cell = cells.first,
        let candidate = Catalogue.architecture(id: cell.candidate),
        let baseline = Catalogue.architecture(id: cell.baseline)
      else { return nil }
      return ScenarioPairing(candidate: candidate, baseline: baseline)
    }.uniqued().flatMap { pairing in
      let claimed = ClaimLedger.claims.filter { claim in
        claim.modelID == pairing.candidate.id
          && [nil, pairing.baseline.id].contains(claim.baselineID)
      }.compactMap(\.test.scenario?.scenario)
      let times = PassTimes([record], pairing: pairing)
      return Scenarios.table.filter { claimed.contains($0.name) }.compactMap { scenario in
        try? ScenarioDocument(scenario, Assumptions(of: scenario), times)
      }
    }
  }
}
