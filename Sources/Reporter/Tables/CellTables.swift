import ModelSpec

/// The measured cells of a record, one table for each pairing.
struct CellTables {
  private let record: Record
  private let names: CellNames
  private let shownElsewhere: Set<Cell>

  /// - Parameter shownElsewhere: cells that have no rows because other tables show them.
  init(_ record: Record, besides shownElsewhere: Set<Cell> = []) {
    self.record = record
    self.shownElsewhere = shownElsewhere
    names = CellNames(record.cells)
  }

  var blocks: [Page.Block] {
    guard !record.cells.isEmpty else {
      return [.paragraph("The record holds no measured cell.")]
    }
    let sections = record.pairings.map { $0.filter { !shownElsewhere.contains($0) } }
      .filter { !$0.isEmpty }.flatMap(section)
    let ratios: [Page.Block] =
      sections.isEmpty ? [] : [.heading("Measured ratios"), .paragraph(legend)] + sections
    return ratios + RooflineShares(record, names: names).blocks
      + RoutingTable(record).blocks
  }

  private var routes: Bool { record.cells.contains(where: \.routes) }

  private var hasRoofline: Bool { record.cells.contains { $0.rooflineRatio != nil } }

  private var legend: String {
    let confidence = record.cells.map(\.timeRatio.confidence).min() ?? 0
    return
      "Ratios are baseline / candidate of \(record.workloadPhrases.passes), so above 1x "
      + "the candidate saves. "
      + (hasRoofline
        ? "FLOPs are counted; roofline is what this machine's ceilings allow; measured"
        : "FLOPs and bytes are counted; measured")
      + " is the median time ratio of "
      + "paired rounds, with its interval of at least \(Figures.percent(confidence)) confidence; "
      + "realised is measured / FLOPs"
      + (routes ? "; experts is how many distinct ones a layer read." : ".")
  }

  private func section(_ cells: [Cell]) -> [Page.Block] {
    var notes: [String] = []
    var columns = names.columns
    // Roofline ratios tell where bytes bound; the ratio of bytes is then in `RooflineShares`.
    columns += [.init("FLOPs", .right), .init(hasRoofline ? "roofline" : "bytes", .right)]
    columns += [
      .init("measured", .right), .init("interval"), .init("realised", .right),
    ]
    if routes { columns.append(.init("experts", .right)) }
    columns.append(.init("notes"))
    let rows = cells.map { cell -> Table.Row in
      var row = names.entries(of: cell)
      let limit = hasRoofline ? cell.rooflineRatio : cell.bytesRatio
      row += [.init(Figures.ratio(cell.flopRatio)), .init(limit.map(Figures.ratio) ?? "-")]
      row += [
        .init(Figures.measuredRatio(cell.timeRatio.median)),
        .init(Figures.interval(cell.timeRatio.low, cell.timeRatio.high)),
        .init(Figures.percent(cell.realisedShare)),
      ]
      if routes { row.append(.init(Figures.significant(cell.distinctExperts, trimmed: true))) }
      row.append(.init(marks(of: cell, in: &notes), tone: .open))
      return Table.Row(row)
    }
    return [.heading(cells[0].pairing, level: 2), .table(Table(columns: columns, rows: rows))]
      + (notes.isEmpty ? [] : [.list(notes, isNumbered: true)])
  }

  /// The numbers of the notes that apply to a cell; a note that is not yet in `notes` is appended.
  private func marks(of cell: Cell, in notes: inout [String]) -> String {
    let numbers = CellNotes.notes(of: cell).map { note -> Int in
      if let known = notes.firstIndex(of: note) { return known + 1 }
      notes.append(note)
      return notes.count
    }
    return numbers.map(String.init).joined(separator: ",")
  }
}

/// How tokens were sent to experts in each measured cell.
///
/// That depends on the candidate, the pass and the routing, not on baselines or engines, so cells
/// that share these share a row.
struct RoutingTable {
  private let record: Record
  private let names: CellNames

  init(_ record: Record) {
    self.record = record
    names = CellNames(record.cells)
  }

  /// A heading, what the columns mean and a table; nothing where no layer routes.
  var blocks: [Page.Block] {
    var rows: [Table.Row] = []
    var seen: Set<[String]> = []
    var last = ""
    for cell in record.cells where cell.distinctExperts > 0 {
      guard let routing = cell.routing else { continue }
      let values =
        names.sizeEntries(of: cell).map(\.text) + [names.routing(of: cell)] + values(of: routing)
      guard seen.insert([cell.candidate] + values).inserted else { continue }
      rows.append(
        Table.Row(([cell.candidate == last ? "" : cell.candidate] + values).map { .init($0) }))
      last = cell.candidate
    }
    guard !rows.isEmpty else { return [] }
    var columns: [Table.Column] = [.init("candidate")] + names.sizeColumns
    columns += [
      .init("routing"), .init("experts", .right), .init("max/mean", .right), .init("Gini", .right),
    ]
    if isFitted { columns.append(.init("fitted")) }
    return [
      .heading("Routing"), .paragraph(legend), .table(Table(columns: columns, rows: rows)),
    ]
  }

  private var isFitted: Bool { record.cells.contains { $0.routing?.fittedAlpha != nil } }

  private func values(of routing: RoutingSummary) -> [String] {
    let values = [
      Figures.significant(routing.distinctExperts, trimmed: true),
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
