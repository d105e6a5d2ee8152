import ModelSpec

/// What a gate found, for a reader: the verdict, what it rests on, and every cell, most urgent first.
public enum GateReport {
  /// A page of the document, which `tenfold gate` prints and `tenfold report` prints again.
  public static func page(of document: GateDocument) -> Page {
    let isOpen = document.verdict == .regression || document.verdict == .inconclusive
    var blocks: [Page.Block] = [
      .title("Tenfold gate: \(document.verdict.rawValue)"),
      isOpen ? .warning(document.summary) : .paragraph(document.summary),
      .facts(facts(document)),
    ]
    if !document.cautions.isEmpty { blocks += [.heading("Cautions"), .list(document.cautions)] }
    if !document.controls.isEmpty {
      blocks += [
        .heading("Controls"),
        .paragraph(
          "The base against itself, as it is or changed in a known way. A gate that does not find what is "
            + "there, or finds what is not, cannot tell of other cells either."),
        .table(controls(document)),
      ]
    }
    if !document.cells.isEmpty {
      blocks += [.heading("Cells"), .paragraph(legend), .table(cells(document))]
    }
    return Page(blocks + counts(document) + commands(document))
  }

  private static func facts(_ document: GateDocument) -> [Page.Fact] {
    let status = document.status == .complete ? "" : ", \(document.status.rawValue)"
    let options = document.options
    let budget =
      options.budgetSeconds.map { " of \(Figures.significant($0, trimmed: true)) s allowed" } ?? ""
    return [
      .init("Base", origin(document.base)), .init("Head", origin(document.head)),
      .init("Machine", document.machine.hardware),
      .init("Fingerprint", document.machine.fingerprint),
      .init(
        "Asked for",
        "slowdowns of \(Figures.percent(options.detect)) are to be seen, of "
          + "\(Figures.percent(options.tolerance)) are accepted; unchanged code is called a regression in at "
          + "most \(Figures.percent(options.suiteErrorRate)) of runs"),
      .init(
        "Measured",
        "\(document.created), \(Figures.significant(document.seconds, trimmed: true)) s\(budget)\(status), "
          + "seed \(options.seed), by tenfold \(document.tool.version), commit \(document.tool.commit)"
      ),
      .init("Cells", tally(document)),
    ]
  }

  private static func origin(_ origin: GateDocument.Origin) -> String {
    let digest = origin.digest.map { ", SHA-256 \($0.prefix(shownDigits))" } ?? ""
    return origin.name + (origin.commit.map { ", commit \($0)" } ?? "") + digest
  }

  /// Digits of a digest that tell two builds apart for a reader; the document has all.
  private static let shownDigits = 12

  /// How many cells have each verdict: `20: 18 pass, 1 regression, 1 inconclusive`.
  private static func tally(_ document: GateDocument) -> String {
    let parts = CompareVerdict.allCases.compactMap { verdict -> String? in
      let count = document.cells.count { $0.verdict == verdict }
      return count > 0 ? "\(count) \(verdict.rawValue)" : nil
    }
    return (["\(document.cells.count)"] + (parts.isEmpty ? [] : [parts.joined(separator: ", ")]))
      .joined(separator: ": ")
  }

  private static func controls(_ document: GateDocument) -> Table {
    Table(
      columns: [
        .init("control"), .init("cell"), .init("treatment"), .init("change, %", .right),
        .init("p", .right), .init("pairs", .right), .init("result"),
      ],
      rows: document.controls.map { control in
        Table.Row([
          .init(control.name), .init(control.cell), .init(control.treatment),
          .init(control.change?.columnText ?? "-"), .init(probability(control.probability)),
          .init("\(control.pairs.count)"),
          .init(control.passed ? "passed" : "broken", tone: control.passed ? .good : .bad),
        ])
      })
  }

  private static let legend =
    "Seconds are those of a pass. Changes from base to head are in percent, above zero for slower, with their "
    + "interval over pairs of processes. Bound is the slowdown that is excluded with 95 % confidence; can see "
    + "is the slowdown that pairs as many and as noisy as these find nine times in ten."

  private static func cells(_ document: GateDocument) -> Table {
    let cells = CompareVerdict.allCases.flatMap { verdict in
      document.cells.filter { $0.verdict == verdict }
    }
    return Table(
      columns: [
        .init("cell"), .init("base", .right), .init("head", .right), .init("change, %", .right),
        .init("bound", .right), .init("can see", .right), .init("pairs", .right),
        .init("verdict"),
      ],
      rows: cells.map { cell in
        let confirmed = cell.confirmation.isEmpty ? "" : "+\(cell.confirmation.count)"
        return Table.Row(
          [
            .init(cell.id), .init(cell.baseSeconds.map(Figures.seconds) ?? "-"),
            .init(cell.headSeconds.map(Figures.seconds) ?? "-"),
            .init(cell.change?.columnText ?? "-"),
            .init(cell.bound.map(Figures.percent) ?? "-"),
            .init(cell.detectable.map(Figures.percent) ?? "-"),
            .init("\(cell.screen.count)\(confirmed)"),
            .init(cell.verdict.rawValue, tone: cell.verdict.tone),
          ],
          detail: reason(cell))
      }, detailTitle: "reason")
  }

  /// Why the cell has its verdict; for one that passes by its bound alone the columns say it already.
  private static func reason(_ cell: GateDocument.Cell) -> String? {
    let probability = cell.probability.map { "p = \(Figures.significant($0, digits: 2))" }
    let isPlain = cell.verdict == .pass && cell.confirmation.isEmpty
    let parts = [cell.reason.isEmpty ? nil : cell.reason, isPlain ? nil : probability]
      .compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func probability(_ probability: Double?) -> String {
    probability.map { Figures.significant($0, digits: 2) } ?? "-"
  }

  /// Counts of a pass that differ between the builds: what changed, where there is no noise.
  private static func counts(_ document: GateDocument) -> [Page.Block] {
    let changed = document.cells.flatMap { cell in
      cell.work.filter { $0.base != $0.head }.map { (cell, $0) }
    }
    guard !changed.isEmpty else { return [] }
    return [
      .heading("Counts that differ"),
      .paragraph("How often a pass does something, which is the same every time within a build."),
      .table(
        Table(
          columns: [
            .init("cell"), .init("count"), .init("base", .right), .init("head", .right),
          ],
          rows: changed.prefix(mostListed).map { cell, count in
            Table.Row([
              .init(cell.id), .init(count.name),
              .init(count.base.map(Figures.grouped) ?? "-"),
              .init(count.head.map(Figures.grouped) ?? "-"),
            ])
          })),
    ]
      + (changed.count > mostListed
        ? [.paragraph("and \(changed.count - mostListed) more; --format json holds all.")] : [])
  }

  /// What would resolve the cells that are inconclusive, each command once.
  private static func commands(_ document: GateDocument) -> [Page.Block] {
    let commands = document.cells.compactMap(\.command).uniqued()
    guard !commands.isEmpty else { return [] }
    return [.heading("To tell what is inconclusive")]
      + commands.prefix(mostCommands).map { .command($0) }
      + (commands.count > mostCommands
        ? [.paragraph("and \(commands.count - mostCommands) more; --format json holds all.")] : [])
  }

  /// More counts than anybody reads one by one.
  private static let mostListed = 200
  /// More commands than anybody runs.
  private static let mostCommands = 10
}
