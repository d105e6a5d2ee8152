import ModelSpec

/// The measured comparisons of a record, one table for each candidate and baseline.
struct CellTables {
  private let record: Record
  private let names: CellNames
  private let shownElsewhere: Set<Cell>

  /// - Parameter shownElsewhere: Cells that have their place in other tables.
  init(_ record: Record, besides shownElsewhere: Set<Cell> = []) {
    self.record = record
    self.shownElsewhere = shownElsewhere
    names = CellNames(record.cells)
  }

  var blocks: [Page.Block] {
    guard !record.cells.isEmpty else {
      return [.paragraph("The record holds no measured comparison.")]
    }
    let sections = record.pairings.map { $0.filter { !shownElsewhere.contains($0) } }
      .filter { !$0.isEmpty }.flatMap(section)
    let ratios: [Page.Block] =
      sections.isEmpty ? [] : [.heading("Measured ratios"), .paragraph(legend)] + sections
    return ratios + leftOut + RooflineShares(record, names: names).blocks
      + RoutingTable(record).blocks
  }

  private var hasRoofline: Bool { record.cells.contains { $0.rooflineRatio != nil } }

  private var legend: String {
    let confidence = record.cells.filter(\.isCredible).map(\.timeRatio.confidence).min() ?? 0
    return
      "Ratios are baseline / candidate of one pass through all feed-forward layers, so above 1x "
      + "the candidate saves. "
      + (hasRoofline
        ? "FLOPs are counted; roofline is what this machine's ceilings allow; measured"
        : "FLOPs and bytes are counted; measured")
      + " is the median time ratio of "
      + "paired rounds, with its interval of at least \(Figures.percent(confidence)) confidence; "
      + "realised is measured / FLOPs; experts is how many distinct ones a layer read."
  }

  private func section(_ cells: [Cell]) -> [Page.Block] {
    var notes: [String] = []
    var columns: [Table.Column] = [.init("tokens", .right), .init("routing")]
    if names.distinguishesEngines { columns.append(.init("engine")) }
    // A roofline says where bytes bound, and by how much; their own column is then below.
    columns += [.init("FLOPs", .right), .init(hasRoofline ? "roofline" : "bytes", .right)]
    columns += [
      .init("measured", .right), .init("interval"), .init("realised", .right),
      .init("experts", .right), .init("notes"),
    ]
    let rows = cells.map { cell -> Table.Row in
      var row: [Table.Cell] = [.init("\(cell.tokens)"), .init(cell.routingLabel)]
      if names.distinguishesEngines { row.append(.init(names.engine(of: cell))) }
      let limit = hasRoofline ? cell.rooflineRatio : cell.bytesRatio
      row += [.init(Figures.ratio(cell.flopRatio)), .init(limit.map(Figures.ratio) ?? "-")]
      row += [
        .init(Figures.measuredRatio(cell.timeRatio.median)),
        .init(Figures.interval(cell.timeRatio.low, cell.timeRatio.high)),
        .init(Figures.percent(cell.realisedShare)),
        .init(Figures.significant(cell.distinctExperts, trimmed: true)),
        .init(marks(of: cell, in: &notes), tone: .open),
      ]
      return Table.Row(row)
    }
    return [.heading(cells[0].pairing, level: 2), .table(Table(columns: columns, rows: rows))]
      + (notes.isEmpty ? [] : [.list(notes, isNumbered: true)])
  }

  /// Numbers of the notes that apply to a cell; new notes join the list.
  private func marks(of cell: Cell, in notes: inout [String]) -> String {
    let numbers = CellNotes.notes(of: cell).map { note -> Int in
      if let known = notes.firstIndex(of: note) { return known + 1 }
      notes.append(note)
      return notes.count
    }
    return numbers.map(String.init).joined(separator: ",")
  }

  private var leftOut: [Page.Block] {
    let count = record.cells.count { !$0.isCredible }
    guard count > 0 else { return [] }
    return [
      .warning(
        "\(Figures.count(count, "cell")) left out for numbers that contradict each other, such as an "
          + "interval whose low end is above its high end or a time that is not positive.")
    ]
  }
}
