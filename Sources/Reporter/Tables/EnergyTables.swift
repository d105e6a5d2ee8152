import ModelSpec

/// Joules of both sides of each cell and their ratio, beside the ratio of times.
struct EnergyTables {
  private let record: Record
  private let cells: [(cell: Cell, energy: EnergyUse)]

  init(_ record: Record) {
    self.record = record
    cells = record.cells.compactMap { cell in cell.energy.map { (cell, $0) } }
  }

  /// A heading with a table, or with the sentence that the machine does not tell; nothing without cells.
  var blocks: [Page.Block] {
    guard !record.cells.isEmpty else { return [] }
    guard !cells.isEmpty else { return [.heading("Energy"), .paragraph(Self.untold)] }
    let zones = record.machine.energyZones?.joined(separator: ", ") ?? MachineIdentity.unknown
    return [
      .heading("Energy"),
      .paragraph(
        "What \(zones) took while a side ran (RAPL), idle parts included: mean power of its slices times "
          + "the seconds of a pass. Above 1x the candidate saves."),
      .table(table),
    ]
  }

  /// What the first screen says of it.
  var summary: String {
    let ratios = cells.map(\.energy.ratio.median)
    guard let least = ratios.min(), let most = ratios.max() else { return Self.untold }
    return "joules of baseline / candidate from \(Figures.measuredRatio(least)) to "
      + "\(Figures.measuredRatio(most)) in \(Figures.count(cells.count, "cell"))"
  }

  private static let untold =
    "This machine does not tell what energy it takes: /sys/class/powercap has no counters that this user may "
    + "read."

  private var table: Table {
    let names = CellNames(record.cells)
    return Table(
      columns: [
        .init("cell"), .init("baseline J/token", .right), .init("candidate J/token", .right),
        .init("energy ratio", .right), .init("time ratio", .right),
      ],
      rows: cells.map { cell, energy in
        let joules = energy.joulesPerToken
        return Table.Row([
          .init("\(cell.candidate) / \(cell.baseline), \(names.conditions(of: cell))"),
          .init(Figures.significant(joules.baseline)), .init(Figures.significant(joules.candidate)),
          .init(
            "\(Figures.measuredRatio(energy.ratio.median)) "
              + Figures.interval(energy.ratio.low, energy.ratio.high)),
          .init(Figures.measuredRatio(cell.timeRatio.median)),
        ])
      })
  }
}
