import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// Names from files never break a table, a page, a terminal or a field.
///
/// `scripts/check-writers` reads the same by the parsers of Python's world.
@Suite("Hostile names")
struct HostileWriterTests {
  private func report(_ name: String) throws -> Report {
    try Report(
      records: [NamedRecord(name: name, record: Sample.record(naming: name))],
      claims: Sample.claims, analytic: Sample.analytic)
  }

  /// What markup shows of a name: without what is no character of XML.
  private func shown(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        Escaping.terminal(name).unicodeScalars.filter { $0 != "\u{FFFE}" && $0 != "\u{FFFF}" }))
  }

  @Test("leave nothing in text that a terminal acts on", arguments: HostileName.all)
  func text(_ hostile: HostileName) throws {
    let report = try report(hostile.name)
    for page in [report.brief(), report.page, report.illustratedPage] {
      let text = TextPage.render(page)
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isInvisible })
    }
    for line in TextPage.render(report.page).split(separator: "\n") {
      #expect(String(line).displayWidth <= TextPage.defaultWidth)
    }
  }

  @Test("leave nothing in Markdown but escaped text", arguments: HostileName.all)
  func markdown(_ hostile: HostileName) throws {
    let report = try report(hostile.name)
    let text = [report.brief(), report.page].map(MarkdownPage.render).joined(separator: "\n")
    #expect(!text.unicodeScalars.contains { $0 == "<" || ($0 != "\n" && $0.isInvisible) })
    // A table begins with its titles and its rule; all of its rows have as many cells.
    var columns: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      // Escaped characters apart, which begin no cell.
      let cells = line.replacing(/\\./, with: "").count { $0 == "|" }
      #expect(columns == nil || columns == cells, "\(line)")
      columns = cells
    }
  }

  @Test("leave nothing in HTML but text", arguments: HostileName.all)
  func html(_ hostile: HostileName) throws {
    let report = try report(hostile.name)
    var body = HTMLBody()
    for block in report.illustratedPage.blocks { body.append(block) }
    // As XML a page has a strict grammar, and a parser of others to check it.
    let page = try XMLReading(body.markup.render(as: .xml))
    let harmless = try HTMLPage.render(self.report("name").illustratedPage)
    #expect(page.texts(of: "dd").contains(shown(hostile.name)))
    #expect(page.texts(of: "h1") == ["Tenfold report: " + shown(hostile.name)])
    #expect(Set(page.elements).isSubset(of: Self.elements))
    #expect(page.attributes.allSatisfy { Self.attributes.contains($0.name) })
    let ids = page.attributes.filter { $0.name == "id" }.map(\.value)
    #expect(Set(ids).count == ids.count)
    for attribute in page.attributes where attribute.name == "href" {
      #expect(attribute.value.first == "#" && ids.contains(String(attribute.value.dropFirst())))
    }
    // No more style sheets are admitted than by a harmless name.
    let policy = { (html: String) in html.prefix { $0 != "{" }.components(separatedBy: "'sha256-") }
    #expect(policy(HTMLPage.render(report.illustratedPage)).count == policy(harmless).count)
  }

  /// All that pages and pictures are made of.
  private static let elements: Set<String> = [
    "a", "body", "caption", "code", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "header", "li", "main", "nav", "ol", "p", "section", "span",
    "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "circle", "clipPath", "defs", "desc", "g", "line", "path", "polygon", "polyline", "rect",
    "style", "svg", "text", "title", "tspan",
  ]

  /// All that they are told.
  private static let attributes: Set<String> = [
    "aria-hidden", "aria-label", "aria-labelledby", "class", "colspan", "href", "id", "role",
    "scope",
    "tabindex",
    "clip-path", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size", "font-weight",
    "height", "opacity", "points", "r", "rx", "stroke", "stroke-dasharray", "stroke-width",
    "text-anchor", "transform", "viewBox", "width", "x", "x1", "x2", "xmlns", "y", "y1", "y2",
  ]

  @Test("leave drawings whole, under names that are safe", arguments: HostileName.all)
  func svg(_ hostile: HostileName) throws {
    let files = try report(hostile.name).chartFiles
    #expect(try files.count == report("name").chartFiles.count)
    #expect(Set(files.map(\.name)).count == files.count)
    for file in files {
      #expect(file.name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,120}\.svg/) != nil, "\(file.name)")
      let drawing = try XMLReading(file.text)
      #expect(drawing.elements.first == "svg")
      #expect(Set(drawing.elements).isSubset(of: Self.elements))
      #expect(drawing.attributes.allSatisfy { Self.attributes.contains($0.name) })
    }
  }

  @Test("are unchanged in JSON", arguments: HostileName.all)
  func json(_ hostile: HostileName) throws {
    /// The parts of a report that hold names as they are.
    struct Names: Decodable {
      let records: [[String: Value]]
      let curves: [[String: Value]]

      /// A text; anything else is not looked at.
      struct Value: Decodable {
        let text: String?
        init(from decoder: any Decoder) {
          text = try? decoder.singleValueContainer().decode(String.self)
        }
      }
    }
    let document = try report(hostile.name).document
    let text = try JSONText.render(document)
    let read = try JSONDecoder().decode(Names.self, from: Data(text.utf8))
    #expect(read.records.map { $0["cpu"]?.text } == [hostile.name])
    #expect(read.curves.map { $0["candidate"]?.text } == document.curves.map(\.candidate))
  }

  @Test("are one field each in CSV, and no formula", arguments: HostileName.all)
  func csv(_ hostile: HostileName) throws {
    let record = Sample.record(naming: hostile.name)
    let rows = try CSVReading.rows(
      CSVExport.render([NamedRecord(name: hostile.name, record: record)]))
    let columns = try #require(rows.first)
    #expect(rows.count == 1 + record.cells.count)
    #expect(rows.allSatisfy { $0.count == columns.count })
    for (row, cell) in zip(rows.dropFirst(), record.cells) {
      let fields = Dictionary(uniqueKeysWithValues: zip(columns, row))
      // Apostrophes apart, which stand before what could be a formula.
      let plain = { (text: String) in text.replacing("'", with: "") }
      #expect(fields["candidate"].map(plain) == plain(Escaping.terminal(cell.candidate)))
      #expect(fields["record"].map(plain) == plain(Escaping.terminal(hostile.name)))
      for (name, field) in fields where Double(field) == nil {
        let first = field.unicodeScalars.first { $0 != " " }
        #expect(first.map("=+-@\u{FF1D}\u{FF0B}".unicodeScalars.contains) != true, "\(name)")
      }
    }
  }

  /// A gate's document in which the name stands wherever text can.
  private func gate(naming name: String) -> ChangeReport {
    var document = Sample.gate
    document.created = name
    document.machine.cpu = name
    document.base = .init(name: name, commit: name, digest: name)
    document.head = document.base
    document.summary = name
    document.cautions = [name]
    document.controls = document.controls.map {
      .init(name: name, cell: name, treatment: name, passed: $0.passed, pairs: $0.pairs)
    }
    for index in document.cells.indices {
      document.cells[index].id = name
      document.cells[index].reason = name
      document.cells[index].command = name
      document.cells[index].work = [.init(name: name, base: 1, head: 2)]
    }
    return ChangeReport(document)
  }

  @Test(
    "are one test case each in JUnit, and one command each on GitHub", arguments: HostileName.all)
  func reviews(_ hostile: HostileName) throws {
    let report = gate(naming: hostile.name)
    let junit = try XMLReading(JUnitReport.render(report))
    #expect(junit.elements.count { $0 == "testcase" } == 1 + report.controls.count + 5)
    #expect(
      Set(junit.elements).isSubset(of: [
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error",
        "skipped", "system-out",
      ]))
    // Any other line end would begin a command of the name's own.
    let commands = GitHubAnnotations.render(report).split(separator: "\n")
    #expect(commands.count == 1 + 1 + 3)
    for command in commands {
      #expect(
        command.unicodeScalars.allSatisfy { !$0.isInvisible }
          && command.wholeMatch(of: /::(error|warning|notice) title=[^:,]*::.*/) != nil)
      #expect(command.replacing(/%(25|3A|2C)/, with: "").contains("%") == false)
    }
    let rows = GitHubSummary.render(report).split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 2 + 5)
    for row in rows { #expect(row.replacing(/\\./, with: "").count { $0 == "|" } == 7, "\(row)") }
  }

  @Test("are one series each for programs that keep histories", arguments: HostileName.all)
  func histories(_ hostile: HostileName) throws {
    let report = gate(naming: hostile.name)
    for text in [
      try GoogleBenchmarkJSON.render(report.run), try BencherMetricFormat.render(report.run),
      try ActionBenchmarkJSON.render(report.run),
    ] {
      _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isInvisible })
    }
    #expect(Set(report.run.series.map(\.name)).count == 4)
    // A label's value ends at the first quote without a backslash before it.
    let line = /[a-z_]+(\{[a-z_]+="([^"\\]|\\["\\])*"(,[a-z_]+="([^"\\]|\\["\\])*")*\})? [0-9.e+-]+/
    let metrics = OpenMetrics.render(report).split(separator: "\n")
    #expect(metrics.last == "# EOF")
    for metric in metrics where !metric.hasPrefix("# ") {
      #expect(metric.wholeMatch(of: line.matchingSemantics(.unicodeScalar)) != nil, "\(metric)")
    }
    let rows = try CSVReading.rows(ChangeCSV.render(report))
    #expect(rows.count == 6 && rows.allSatisfy { $0.count == rows[0].count })
    #expect(Set(rows[0]).count == rows[0].count)
    let run = MeasuredRun(
      title: hostile.name, created: "2026-11-21T15:00:00Z", commit: hostile.name,
      machine: report.machine, series: report.run.series)
    let history = try OtavaHistory([.init(name: hostile.name, run: run, isComplete: true)])
    let table = try CSVReading.rows(history.csv)
    #expect(table.count == 2 && table[1].count == 3 + 4 && table[0].count == 3 + 4)
    let yaml = history.configuration(file: hostile.name)
    #expect(yaml.unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) })
  }

  @Test("are one word each in a command line", arguments: HostileName.all)
  func shell(_ hostile: HostileName) throws {
    let shell = Process()
    let output = Pipe()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s|' \(ShellWord.path(hostile.name)) end"]
    shell.standardOutput = output
    try shell.run()
    let printed = try #require(try output.fileHandleForReading.readToEnd())
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    let word = Escaping.terminal(hostile.name)
    let dashed = word.hasPrefix("-") ? "./" : ""
    #expect(String(decoding: printed, as: UTF8.self) == "\(dashed)\(word)|end|")
  }
}

extension Unicode.Scalar {
  /// Whether a terminal or a browser would act on the character instead of showing it.
  fileprivate var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
