import Foundation
import ModelSpec
import Testing

@testable import Reporter

@Suite("The first screen")
struct BriefPageTests {
  private func report(_ record: Record, name: String = "Results/r.json") throws -> Report {
    try Report(records: [NamedRecord(name: name, record: record)], analytic: Sample.analytic)
  }

  private func lines(_ record: Record, name: String = "r.json", width: Int = 100) throws -> [String]
  {
    let page = try report(record, name: name).brief(width: width)
    return TextPage.render(page, width: width).split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast().map(String.init)
  }

  @Test("of the default suite is the one that was looked at")
  func defaultSuite() throws {
    let name = "Results/examples/default-suite.json"
    let report = try report(try Sample.example("default-suite"), name: name)
    try expectGolden(TextPage.render(report.brief()), file: "default-suite.txt")
    try expectGolden(MarkdownPage.render(report.brief()), file: "default-suite.md")
  }

  @Test("is what README shows of it")
  func readme() throws {
    let readme = try String(
      decoding: Data(
        contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
          path: "../../../README.md")), as: UTF8.self)
    let begin = try #require(readme.firstRange(of: "<!-- report:begin"))
    let end = try #require(readme.firstRange(of: "<!-- report:end"))
    let excerpt = readme[begin.upperBound..<end.lowerBound]
      .split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
    #expect(excerpt.count == 8)
    let screen = try lines(
      try Sample.example("default-suite"), name: "Results/examples/default-suite.json")
    for line in excerpt { #expect(screen.contains(String(line.dropFirst(4))), "\(line)") }
  }

  @Test("holds every cell of the default suite in 50 lines, verdicts first")
  func fits() throws {
    let record = try Sample.example("default-suite")
    let lines = try lines(record, name: "Results/examples/default-suite.json")
    #expect(lines.count <= BriefSection.mostLines)
    #expect(lines[0].contains("2 fall short"))
    #expect(lines.count { $0.contains("x [") && $0.contains("] ") || $0.hasSuffix("]") } >= 24)
    for cell in record.cells {
      let estimate = Figures.estimate(Verdict.Measured(cell.timeRatio))
      #expect(lines.contains { $0.contains(estimate) }, "\(estimate)")
    }
    #expect(!lines.contains { $0.contains("more cell") })
  }

  @Test(
    "has at most 50 lines and none beyond its width on any terminal",
    arguments: [nil, 0, 1, 20, 40, 55, 80, 100, 132, 399, 100_000, Int.max])
  func widths(_ columns: Int?) throws {
    let width = TextPage.width(ofTerminal: columns)
    for name in ["default-suite", "olmoe-sweep"] {
      let lines = try lines(try Sample.example(name), width: width)
      #expect(lines.count <= BriefSection.mostLines)
      for line in lines { #expect(line.displayWidth <= width, "\(line)") }
      // Names may lose their middle, figures do not.
      for estimate in lines.compactMap({ $0.firstMatch(of: /x \[[^\]]*\]/) }) {
        #expect(!estimate.output.contains("..."))
      }
      #expect(lines.contains { $0.contains("x [") })
    }
  }

  @Test("goes by a terminal's columns where they are known")
  func terminals() {
    #expect(TextPage.width(ofTerminal: nil) == 100)
    #expect(TextPage.width(ofTerminal: 0) == 100)
    #expect(TextPage.width(ofTerminal: -3) == 100)
    #expect(TextPage.width(ofTerminal: 1) == TextPage.leastWidthOfTerminal)
    #expect(TextPage.width(ofTerminal: 80) == 80)
    #expect(TextPage.width(ofTerminal: .max) < 1000)
  }

  @Test("counts the cells and claims that do not fit", arguments: [1, 36, 37, 200])
  func counts(_ cells: Int) throws {
    let record = Sample.record(
      (1...cells).map {
        Sample.cell(
          "mixtral-8x7b", "llama2-70b", tokens: $0, flopRatio: 5, Sample.estimate(4.8, 4.9, 5))
      })
    let lines = try lines(record)
    #expect(lines.count <= BriefSection.mostLines)
    let shown = lines.count { $0.contains("4.90x [4.80, 5.00]") && !$0.contains("llama2-70b  ") }
    let more = lines.compactMap { $0.firstMatch(of: /(\d+) more cells?: --details/) }
      .compactMap { Int($0.output.1) }
    let rows = lines.count { $0.firstMatch(of: /\d+ +5x  4\.90x/) != nil }
    #expect(shown > 0 && rows + (more.first ?? 0) == cells)
  }

