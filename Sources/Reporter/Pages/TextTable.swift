/// Lays out a table in columns of characters.
struct TextTable {
  /// The finished lines: titles, then rows, each followed by its detail.
  let lines: [String]

  /// Spaces between two columns.
  private static let gap = 2
  /// No column is made narrower than this to fit the width.
  private static let narrowest = 6
  /// Spaces before a row's detail.
  private static let detailIndent = 4

  init(_ table: Table, width: Int, ink: Ink) {
    let titles = table.columns.map { Escaping.terminal($0.title) }
    let cells = table.rows.map { row in row.cells.map { Escaping.terminal($0.text) } }
    for row in cells { precondition(row.count == titles.count, "one cell a column") }
    let widths = Self.fit(
      titles.indices.map { column in
        cells.reduce(titles[column].displayWidth) { max($0, $1[column].displayWidth) }
      }, into: width)

    func line(_ texts: [String], _ tint: (Int, String) -> String) -> String {
      var result = ""
      for (column, text) in texts.enumerated() {
        let shown = text.elided(columns: widths[column])
        let padding = String(repeating: " ", count: widths[column] - shown.displayWidth)
        let tinted = shown.isEmpty ? "" : tint(column, shown)
        result += column == 0 ? "" : String(repeating: " ", count: Self.gap)
        result += table.columns[column].alignment == .left ? tinted + padding : padding + tinted
      }
      while result.last == " " { result.removeLast() }
      return result
    }

    var lines = [line(titles) { ink.tinted($1, .faint) }]
    for (row, texts) in zip(table.rows, cells) {
      lines.append(line(texts) { ink.tinted($1, row.cells[$0].tone) })
      guard let detail = row.detail else { continue }
      lines += Escaping.terminal(detail).wrapped(columns: width - Self.detailIndent)
        .map { String(repeating: " ", count: Self.detailIndent) + $0 }
    }
    self.lines = lines
  }

  /// Narrows the widest columns until all fit.
  ///
  /// Numbers are short, so what loses room are names. When even the narrowest columns are too many
  /// the table is left wider than `width`: only the number of columns, which no file decides, can
  /// cause that.
  private static func fit(_ natural: [Int], into width: Int) -> [Int] {
    var widths = natural
    var excess = widths.reduce(0, +) + gap * max(0, widths.count - 1) - width
    while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > narrowest
    {
      let second = widths.indices.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
      let cut = min(excess, max(1, widths[widest] - max(second, narrowest)))
      widths[widest] -= cut
      excess -= cut
    }
    return widths
  }
}
