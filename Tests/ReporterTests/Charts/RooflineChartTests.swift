import ModelSpec
import Testing

@testable import Reporter

@Suite("The picture of the roofline")
struct RooflineChartTests {
  private let chart = RooflineChart(ChartSample.record(), command: .command("tenfold run"))?.chart

  @Test("is the one that was looked at")
  func golden() throws {
    try expectGolden(try #require(chart), "roofline")
  }

  @Test("is sound")
  func sound() throws {
    expectSound(try #require(chart))
  }

  @Test("has no label over another, and numbers where names have no room")
  func labels() throws {
    for record in [ChartSample.record(), try Sample.example("default-suite")] {
      try expectApart(#require(RooflineChart(record)?.chart))
    }
    let chart = try #require(RooflineChart(try Sample.example("default-suite"))?.chart)
    let texts = try #require(ParsedDrawing(chart.svg)).texts
    #expect(texts.count { $0 == "1" } == 3, "on the axis, in the picture, and below it")
    #expect(texts.contains("qwen3-30b-a3b, 256 tokens"))
    #expect(texts.contains { $0.hasSuffix("235 GFLOP/s") })
  }

  @Test("does not exist without a roof or without points")
  func empty() {
    #expect(RooflineChart(ChartSample.record(ceilings: [])) == nil)
    #expect(RooflineChart(ChartSample.record([])) == nil)
    var ceiling = ChartSample.ceilings[1]
    ceiling.readBytesPerSecond = 0
    #expect(RooflineChart(ChartSample.record(ceilings: [ceiling])) == nil)
    var cell = ChartSample.cells[0]
    cell.sides.baseline.bytes = 0
    cell.sides.candidate.bytes = -1
    #expect(RooflineChart(ChartSample.record([cell])) == nil)
  }

  @Test("stands one point, and figures beyond all machines")
  func extremes() throws {
    var cell = ChartSample.cells[0]
    cell.sides.baseline.bytes = 0
    expectSound(try #require(RooflineChart(ChartSample.record([cell]))?.chart))
    cell.sides.baseline.bytes = .max
    cell.sides.candidate.flops = .max
    cell.sides.candidate.bytes = 1
    cell.sides.candidate.secondsMedian = 1e-200
    expectSound(try #require(RooflineChart(ChartSample.record([cell]))?.chart))
    let ceiling = Ceiling(
      threads: 2, precision: .f32, peakFlopsPerSecond: 1e300, readBytesPerSecond: 1e-300)
    #expect(RooflineChart(ChartSample.record([cell], ceilings: [ceiling])) == nil)
  }

  @Test("has one roof for each number of threads and precision")
  func roofs() throws {
    let record = ChartSample.record(ceilings: ChartSample.ceilings + ChartSample.ceilings)
    let chart = try #require(RooflineChart(record)?.chart)
    let rows = chart.table.rows.map { $0.entries.map(\.text) }
    #expect(rows.count { $0[0].hasPrefix("ceilings") } == 2)
    #expect(rows[0] == ["ceilings of 1 thread, f32", "-", "-", "6.21", "243 GFLOP/s", "39.1 GB/s"])
    #expect(chart.summary.contains("1 thread, f32: 243 GFLOP/s, 39.1 GB/s; 2 threads, f32"))
  }

  /// The cells' own figures go by what was probed beside them, so that is the roof over their marks.
  @Test("has the median of the ceilings beside the cells as its roof, and the run's best besides")
  func ownCeilings() throws {
    let record = try Sample.example("default-suite")
    let used = Roof.all(of: record).filter(\.isUsed)
    #expect(used.map(\.name) == ["2 threads, f32, beside the cells"])
    let own = record.cells.compactMap(\.ceilingBeside).map(\.readBytesPerSecond).sorted()
    let roof = try #require(used.first)
    #expect((own[11]...own[12]).contains(roof.ceiling.readBytesPerSecond))
    let best = try #require(record.ceilings.ceiling(threads: 2, format: .f32))
    #expect(roof.ceiling.readBytesPerSecond < best.readBytesPerSecond)
    let chart = try #require(RooflineChart(record)?.chart)
    #expect(chart.table.rows.contains { $0.entries[0].text.hasSuffix("beside the cells") })
    #expect(chart.summary.contains("2 threads, f32, beside the cells: "))
    // A cell without its own leaves the best alone.
    var mixed = record
    mixed.cells[0].ceilingBeside = nil
    #expect(Roof.all(of: mixed).allSatisfy { !$0.isBesideCells })
  }

  @Test("has a mark for every side in its table, and says the same")
  func marks() throws {
    let chart = try #require(chart)
    let hints = try #require(ParsedDrawing(chart.svg)).hints
    let rows = chart.table.rows.map { $0.entries.map(\.text) }.filter { $0[1] != "-" }
    #expect(
      hints == rows.map { "\($0[2]), \($0[1]), \($0[0]): \($0[4]) at \($0[3]) FLOP/byte" })
    #expect(rows.count == 2 * ChartSample.cells.count)
  }

  @Test("puts points of a faster side higher and those of a denser side further right")
  func places() throws {
    let chart = try #require(chart)
    let circles = try #require(ParsedDrawing(chart.svg)).named("circle")
      .filter { $0.hint != nil }
    let cells = ChartSample.cells
    try #require(circles.count == cells.count)
    for (a, b) in zip(cells.indices, cells.indices.dropFirst()) {
      let (one, other) = (cells[a].sides.candidate, cells[b].sides.candidate)
      let (x, y) = (circles[a].number("cx") ?? 0, circles[a].number("cy") ?? 0)
      if one.flopsPerSecond < other.flopsPerSecond { #expect(y >= circles[b].number("cy") ?? 0) }
      if Double(one.flops) / Double(one.bytes) < Double(other.flops) / Double(other.bytes) {
        #expect(x <= circles[b].number("cx") ?? 0)
      }
    }
  }
}
