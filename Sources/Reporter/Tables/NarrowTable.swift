/// What makes a table fit where there is little room.
extension Table {
  /// The table without its first column, whose entries stand in rows of their own above their rows.
  var namesAbove: Table {
    var table = self
    table.columns.removeFirst()
    table.rows = rows.flatMap { row in
      let (name, others) = (row.entries[0], Array(row.entries.dropFirst()))
      let above =
        name.text.isEmpty ? [] : [Row([name] + others.dropFirst().map { _ in .init("") })]
      let isNameAlone = others.allSatisfy(\.text.isEmpty)
      return above + (isNameAlone ? [] : [Row(others, detail: row.detail)])
    }
    return table
  }

  /// Says in a last row how many more there are; nothing where that is none.
  mutating func count(more: Int, _ noun: String) {
    guard more > 0 else { return }
    let others =
      rows.isEmpty ? Figures.count(more, noun) : "\(more) more \(noun)\(more == 1 ? "" : "s")"
    rows.append(
      Row([.init("\(others): --details")] + columns.dropFirst().map { _ in .init("") }))
  }
}
