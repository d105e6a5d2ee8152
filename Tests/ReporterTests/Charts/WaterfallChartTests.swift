import ModelSpec
import Testing

@testable import Reporter

@Suite("The picture of a cell's explanation")
struct WaterfallChartTests {
  private let cell = ChartSample.cells[4]

  @Test("is the one that was looked at")
  func golden() throws {
    try expectGolden(try #require(WaterfallChart(cell)?.chart), "waterfall")
  }

  @Test("is sound")
  func sound() throws {
    expectSound(try #require(WaterfallChart(cell)?.chart))
  }

  private func cell(_ factors: [Explanation.Factor], rest: Double) -> Cell {
    var cell = cell
    cell.explanation = Explanation(factors: factors, rest: rest)
    return cell
  }

  @Test("does not exist without an explanation, or with one that cannot be drawn")
  func empty() {
    #expect(WaterfallChart(ChartSample.cells[0]) == nil)
    #expect(WaterfallChart(cell([], rest: .nan)) == nil)
    #expect(WaterfallChart(cell([.init(.router, baseline: 0, candidate: 1)], rest: 0.35)) == nil)
    #expect(WaterfallChart(cell([.init(.router, baseline: 1, candidate: 0)], rest: 0.35)) == nil)
    #expect(WaterfallChart(cell([.init(.router, baseline: -1, candidate: 1)], rest: -0.35)) == nil)
  }

  @Test("stands a rest alone, factors of 1 and huge factors")
  func degenerate() throws {
    expectSound(try #require(WaterfallChart(cell([], rest: 0.35))?.chart))
    let ones = Explanation.Cause.known.map {
      Explanation.Factor($0, baseline: 1, candidate: 1)
    }
    let chart = try #require(WaterfallChart(cell(ones, rest: 0.35))?.chart)
    #expect(chart.summary.hasSuffix("no cause takes anything of it."))
    expectSound(chart)
    let huge = [
      Explanation.Factor(.router, baseline: 1e150, candidate: 1),
      .init(.loadImbalance, baseline: 1, candidate: 1e150),
    ]
    expectSound(try #require(WaterfallChart(cell(huge, rest: 0.35))?.chart))
  }

  @Test("has a bar for every step of its table, each from where the last one ended")
  func steps() throws {
    let chart = try #require(WaterfallChart(cell)?.chart)
    let rows = chart.table.rows.map { $0.entries.map(\.text) }
    let parsed = try #require(ParsedDrawing(chart.svg))
    let ratios = rows.dropLast().map { $0[4] }
    let bars = parsed.named("path").compactMap(\.hint)
    #expect(
      bars == zip(rows, rows.dropFirst()).dropLast().map { "\($1[3]) from \($0[4]) to \($1[4])" })
    #expect(ratios.count == ChartSample.explanation.factors.count + 2)
    for row in rows.dropFirst().dropLast() { #expect(parsed.texts.contains(row[3])) }
    #expect(rows.last?[4] == "1.75x [1.68, 1.88]")
  }

  @Test("is of a length that is the factor's logarithm")
  func lengths() throws {
    let chart = try #require(WaterfallChart(cell)?.chart)
    let starts = try #require(ParsedDrawing(chart.svg)).named("path").filter { $0.hint != nil }
      .compactMap { path in
        path.attributes["d"]?.dropFirst().split(separator: " ").first.flatMap { Double($0) }
      }
    // Memory traffic takes a factor of 4, the engine gives 2: twice the length, the other way. Each
    // place is rounded to 0.05, a difference of two to 0.1, and one of them is doubled.
    let (traffic, engine) = (starts[2] - starts[0], starts[3] - starts[2])
    #expect(traffic < 0 && abs(traffic + 2 * engine) <= 0.3)
  }

  @Test("says what takes the most")
  func summary() throws {
    #expect(
      try #require(WaterfallChart(cell)?.chart).summary
        == "Of 5x by FLOPs 1.75x was measured; the most is taken by memory traffic, ×0.25, "
        + "and ×0.94 is left unexplained.")
  }
}
