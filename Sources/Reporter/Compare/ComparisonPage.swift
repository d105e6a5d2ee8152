import ModelSpec

extension RecordComparison {
  /// The comparison as a page: the verdict, what it rests on, and every cell, most urgent first.
  public var page: Page {
    var blocks: [Page.Block] = [
      .title(
        "Tenfold comparison: \(verdict.rawValue), \(base.revision.short) to \(head.revision.short)"),
      verdict == .regression || verdict == .inconclusive ? .warning(summary) : .paragraph(summary),
      .facts([
        .init("Base", Self.origin(base)), .init("Head", Self.origin(head)),
        .init("Machine", head.record.machine.hardware),
        .init("Tolerance", Figures.percent(tolerance)),
      ]),
    ]
    if !cautions.isEmpty { blocks += [.heading("Cautions"), .list(cautions)] }
    if hasWhole { blocks += [.heading("All cells together"), .table(wholeTable)] }
    if !cells.isEmpty { blocks += [.heading("Cells"), .paragraph(legend), .table(cellTable)] }
    blocks += unsteadyNote + missing
    return Page(blocks)
  }

  private static func origin(_ named: NamedRecord) -> String {
    let (tool, status) = (named.record.tool, named.record.status)
    let state = status == .complete ? "" : ", \(status.rawValue)"
    return "\(named.name), \(named.record.created), tenfold \(tool.version), "
      + "commit \(named.commit ?? MachineIdentity.unknown)\(state)"
  }

  /// What all cells together say of each quantity.
  var wholeTable: Table {
    Table(
      columns: [
        .init("quantity"), .init("change, %", .right), .init("cells", .right), .init("verdict"),
      ],
      rows: ComparedQuantity.allCases.map { quantity in
        let whole = whole[quantity]
        return Table.Row([
          .init(quantity.name), .init(whole.change?.columnText ?? "-"),
          .init("\(whole.steadyCells)"), Self.entry(ofBuilds(whole.verdict)),
        ])
      })
  }

  private var legend: String {
    "Changes from BASE to HEAD in percent: of the time ratio, which shrinks where a saving is lost, and "
      + "of the candidate's seconds per pass. Intervals of a cell have 90 % confidence, those of all "
      + "cells together 98 %; they cover rounds, what runs of one build differ by, and what the machine's "
      + "own ceilings did in between. A pass excludes a loss of "
      + "\(Figures.percent(ComparePolicy(accepting: tolerance).excludedFraction))."
  }

  private var cellTable: Table {
    let names = CellNames(cells.map(\.cell))
    var columns = [.init("cell")] + names.columns
    columns += [
      .init("ratio, %", .right), .init("candidate, %", .right), .init("verdict"),
    ]
    let rows = cells.map { compared -> Table.Row in
      let cell = compared.cell
      var row = [.init(cell.pairing(" / "))] + names.entries(of: cell)
      row += [
        .init(compared.quantities.timeRatio.change.columnText),
        .init(compared.quantities.candidateSeconds.change.columnText),
        Self.entry(ofBuilds(compared.verdict)),
      ]
      return Table.Row(row, detail: compared.baselineRemark)
    }
    return Table(columns: columns, rows: rows, detailTitle: "baseline")
  }

  private static func entry(_ verdict: CompareVerdict) -> Table.Entry {
    .init(verdict.rawValue, tone: verdict.tone)
  }

  private var unsteadyNote: [Page.Block] {
    let unsteady = cells.compactMap(\.unsteadyBandwidths)
    guard !unsteady.isEmpty else { return [] }
    let rates = unsteady.flatMap { [$0.base, $0.head] }
    let (least, most) = (rates.min() ?? 0, rates.max() ?? 0)
    return [
      .paragraph(
        "Beside \(Figures.count(unsteady.count, "cell")) the machine's own speed differed too much between "
          + "the runs for times to tell; it read \(Figures.rate(bytesPerSecond: least)) to "
          + "\(Figures.rate(bytesPerSecond: most)).")
    ]
  }

  /// The cells that are not compared, each with its reason.
  private var missing: [Page.Block] {
    guard !uncompared.isEmpty else { return [] }
    let shown = uncompared.prefix(Self.mostListed).map { "\($0.id): \($0.reason)" }
    let rest = uncompared.count - shown.count
    return [
      .heading("Not compared"),
      .list(shown + (rest > 0 ? ["and \(rest) more; --format json lists all"] : [])),
    ]
  }

  /// More cells than anybody reads one by one.
  private static let mostListed = 200
}

extension ComparePolicy {
  /// The loss that a pass excludes, as a fraction.
  fileprivate var excludedFraction: Double {
    ChangeEstimate(.candidateSeconds, loss: excluded, from: excluded, to: excluded).median
  }
}

extension ComparedCell {
  /// What became of the baseline's time, where neither the candidate's time nor the ratio has the
  /// same verdict and it is not a pass.
  fileprivate var baselineRemark: String? {
    let baseline = quantities.baselineSeconds
    let others = [quantities.candidateSeconds.verdict, quantities.timeRatio.verdict]
    guard baseline.verdict != .pass, !others.contains(baseline.verdict) else { return nil }
    return "baseline time \(baseline.change.text): \(baseline.verdict.rawValue)"
  }
}
