import Foundation
import FoundationXML
import ModelSpec
import Testing

@testable import Reporter

@Suite("A comparison as text, Markdown, JSON and JUnit")
struct ComparisonFormsTests {
  private func comparison(hostile: String? = nil) throws -> RecordComparison {
    var runs = SimulatedRuns(on: .restless, seed: 3)
    var base = runs.record()
    var head = runs.record(.slower)
    if let hostile {
      for cell in base.cells.indices {
        base.cells[cell].candidate = "\(cell)\(hostile)"
        head.cells[cell].candidate = "\(cell)\(hostile)"
      }
      for record in [\Record.machine.cpu, \.tool.commit, \.created] {
        base[keyPath: record] = hostile
        head[keyPath: record] = hostile
      }
    }
    base.cells.removeLast()
    head.cells[0].rounds = Sample.unusableRounds
    head = Sample.restated(head)
    head.cells[1].sides.candidate.scaled = "1/8"
    head.cells.remove(at: 2)
    if hostile == nil {
      base.tool.commit = "1234567"
      head.tool.commit = ""
      head.machine.kernel = "6.1.0-patched"
    }
    return try RecordComparison(
      base: NamedRecord(name: hostile ?? "base.json", timesOf: base),
      head: NamedRecord(name: hostile ?? "head.json", timesOf: head), tolerance: 0.03)
  }

