/// Collects the blocks of a page and arranges them: header, contents, sections, footer.
///
/// The blocks before the first heading are the header: the title and what a reader must see at
/// once.
struct HTMLBody {
  /// The page's first title, for the browser's tab.
  private(set) var title = "Tenfold"
  /// The pictures so far, whose style sheets the page's policy must allow.
  private(set) var drawings: [Markup] = []

  private var header: [Markup] = []
  private var sections: [Section] = []
  private var headings: [Heading] = []
  private var names = UniqueNames(reserved: ["main", "contents"])

  /// A part of the page below one heading of the first level.
  private struct Section {
    var heading: String
    var content: [Markup]
  }

  /// A line of the table of contents.
  private struct Heading {
    let id: String
    let text: String
    let level: Int
  }

  /// Adds a block at the end.
  mutating func append(_ block: Page.Block) {
    switch block {
    case .title(let text) where header.isEmpty && sections.isEmpty:
      title = text
      add(.element("h1") { text })
    case .title(let text): begin(text, level: 1)
    case .heading(let text, let level): begin(text, level: level)
    default: add(markup(of: block))
    }
  }

  /// The `body` element: a link to the main part, then the parts above.
  var markup: Markup {
    .element("body") {
      Markup.element("a", ["class": "skip", "href": "#main"]) { "Skip to the report" }
      Markup.element("header") { header }
      contents
      Markup.element("main", ["id": "main"]) {
        for section in sections {
          Markup.element("section", ["aria-labelledby": section.heading]) { section.content }
        }
      }
      Markup.element("footer") {
        Markup.element("p") {
          "Written by tenfold. This page is one file: it loads nothing and runs no script."
        }
      }
    }
  }

  // MARK: - Headings

  private mutating func begin(_ text: String, level: Int) {
    let heading = Heading(id: names.name(for: text, otherwise: "section"), text: text, level: level)
    headings.append(heading)
    // The title is h1, so a heading is one level deeper than the page counts; HTML ends at h6.
    let tag = "h\(min(level + 1, 6))"
    if level == 1 { sections.append(Section(heading: heading.id, content: [])) }
    add(.element(tag, ["id": heading.id]) { text })
  }

  private mutating func add(_ markup: Markup) {
    if sections.isEmpty {
      header.append(markup)
    } else {
      sections[sections.count - 1].content.append(markup)
    }
  }

  /// The table of contents: the first two levels, as nested lists.
  private var contents: Markup {
    var entries: [(heading: Heading, below: [Heading])] = []
    for heading in headings {
      if heading.level == 1 || entries.isEmpty {
        entries.append((heading, []))
      } else if heading.level == 2 {
        entries[entries.count - 1].below.append(heading)
      }
    }
    guard !entries.isEmpty else { return .text("") }
    return .element("nav", ["aria-labelledby": "contents"]) {
      Markup.element("h2", ["id": "contents"]) { "Contents" }
      Markup.element("ol") {
        for entry in entries {
          Markup.element("li") {
            link(to: entry.heading)
            if !entry.below.isEmpty {
              Markup.element("ol") {
                for heading in entry.below { Markup.element("li") { link(to: heading) } }
              }
            }
          }
        }
      }
    }
  }

  private func link(to heading: Heading) -> Markup {
    .element("a", ["href": "#\(heading.id)"]) { heading.text }
  }

  // MARK: - Blocks

  private mutating func markup(of block: Page.Block) -> Markup {
    switch block {
    case .title(let text), .heading(let text, _):
      // Folded blocks have no place in the order of the page's headings.
      return .element("p", ["class": "lead"]) { text }
    case .facts(let facts):
      return .element("dl") {
        for fact in facts {
          Markup.element("div") {
            Markup.element("dt") { fact.name }
            Markup.element("dd") { fact.value }
          }
        }
      }
    case .paragraph(let text):
      return .element("p") { text }
    case .warning(let text):
      return .element("p", ["class": "warning"]) {
        Markup.element("strong") { "Caution: " }
        text
      }
    case .list(let items, let isNumbered):
      return .element(isNumbered ? "ol" : "ul", ["class": "points"]) {
        for item in items { Markup.element("li") { item } }
      }
    case .table(let table):
      return HTMLTable(table, caption: headings.last?.text ?? title).markup
    case .chart(let chart):
      return figure(chart)
    case .command(let line):
      return Self.command(line)
    case .folded(let title, let blocks):
      let content = blocks.map { markup(of: $0) }
      return .element("details") {
        Markup.element("summary") { title }
        content
      }
    }
  }

  /// A command whose words stay whole where lines break, hyphens and all.
  private static func command(_ line: String) -> Markup {
    .element("p", ["class": "command"]) {
      Markup.element("code") {
        // Each space counts: there may be several within a quoted name.
        for (index, word) in line.split(separator: " ", omittingEmptySubsequences: false)
          .enumerated()
        {
          if index > 0 { " " }
          Markup.element("span") { String(word) }
        }
      }
    }
  }

  private mutating func figure(_ chart: Chart) -> Markup {
    let id = names.name(for: chart.id, otherwise: "figure")
    // No name of this page has two hyphens in a row, so ids within drawings never meet others.
    let drawing = chart.drawing.prefixingIDs("\(id)--")
    drawings.append(drawing)
    let command = chart.command.map { markup(of: $0.block) }
    return .element("figure", ["id": id]) {
      Markup.element("figcaption") {
        Markup.element("strong") { chart.title }
        Markup.element("span") { chart.summary }
      }
      Markup.element("div", ["class": "drawing"]) { drawing }
      Markup.element("details") {
        Markup.element("summary") { "The figures" }
        HTMLTable(chart.table, caption: chart.title).markup
      }
      if let command { command }
    }
  }
}

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

  /// A row, and its detail as a row of a single `td` below it.
  private func rows(_ row: Table.Row) -> [Markup] {
    let cells = zip(row.entries, table.columns).enumerated().map { index, pair in
      let (entry, column) = pair
      // The first entry names what the row is about, and is its header.
      let isHead = index == 0 && !entry.text.isEmpty
      return Markup.element(
        isHead ? "th" : "td",
        ["scope": isHead ? "row" : nil, "class": Self.style(of: entry, in: column)]
      ) { entry.text }
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

  /// The classes of an entry; the style sheet gives a tone a sign or a line besides its colour.
  private static func style(of entry: Table.Entry, in column: Table.Column) -> String {
    let length = entry.text.utf8.count > longestLine ? "long" : "short"
    return
      ([length] + (column.alignment == .right ? ["number"] : [])
      + (entry.tone == .plain ? [] : ["\(entry.tone)"])).joined(separator: " ")
  }

  /// Bytes of text that stay on one line however narrow the screen: an interval, an id of usual length.
  private static let longestLine = 32
}
