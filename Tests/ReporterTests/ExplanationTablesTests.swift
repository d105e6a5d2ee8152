import ModelSpec
import Testing

@testable import Reporter

@Suite("Explanations")
struct ExplanationTablesTests {
  private func text(_ record: Record) -> String {
    TextPage.render(Page(ExplanationTables(record).blocks))
  }

  @Test("stand beside each other, one line for each cause")
  func table() {
    let expected = """

      mixtral-8x7b against llama2-70b

      tokens per pass                         1     16
      FLOP ratio                          5.33x  5.33x
      memory traffic of distinct experts  ×1.00  ×0.25
      tile remainder                      ×0.90  ×0.90
      engine shortfall                    ×1.12  ×1.17
      load imbalance                      ×0.98  ×0.98
      synchronisation                     ×0.99  ×0.99
      router                              ×0.99  ×0.99
      dispatch and combine                ×0.97  ×0.97
      unexplained rest                    ×0.98  ×0.98
      measured ratio                      4.90x  1.30x

      """
    let text = text(Sample.explained)
    #expect(text.contains(expected), "\(text)")
    #expect(text.hasPrefix("Where the FLOP saving went\n"))
  }

  @Test("are a part of the report, and of the reasons for its verdicts")
  func report() throws {
    let named = try NamedRecord(name: "r", record: Sample.explained)
    let page = Report(records: [named], claims: Sample.claims).page
    let text = TextPage.render(page)
    #expect(text.contains("Where the FLOP saving went"))
    // The line may be broken anywhere.
    let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(
      words.contains(
        "memory traffic of distinct experts costs most (×0.25): 7.92 experts per layer are read"))
    #expect(MarkdownPage.render(page).contains("| tile remainder | ×0.90 | ×0.90 |"))
  }

  @Test("blame the baseline where the candidate gains more than its FLOPs")
  func gain() throws {
    var cell = Sample.cell(
      "mixtral-8x7b", "llama2-70b", tokens: 16, flopRatio: 2, Sample.estimate(2.9, 3, 3.1))
    cell.explanation = Sample.explanation(share: 1.5, memory: 1)
    let all = try Verdicts.judging(NamedRecord(name: "r", record: Sample.record([cell])))
    let reasons = all.map(\.reason).joined()
    #expect(reasons.contains("the baseline loses more by engine shortfall (×1.82)"), "\(reasons)")
  }

  @Test("are not there without explanations")
  func missing() {
    #expect(ExplanationTables(Sample.suite).blocks.isEmpty)
    var record = Sample.explained
    for index in 0...1 { record.cells[index].explanation = nil }
    #expect(!text(record).contains("llama2-70b"))
    #expect(text(record).contains("mixtral-8x7b against iso-active"))
  }

  @Test("say that a cause is missing")
  func incomplete() {
    var record = Sample.explained
    record.cells = [record.cells[2]]
    record.cells[0].explanation?.factors.removeLast()
    let share = record.cells[0].realisedShare
    let product = record.cells[0].explanation?.product ?? 0
    record.cells[0].explanation?.rest *= share / product
    let line = text(record).split(separator: "\n").first { $0.hasPrefix("dispatch") }
    #expect(line?.split(separator: " ").last == "-")
  }

  @Test("name routing and engine where cells differ in them")
  func conditions() {
    var cells: [Cell] = []
    for (routing, alpha) in [("uniform", nil), ("zipf", 0.8)] as [(String, Double?)] {
      for engine in ["blas", "tile"] {
        var cell = Sample.cell(
          "a", "b", tokens: 1, flopRatio: 4, Sample.estimate(1.9, 2, 2.1), engine: engine,
          routing: routing, alpha: alpha)
        cell.explanation = Sample.explanation(share: 0.5, memory: 0.5)
        cells.append(cell)
      }
    }
    let text = text(Sample.record(cells))
    #expect(
      text.contains("routing                             uniform  uniform  zipf:0.8  zipf:0.8\n"))
    #expect(
      text.contains("engine                                 blas     tile      blas      tile\n"))
  }

  @Test("fit the width however many cells there are")
  func wide() {
    let cells = (0..<13).map { power in
      var cell = Sample.cell(
        "a", "b", tokens: 1 << power, flopRatio: 4, Sample.estimate(1.9, 2, 2.1))
      cell.explanation = Sample.explanation(share: 0.5, memory: 0.5)
      return cell
    }
    let lines = text(Sample.record(cells)).split(separator: "\n").map(String.init)
    for line in lines { #expect(line.displayWidth <= TextPage.defaultWidth) }
    let titles = lines.filter { $0.hasPrefix("tokens per pass") }
    #expect(titles.count == 2)
    let shown = titles.flatMap { $0.split(separator: " ").dropFirst(3) }
    #expect(shown.map(String.init) == cells.map { "\($0.tokens)" })
  }

  @Test("carry nothing of a hostile record to the terminal")
  func hostile() {
    let evil = "\u{1B}[2J\u{202E}|`<b>" + String(repeating: "數m", count: 200)
    var cells = [
      Sample.cell(
        evil, evil, tokens: .max, flopRatio: 1e-3, Sample.estimate(0.5e-3, 1e-3, 1),
        engine: evil, routing: evil),
      Sample.cell(evil, evil, tokens: 1, flopRatio: 1, Sample.estimate(1, 1, 1)),
    ]
    for index in cells.indices {
      cells[index].explanation = Sample.explanation(share: 1, memory: 1e200)
    }
    let text = text(Sample.record(cells))
    #expect(text.contains("tile remainder"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    for line in text.split(separator: "\n") {
      #expect(String(line).displayWidth <= TextPage.defaultWidth)
    }
  }
}
