/// A table in HTML, in a frame of its own that scrolls where the screen is too narrow.
struct HTMLTable {
  private let table: Table
  private let caption: String

  /// - Parameter caption: what the table is of; shown to screen readers, as what stands above the
  ///   table says it to everybody else.
  init(_ table: Table, caption: String) {
    self.table = table
    self.caption = caption
  }

  var markup: Markup {
    // Keyboards can scroll only what can have the focus.
    .element(
      "div",
      ["class": "scroll", "role": "group", "tabindex": "0", "aria-label": "\(caption), table"]
    ) {
      Markup.element("table") {
        Markup.element("caption") { caption }
        Markup.element("thead") { head }
        Markup.element("tbody") { table.rows.flatMap(rows) }
      }
    }
  }

  private var head: Markup {
    .element("tr") {
      for column in table.columns {
        Markup.element(
          "th", ["scope": "col", "class": column.alignment == .right ? "number" : nil]
        ) { column.title }
      }
    }
  }

  /// A row, and its detail as a row of one cell below it.
  private func rows(_ row: Table.Row) -> [Markup] {
    let cells = zip(row.cells, table.columns).enumerated().map { index, pair in
      let (cell, column) = pair
      // What the row is about heads it.
      let isHead = index == 0 && !cell.text.isEmpty
      return Markup.element(
        isHead ? "th" : "td",
        ["scope": isHead ? "row" : nil, "class": Self.style(of: cell, in: column)]
      ) { cell.text }
    }
    guard let detail = row.detail else { return [.element("tr") { cells }] }
    return [
      .element("tr", ["class": "detailed"]) { cells },
      .element("tr", ["class": "detail"]) {
        Markup.element("td", ["colspan": "\(table.columns.count)"]) {
          Markup.element("p") { detail }
        }
      },
    ]
  }

  /// Classes of a cell; the style sheet gives a tone a sign or a line besides its colour.
  private static func style(of cell: Table.Cell, in column: Table.Column) -> String {
    let length = cell.text.utf8.count > longestLine ? "long" : "short"
    return
      ([length] + (column.alignment == .right ? ["number"] : [])
      + (cell.tone == .plain ? [] : ["\(cell.tone)"])).joined(separator: " ")
  }

  /// Bytes of text that stay on one line however narrow the screen: an interval, an id of usual length.
  private static let longestLine = 32
}
