import ModelSpec

/// Writes what two builds differ by as comma-separated values, a row for each cell, in the manner of
/// `CSVExport`.
public enum ChangeCSV {
  /// A header row with the names of the columns, then the cells, most urgent first.
  public static func render(_ report: ChangeReport) -> String {
    CSVTable(columns: columns(of: report)).render(report.cells)
  }

  private typealias Column = CSVTable<ChangeReport.Cell>.Column

  private static func columns(of report: ChangeReport) -> [Column] {
    let origin = [
      Column("created") { _ in .text(report.created) },
      Column("fingerprint") { _ in .text(report.machine.fingerprint) },
      Column("base") { _ in .text(report.base.name) },
      Column("base_commit") { _ in .text(report.base.commit ?? "") },
      Column("head") { _ in .text(report.head.name) },
      Column("head_commit") { _ in .text(report.head.commit ?? "") },
    ]
    let cell = [
      Column("cell") { .text($0.id) }, Column("verdict") { .text($0.verdict.rawValue) },
      Column("reason") { .text($0.reason) },
      Column("change") { .number($0.change?.median) },
      Column("change_low") { .number($0.change?.low) },
      Column("change_high") { .number($0.change?.high) },
    ]
    let rest = [
      Column("rounds") { .count($0.rounds) }, Column("bound") { .number($0.bound) },
      Column("detectable") { .number($0.detectable) },
      Column("probability") { .number($0.probability) },
      Column("command") { .text($0.command ?? "") },
    ]
    return origin + cell + seconds("base") { $0.base } + seconds("head") { $0.head } + rest
      + work(of: report)
  }

  private static func seconds(
    _ side: String, _ estimate: @escaping @Sendable (ChangeReport.Cell) -> Estimate?
  ) -> [Column] {
    [
      Column("\(side)_seconds") { .number(estimate($0)?.value) },
      Column("\(side)_seconds_low") { .number(estimate($0)?.interval?.low) },
      Column("\(side)_seconds_high") { .number(estimate($0)?.interval?.high) },
    ]
  }

  /// Two columns for each count of any cell, behind all others, for their names come from benchmarks.
  private static func work(of report: ChangeReport) -> [Column] {
    var taken: Set<String> = []
    return report.cells.flatMap(\.work).map(\.name).uniqued().flatMap { name in
      let column = Escaping.numbered(SpreadsheetText.plain("work_\(name)"), besides: &taken)
      func count(_ side: KeyPath<GateDocument.WorkCount, Int?> & Sendable)
        -> @Sendable (ChangeReport.Cell) -> CSVValue
      {
        { cell in
          cell.work.first { $0.name == name }?[keyPath: side].map { .count($0) } ?? .text("")
        }
      }
      return [
        Column("\(column)_base", count(\.base)),
        Column("\(column)_head", count(\.head)),
      ]
    }
  }
}
