import ModelSpec

/// How tokens found their experts in each measured cell.
///
/// It depends on the candidate, the tokens and the routing, not on baselines or engines, so cells that
/// share these share a row.
struct RoutingTable {
  private let record: Record

  init(_ record: Record) {
    self.record = record
  }

  /// A heading, what the columns mean and a table; nothing where no layer routes.
  var blocks: [Page.Block] {
    var rows: [Table.Row] = []
    var seen: Set<[String]> = []
    var last = ""
    for cell in record.cells where cell.isCredible && cell.distinctExperts > 0 {
      guard let routing = cell.routing else { continue }
      let values = values(of: routing)
      let identity = [cell.candidate, String(cell.tokens)] + values
      guard seen.insert(identity).inserted else { continue }
      rows.append(
        Table.Row(
          ([cell.candidate == last ? "" : cell.candidate, String(cell.tokens)] + values).map {
            Table.Cell($0)
          }))
      last = cell.candidate
    }
    guard !rows.isEmpty else { return [] }
    var columns: [Table.Column] = [
      .init("candidate"), .init("tokens", .right), .init("routing"), .init("experts", .right),
      .init("max/mean", .right), .init("Gini", .right),
    ]
    if isFitted { columns.append(.init("fitted")) }
    return [
      .heading("Routing"), .paragraph(legend), .table(Table(columns: columns, rows: rows)),
    ]
  }

  private var isFitted: Bool { record.cells.contains { $0.routing?.fittedAlpha != nil } }

  private func values(of routing: RoutingSummary) -> [String] {
    let values = [
      routing.condition.label, Figures.significant(routing.distinctExperts, trimmed: true),
      Figures.ratio(routing.maxOverMean), Figures.significant(routing.gini, trimmed: true),
    ]
    guard isFitted else { return values }
    return values + [routing.fittedAlpha.map { "zipf:\(Figures.significant($0))" } ?? ""]
  }

  private var legend: String {
    "Means over the batches that were timed. Experts is how many distinct ones a layer read, max/mean "
      + "the tokens of the busiest expert over the mean of all, Gini 0 when all have as many and towards "
      + "1 when one has all; with few tokens both are high whatever the routing."
      + (isFitted
        ? " Fitted is the Zipf routing that resembles the whole recording most; tenfold routing FILE "
          + "says how well." : "")
  }
}