  @Test("marks what was scaled or kept in part, also in verdicts, and says what the marks mean")
  func marks() throws {
    let lines = try lines(Sample.illustrated)
    #expect(lines.contains { $0.contains("4.90x [4.85, 4.95] s") })
    #expect(lines.contains { $0.contains("0.372x [0.360, 0.380] p  falls short") })
    #expect(lines.contains { $0.contains("s: scaled up from 1/8 of the width; p: weights kept") })
    var unknown = Sample.suite
    unknown.cells[1].status = .init(rawValue: "failed")
    #expect(try self.lines(unknown).contains { $0.contains("1.30x [1.28, 1.32] s?") })
    var whole = Sample.suite
    for index in whole.cells.indices {
      whole.cells[index].sides.baseline.scaled = nil
      whole.cells[index].sides.candidate.residentExperts = nil
    }
    #expect(try !self.lines(whole).contains { $0.hasPrefix("Marks") })
  }

  @Test("gives each judged claim its reason in words, the furthest first")
  func reasons() throws {
    let lines = try lines(Sample.illustrated)
    let claim = try #require(lines.firstIndex { $0.hasPrefix("seed-10x-lower-inference-cost") })
    #expect(claim == 3)
    #expect(lines[claim + 1] == "    FLOPs give only 0.413x; at 1 token per pass")
    let mixtral = try #require(lines.firstIndex { $0.hasPrefix("mixtral-8x7b-6x-llama2-70b") })
    #expect(
      lines[mixtral + 1]
        == "    FLOPs give only 5.33x; best at 256 tokens per pass; worst 1.3x at 16 (memory ×0.24)"
    )
    #expect(!lines.joined().contains("falls-short"))
  }

  @Test("tells at most three cautions, those of most cells first, and counts the others")
  func cautions() throws {
    var record = Sample.record(Sample.suite.cells, cautions: ["a; do b", "c, so d", "e"])
    record.cells[0].cautions = ["one"]
    record.cells[1].cautions = ["two; measure again"]
    record.cells[2].cautions = ["two; measure again"]
    let lines = try lines(record)
    #expect(
      lines.filter { $0.hasPrefix("Caution") } == [
        "Caution  2/4 cells: two", "Caution  1/4 cells: one", "Caution  a",
      ])
    #expect(lines.last?.hasSuffix("(+2 cautions)") == true)
  }

  @Test("says so when the run ended early, when nothing is claimed, and when there is nothing")
  func warnings() throws {
    let early = try lines(Sample.record(Sample.suite.cells, status: .interrupted))
    #expect(early.contains { $0.hasPrefix("The run ended early") })
    let none = try lines(Sample.record([]))
    #expect(none.contains("The record holds no measured cell."))
    #expect(none[0] == "Tenfold report: no claim about these models")
    #expect(TextPage.render(Report(records: []).brief()).contains("There is no record."))
  }

  @Test("of a sweep says what its curve says")
  func sweep() throws {
    let lines = try lines(try Sample.example("olmoe-sweep"))
    #expect(
      lines[2].hasPrefix("- olmoe-1b-7b against iso-total: Needs at least 128 tokens per pass"))
    #expect(lines.contains { $0.contains("the roofline's is 1.36x at 16 tokens.") })
  }

  @Test("tells cells of other routings and engines apart")
  func groups() throws {
    func cell(_ tokens: Int, _ engine: String, _ routing: String) -> Cell {
      Sample.cell(
        "a", "b", tokens: tokens, flopRatio: 2, Sample.estimate(1, 1.5, 2), engine: engine,
        routing: routing)
    }
    let lines = try lines(
      Sample.record([
        cell(1, "tile", "uniform"), cell(1, "blas", "uniform"), cell(1, "tile", "single"),
        cell(2, "tile", "uniform"),
      ]))
    let names = lines.filter { $0.contains("  2x  1.50x") }.map { $0.prefix(16) }
    #expect(
      names == ["a / b, tile     ", "                ", "  blas          ", "  single, tile  "])
  }

  @Test("names each of several records")
  func several() throws {
    let report = try Report(
      records: ["one", "two"].map { try NamedRecord(name: $0, record: Sample.suite) })
    let text = MarkdownPage.render(report.brief())
    #expect(text.contains("# Tenfold report: one\n") && text.contains("# Tenfold report: two\n"))
    #expect(text.contains("- **Claims**: "))
  }

  @Test("keeps to its lines whatever a record says", arguments: HostileName.all)
  func hostile(_ hostile: HostileName) throws {
    let record = Sample.record(naming: hostile.name)
    let lines = try lines(record, name: hostile.name)
    #expect(lines.count <= BriefSection.mostLines)
    for line in lines { #expect(line.displayWidth <= 100) }
  }
}