  @Test("the document has the keys that may be relied on, and reads back as it was written")
  func document() throws {
    let comparison = try comparison()
    let text = try JSONText.render(comparison.document)
    let read = try DocumentCoding.decoder.decode(ComparisonDocument.self, from: Data(text.utf8))
    #expect(read == comparison.document)
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["schema"] as? String == "tenfold.compare/1")
    #expect(json["verdict"] as? String == comparison.verdict.rawValue)
    let cells = try #require(json["cells"] as? [[String: Any]])
    #expect(cells.count == 20)
    for cell in cells {
      #expect(cell["id"] is String)
      #expect(CompareVerdict(rawValue: cell["verdict"] as? String ?? "") != nil)
      let change = try #require(cell["change"] as? [String: Double])
      #expect(Set(change.keys) == ["median", "low", "high"])
      #expect(change["low", default: 1] <= change["median", default: 0])
      #expect(change["median", default: 1] <= change["high", default: 0])
    }
  }

  @Test("cells come most urgent first, and no line of text is too long")
  func text() throws {
    let comparison = try comparison()
    let severities = comparison.cells.map(\.verdict.severity)
    #expect(severities == severities.sorted())
    for line in TextPage.render(comparison.page).split(separator: "\n") {
      #expect(String(line).displayWidth <= 100, "\(line)")
    }
    #expect(MarkdownPage.render(comparison.page).hasPrefix("# Tenfold comparison: "))
  }

  @Test("JUnit has a case for the whole and for each cell, and counts them rightly")
  func junit() throws {
    let comparison = try comparison()
    let document = try XMLDocument(data: Data(JUnitReport.render(ChangeReport(comparison)).utf8))
    let suites = try #require(document.rootElement())
    #expect(suites.name == "testsuites")
    let suite = try #require(suites.elements(forName: "testsuite").first)
    let cases = suite.elements(forName: "testcase")
    // The whole, 20 cells, one only in BASE, one only in HEAD, one in another form, one without
    // usable times.
    #expect(cases.count == 25)
    #expect(suite.attribute(forName: "tests")?.stringValue == "25")
    let failures = cases.count { !$0.elements(forName: "failure").isEmpty }
    let skipped = cases.count { !$0.elements(forName: "skipped").isEmpty }
    #expect(failures > 0 && skipped > 0)
    #expect(suite.attribute(forName: "failures")?.stringValue == "\(failures)")
    #expect(suite.attribute(forName: "skipped")?.stringValue == "\(skipped)")
    #expect(
      failures == comparison.cells.count { $0.verdict == .regression }
        + (comparison.verdict == .regression ? 1 : 0))
    #expect(Set(cases.compactMap { $0.attribute(forName: "name")?.stringValue }).count == 25)
    #expect(suite.children?.first?.name == "properties")
  }

  /// What the schema of Jenkins' xUnit plug-in (junit-10.xsd) allows of what is written here: attributes of
  /// each element, required ones with a mark, and the elements that may be in it.
  private static let schema: [String: (attributes: [String], children: [String])] = [
    "testsuites": (["name", "tests", "failures", "errors"], ["testsuite"]),
    "testsuite": (
      ["name!", "tests!", "failures!", "errors!", "skipped"], ["properties", "testcase"]
    ),
    "properties": ([], ["property"]), "property": (["name!", "value!"], []),
    "testcase": (["name!", "classname"], ["skipped", "failure", "system-out"]),
    "skipped": (["type", "message"], []), "failure": (["type", "message"], []),
    "system-out": ([], []),
  ]

  /// In every form, as a reader sees it.
  private func forms(_ comparison: RecordComparison) throws -> [String: String] {
    [
      "text": TextPage.render(comparison.page), "markdown": MarkdownPage.render(comparison.page),
      "html": HTMLPage.render(comparison.page),
      "junit": JUnitReport.render(ChangeReport(comparison)),
      "json": try JSONText.render(comparison.document),
    ]
  }

  @Test("every form names each cell that is not compared, with the reason")
  func uncomparedCells() throws {
    let comparison = try comparison()
    let wanted = comparison.uncompared.map(\.id)
    #expect(wanted.count == 4)
    for (form, text) in try forms(comparison) {
      // Long lines are broken in text.
      let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for id in wanted { #expect(flat.contains(id), "\(form) lacks \(id)") }
      for reason in ["1/8 of its width in HEAD", "too large to be averaged"] {
        #expect(flat.contains(reason), "\(form) lacks \(reason)")
      }
      for place in form == "json"
        ? ["only_in_base", "only_in_head"] : ["only in BASE", "only in HEAD"]
      { #expect(flat.contains(place), "\(form) lacks \(place)") }
    }
    #expect(comparison.summary.contains("4 of 24 cells are not compared"))
  }

  /// Tens of thousands of cells would be megabytes of text that nobody reads.
  @Test("pages list so many cells that are not compared, and say how many more there are")
  func manyUncomparedCells() throws {
    var record = Sample.suite
    let base = try NamedRecord(name: "base", record: record)
    record.unmeasured = (1...500).map { tokens in
      UnmeasuredCell(
        candidate: "olmoe-1b-7b", baseline: "iso-total",
        conditions: Conditions(
          workload: Workload(.feedForward, tokens: tokens), threads: 2, engine: "tile",
          format: .f32, routing: RoutingCondition(kind: "uniform")),
        status: .failed, reason: "the output is wrong")
    }
    let head = try NamedRecord(name: "head", record: record)
    let comparison = try RecordComparison(base: base, head: head, tolerance: 0.03)
    #expect(comparison.uncompared.count == 500 && comparison.verdict == .inconclusive)
    #expect(TextPage.render(comparison.page).contains("and 300 more; --format json lists all"))
    #expect(
      try JSONText.render(comparison.document).contains("olmoe-1b-7b/iso-total/ffn-forward/500-"))
  }

  @Test("every form has both commits, and what to be careful about with both values")
  func commitsAndCautions() throws {
    for (form, text) in try forms(comparison()) {
      let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for wanted in ["1234567", "unknown", "6.1.0-patched"] {
        #expect(flat.contains(wanted), "\(form) lacks \(wanted)")
      }
      let quoted = form == "json" || form == "text" || form == "markdown"
      let kernels =
        quoted
        ? "'6.1.0' in BASE and '6.1.0-patched' in HEAD"
        : "&#39;6.1.0&#39; in BASE and &#39;6.1.0-patched&#39; in HEAD"
      #expect(flat.contains(kernels), "\(form)")
    }
  }

  @Test("JUnit keeps to the schema that Jenkins reads")
  func junitSchema() throws {
    func check(_ element: XMLElement) throws {
      let rules = try #require(Self.schema[element.name ?? ""], "\(element.name ?? "")")
      let present = (element.attributes ?? []).compactMap(\.name)
      let allowed = rules.attributes.map { $0.hasSuffix("!") ? String($0.dropLast()) : $0 }
      #expect(present.allSatisfy(allowed.contains), "\(present)")
      for required in rules.attributes where required.hasSuffix("!") {
        #expect(present.contains(String(required.dropLast())), "\(required)")
      }
      for case let child as XMLElement in element.children ?? [] {
        #expect(rules.children.contains(child.name ?? ""), "\(child.name ?? "")")
        try check(child)
      }
    }
    let document = try XMLDocument(
      data: Data(JUnitReport.render(ChangeReport(comparison(hostile: ""))).utf8))
    try check(try #require(document.rootElement()))
  }

  @Test(
    "strings from files break no form",
    arguments: [
      "]]><x>&amp;\"'", "\u{1B}[31mred\u{7}", "a|b\n# title\n`code`", "\u{202E}left\u{0}\u{FFFE}",
      "<script>alert(1)</script>", "",
    ])
  func hostileStrings(_ hostile: String) throws {
    let comparison = try comparison(hostile: hostile)
    let document = try XMLDocument(data: Data(JUnitReport.render(ChangeReport(comparison)).utf8))
    let suite = try #require(document.rootElement()?.elements(forName: "testsuite").first)
    #expect(suite.elements(forName: "testcase").count == 25)
    let text = TextPage.render(comparison.page)
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    let markdown = MarkdownPage.render(comparison.page)
    #expect(!markdown.contains("<script") && !markdown.contains("\n# title"))
    _ = try JSONText.render(comparison.document)
  }
}
