import ModelSpec

/// Vendors' own delivered shares, beside the realised shares of the same pairings on this machine.
struct YardstickTables {
  private let yardsticks: [Yardstick]
  /// The record that they are held against; `nil` for a list of all yardsticks.
  private let record: Record?
  /// The cells of the record that decide anything.
  private let cells: [Cell]

  /// The yardsticks of a record's candidates; nothing for a record about others.
  init(_ record: Record) {
    self.record = record
    cells = Verdicts.judgedCells(of: record)
    let candidates = Set(record.cells.map(\.candidate))
    yardsticks = Yardstick.all.filter { candidates.contains($0.candidateID) }
  }

  /// All yardsticks, with the commands that measure them here.
  init() {
    yardsticks = Yardstick.all
    record = nil
    cells = []
  }

  /// A heading, what it means and a table; nothing without yardsticks.
  var blocks: [Page.Block] {
    guard !yardsticks.isEmpty else { return [] }
    return [.heading("Vendors' own yardsticks"), .paragraph(legend), .table(table)]
  }

  private var legend: String {
    let subjects = WorkloadPhrases(yardsticks.map(\.workload)).subjects
    return
      "What vendors' measurements on accelerators delivered of what counting says of their own models: "
      + "measured / analytic. Here is the same share of the same pair on this machine, \(subjects) "
      + "only; training is held against training steps, all else against forward passes."
  }

  private var table: Table {
    Table(
      columns: [
        .init("vendor's pair"), .init("of"), .init("analytic", .right), .init("measured", .right),
        .init("delivered", .right), .init("here"),
      ],
      rows: yardsticks.map { yardstick in
        let claim = yardstick.claim
        let here = here(yardstick)
        return Table.Row(
          [
            .init("\(claim.model) / \(claim.baseline)"), .init(yardstick.kind),
            .init(Figures.ratio(yardstick.analytic)),
            .init(Figures.claimed(yardstick.measured, claim.qualifier)),
            .init(Self.wholePercent(yardstick.deliveredShare)), here.entry,
          ], detail: ([source(claim)] + here.notes).joined(separator: " "))
      }, detailTitle: "source")
  }

  private func source(_ claim: Claim) -> String {
    let conditions = claim.conditions.map { ": \($0)" } ?? ""
    return "\(claim.source.title), \(claim.source.place)\(conditions)."
  }

  /// The realised shares on this machine, or the command that measures them.
  private func here(_ yardstick: Yardstick) -> (entry: Table.Entry, notes: [String]) {
    let own = cells.filter {
      $0.candidate == yardstick.candidateID && $0.workload.kind == yardstick.workload
        && yardstick.rows.contains($0.workload.rows)
    }
    let same = own.filter { yardstick.baselineIDs.contains($0.baseline) }
    if !same.isEmpty { return (.init(shares(same)), ["Here: \(conditions(same))."]) }
    let command = "\(missing(yardstick).measured(as: record).clause)."
    let nearest = own.filter { $0.baseline == Self.nearestBaseline }
    guard !nearest.isEmpty else { return (.init("not measured", tone: .faint), [command]) }
    return (
      .init("\(shares(nearest)) of another pair"),
      [
        "Here: not this pair but the model against its own dense counterpart (\(Self.nearestBaseline)), "
          + "\(conditions(nearest)); \(command)"
      ]
    )
  }

  private func missing(_ yardstick: Yardstick) -> MissingPairing {
    var missing = MissingPairing(of: yardstick.claim, workload: yardstick.workload)
    // The default sizes reach from one row to some hundreds.
    missing.rows = yardstick.rows == 1...Int.max ? nil : yardstick.rows.lowerBound
    return missing
  }

  /// Vendors' figures have two digits, and so has what follows from them.
  private static func wholePercent(_ fraction: Double) -> String {
    "\(Int((fraction * 100).rounded())) %"
  }

  /// The baseline that comes nearest to a vendor's dense model: as many parameters as a token
  /// activates.
  private static let nearestBaseline = "iso-active"

  /// `44 % to 88 %`: the shares of all cells.
  private func shares(_ cells: [Cell]) -> String {
    let shares = cells.map(\.realisedShare)
    let texts = [shares.min() ?? 0, shares.max() ?? 0].map(Figures.percent)
    return texts[0] == texts[1] ? texts[0] : "\(texts[0]) to \(texts[1])"
  }

  /// `16 to 256 tokens per pass, 3 cells`.
  private func conditions(_ cells: [Cell]) -> String {
    let rows = cells.map(\.workload.rows)
    let (fewest, most) = (rows.min() ?? 0, rows.max() ?? 0)
    let size = cells.first?.workload.kind.sizeOfRows ?? .tokens
    let range = fewest == most ? size.perPass(most) : size.perPass("\(fewest) to \(most)")
    return "\(range), \(Figures.count(cells.count, "cell"))"
  }
}
