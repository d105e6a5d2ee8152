/// Writes a page for a terminal or a plain text file.
public enum TextPage {
  /// Columns that no line exceeds unless told otherwise.
  public static let defaultWidth = 100
  /// Columns below which a table has no room.
  static let leastWidth = 40
  /// Columns that the figures of a first screen take; on a narrower terminal lines wrap, for half
  /// of a number tells less than a number on two lines.
  static let leastWidthOfTerminal = 60
  /// Columns beyond which a line of text is too long to be read.
  private static let mostWidth = 400

  /// The width for a terminal of so many columns, the default one where that is not known.
  ///
  /// A terminal whose size was never set reports 0 columns.
  public static func width(ofTerminal columns: Int?) -> Int {
    guard let columns, columns > 0 else { return defaultWidth }
    return min(max(columns, leastWidthOfTerminal), mostWidth)
  }

  /// Whether text carries ANSI colours.
  public enum Style: Hashable, Sendable {
    /// Characters only.
    case plain
    /// With bold headings and coloured results.
    case coloured
  }

  /// The page as lines of at most `width` columns, each ended by a newline.
  ///
  /// Only a command may be longer, because a shell would read it as another if it were broken.
  public static func render(_ page: Page, width: Int = defaultWidth, style: Style = .plain)
    -> String
  {
    precondition(width >= leastWidth, "a table needs some room")
    let ink = Ink(style: style)
    var lines: [String] = []
    for block in page.blocks {
      if !lines.isEmpty { lines.append("") }
      lines += render(block, width: width, ink: ink)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func render(_ block: Page.Block, width: Int, ink: Ink) -> [String] {
    switch block {
    case .title(let text):
      return Escaping.terminal(text).wrapped(columns: width).map(ink.strong)
    case .heading(let text, let level):
      let lines = Escaping.terminal(text).wrapped(columns: width)
      guard level == 1 else { return lines.map(ink.strong) }
      let rule = String(repeating: "-", count: lines.map(\.displayWidth).max() ?? 0)
      return lines.map(ink.strong) + [ink.tinted(rule, .faint)]
    case .facts(let facts):
      let names = facts.map { Escaping.terminal($0.name).elided(columns: width / 3) }
      let indent = (names.map(\.displayWidth).max() ?? 0) + 2
      return zip(names, facts).flatMap { name, fact in
        hanging(fact.value, after: name, indent: indent, width: width)
      }
    case .paragraph(let text):
      return Escaping.terminal(text).wrapped(columns: width)
    case .warning(let text):
      return Escaping.terminal(text).wrapped(columns: width).map { ink.tinted($0, .open) }
    case .list(let items, let isNumbered):
      let indent = isNumbered ? String(items.count).count + 2 : 2
      return items.enumerated().flatMap { index, item in
        hanging(item, after: isNumbered ? String(index + 1) : "-", indent: indent, width: width)
      }
    case .table(let table):
      return TextTable(table, width: width, ink: ink).lines
    case .chart(let chart):
      return Escaping.terminal(chart.title).wrapped(columns: width).map(ink.strong)
        + TextTable(chart.table, width: width, ink: ink).lines
    case .command(let line): return ["  " + Escaping.terminal(line)]
    case .folded(let title, let blocks):
      return Escaping.terminal(title).wrapped(columns: width).map(ink.strong)
        + blocks.flatMap { [""] + render($0, width: width, ink: ink) }
    }
  }

  /// Text that begins after a label and continues below itself.
  private static func hanging(_ text: String, after label: String, indent: Int, width: Int)
    -> [String]
  {
    let lines = Escaping.terminal(text).wrapped(columns: width - indent)
    let margin = String(repeating: " ", count: indent)
    let first = label + String(repeating: " ", count: max(0, indent - label.displayWidth))
    guard let head = lines.first else { return [label] }
    return [first + head] + lines.dropFirst().map { margin + $0 }
  }
}

/// Puts ANSI colours (ECMA-48 SGR) around text, or leaves it alone.
struct Ink {
  let style: TextPage.Style

  func strong(_ text: String) -> String { wrap(text, code: "1") }

  func tinted(_ text: String, _ tone: Table.Tone) -> String {
    switch tone {
    case .plain: text
    case .good: wrap(text, code: "32")
    case .bad: wrap(text, code: "31")
    case .open: wrap(text, code: "33")
    case .faint: wrap(text, code: "2")
    }
  }

  private func wrap(_ text: String, code: String) -> String {
    style == .coloured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

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
    let entries = table.rows.map { row in row.entries.map { Escaping.terminal($0.text) } }
    for row in entries { precondition(row.count == titles.count, "one cell a column") }
    // An entry that stands alone in its row may be wider than its column.
    let isAlone = entries.map { $0.count > 1 && $0.dropFirst().allSatisfy(\.isEmpty) }
    let widths = Self.fit(
      titles.indices.map { column in
        zip(entries, isAlone).reduce(titles[column].displayWidth) { widest, row in
          row.1 ? widest : max(widest, row.0[column].displayWidth)
        }
      }, keeping: table.columns.map(\.isWhole), into: width)

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
    for (index, row) in table.rows.enumerated() {
      lines.append(
        isAlone[index]
          ? ink.tinted(entries[index][0].elided(columns: width), row.entries[0].tone)
          : line(entries[index]) { ink.tinted($1, row.entries[$0].tone) })
      guard let detail = row.detail else { continue }
      lines += Escaping.terminal(detail).wrapped(columns: width - Self.detailIndent)
        .map { String(repeating: " ", count: Self.detailIndent) + $0 }
    }
    self.lines = lines
  }

  /// Narrows the widest columns until all fit, and those that `keeping` marks only after all
  /// others.
  ///
  /// Numbers are short, so names lose room first. When even the narrowest columns are too many, the
  /// table is left wider than `width`: only the number of columns, which no file decides, can cause
  /// that.
  private static func fit(_ natural: [Int], keeping isWhole: [Bool], into width: Int) -> [Int] {
    var widths = natural
    var excess = widths.reduce(0, +) + gap * max(0, widths.count - 1) - width
    for isKept in [false, true] {
      let columns = widths.indices.filter { isWhole[$0] == isKept }
      while excess > 0, let widest = columns.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > narrowest
      {
        let second = columns.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
        let cut = min(excess, max(1, widths[widest] - max(second, narrowest)))
        widths[widest] -= cut
        excess -= cut
      }
    }
    return widths
  }
}
