/// Writes a page as GitHub-flavoured Markdown.
public enum MarkdownPage {
  /// The page, its blocks set apart by blank lines, with a newline at the end.
  public static func render(_ page: Page) -> String {
    page.blocks.map { render($0) + "\n" }.joined(separator: "\n")
  }

  private static func render(_ block: Page.Block) -> String {
    switch block {
    case .title(let text): "# " + Escaping.markdown(text)
    case .heading(let text, let level):
      String(repeating: "#", count: level + 1) + " " + Escaping.markdown(text)
    case .facts(let facts):
      facts.map { "- **\(Escaping.markdown($0.name))**: \(Escaping.markdown($0.value))" }
        .joined(separator: "\n")
    case .paragraph(let text): paragraph(text)
    case .warning(let text): "> " + paragraph(text)
    case .list(let items, let isNumbered):
      items.enumerated().map { index, item in
        (isNumbered ? "\(index + 1). " : "- ") + paragraph(item)
      }.joined(separator: "\n")
    case .table(let table): render(table)
    case .chart(let chart):
      "**\(Escaping.markdown(chart.title))**\n\n" + render(chart.table)
    // An indented line shows every character as it is.
    case .command(let line): "    " + Escaping.terminal(line)
    case .folded(let title, let blocks):
      (["**\(Escaping.markdown(title))**"] + blocks.map(render)).joined(separator: "\n\n")
    }
  }

  /// Prose whose first characters cannot become a list, a heading or a rule.
  private static func paragraph(_ text: String) -> String {
    let escaped = Escaping.markdown(text)
    guard let first = escaped.first else { return "" }
    if "-+=".contains(first) { return "\\" + escaped }
    let digits = escaped.prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty, let mark = escaped[digits.endIndex...].first, mark == "." || mark == ")" {
      return digits + "\\" + escaped[digits.endIndex...]
    }
    return escaped
  }

  private static func render(_ table: Table) -> String {
    let hasDetails = table.rows.contains { $0.detail != nil }
    var titles = table.columns.map { Escaping.markdown($0.title) }
    var rules = table.columns.map { $0.alignment == .left ? ":---" : "---:" }
    if hasDetails {
      titles.append(Escaping.markdown(table.detailTitle))
      rules.append(":---")
    }
    let rows = table.rows.map { row in
      var entries = row.entries.map { Escaping.markdown($0.text) }
      if hasDetails { entries.append(Escaping.markdown(row.detail ?? "")) }
      return entries
    }
    return ([titles, rules] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }
}
