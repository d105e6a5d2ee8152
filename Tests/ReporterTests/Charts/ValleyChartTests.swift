import Testing

@testable import Reporter

@Suite("The picture of a valley")
struct ValleyChartTests {
  private let curve = ChartSample.curve

  @Test("is the one that was looked at")
  func golden() throws {
    try expectGolden(try #require(ChartSample.valley?.chart), "valley")
  }

  @Test("is sound")
  func sound() throws {
    expectSound(try #require(ChartSample.valley?.chart))
  }

  private func chart(_ points: [Curve.Point], bottom: Curve.Point? = nil, enough: Int? = nil)
    -> Chart?
  {
    var curve = curve
    curve.points = points
    return ValleyChart(curve: curve, bottom: bottom, sufficient: enough)?.chart
  }

  @Test("does not exist with less than two points that can be drawn")
  func empty() {
    #expect(chart([]) == nil)
    #expect(chart([curve.points[0]]) == nil)
    #expect(chart([curve.points[0], curve.points[0]]) == nil)
    var wrong = curve.points[1]
    wrong.flopRatio = 0
    #expect(chart([curve.points[0], wrong]) == nil)
    wrong = curve.points[1]
    wrong.timeRatio.low = -1
    #expect(chart([curve.points[0], wrong]) == nil)
    wrong.value = 0
    #expect(chart([curve.points[0], wrong]) == nil)
  }

  @Test("stands a flat curve, missing rooflines and wild numbers")
  func degenerate() throws {
    let flat = [1, 2].map { ChartSample.point($0, nil, Sample.estimate(7.98, 7.98, 7.98)) }
    expectSound(try #require(chart(flat)))
    let wild = [
      ChartSample.point(1, 0, Sample.estimate(1e-300, 1e-200, 1e200)),
      ChartSample.point(.max, .infinity, Sample.estimate(1e-300, 1, 1e300)),
    ]
    let drawn = try #require(chart(wild, bottom: wild[0], enough: .max))
    expectSound(drawn)
    #expect(drawn.table.rows.map { $0.entries[2].text } == ["-", "-"])
    expectSound(try #require(chart(flat, bottom: flat[0], enough: -5)))
  }

  @Test("has a mark for every point of its table, and says the same")
  func marks() throws {
    let chart = try #require(ChartSample.valley?.chart)
    let rows = chart.table.rows.map { $0.entries.map(\.text) }
    let hints = try #require(ParsedDrawing(chart.svg)).hints
    #expect(
      hints
        == rows.map { row in
          "\(row[0]) \(row[0] == "1" ? "token" : "tokens"): FLOPs \(row[1]), roofline \(row[2]), "
            + "measured \(row[3]) \(row[4])"
        })
    #expect(rows.count == curve.points.count)
  }

  @Test("joins no measured points, and draws the roofline's course only where it is counted")
  func course() throws {
    func lines(_ chart: Chart, _ colour: String) throws -> [ParsedDrawing.Element] {
      try #require(ParsedDrawing(chart.svg)).named("path").filter {
        ($0.attributes["class"] ?? "") == "tf-line tf-stroke-\(colour)"
          && ($0.number("stroke-width") ?? 0) > 2
      }
    }
    let predicted = try #require(ChartSample.valley?.chart)
    #expect(try lines(predicted, "measured").isEmpty)
    #expect(try lines(predicted, "roofline").count == 1)
    let points = try #require(chart(curve.points))
    #expect(try lines(points, "measured").isEmpty && lines(points, "roofline").isEmpty)
    try expectApart(predicted)
    try expectApart(points)
  }

  @Test("marks the bottom and the tokens that are enough")
  func bottom() throws {
    let chart = try #require(ChartSample.valley?.chart)
    let texts = try #require(ParsedDrawing(chart.svg)).texts
    #expect(texts.contains("bottom: 1.58x at 16"))
    #expect(texts.contains("needs at least 512 tokens for 90 % of the FLOP saving"))
    #expect(
      chart.summary
        == "The valley's bottom is at 16 tokens per pass: 1.58x measured, where FLOPs say 7.98x. "
        + "Needs at least 512 tokens per pass here for 90 % of the FLOP saving.")
  }

  @Test("says when no token count is enough, and when every one is")
  func never() throws {
    #expect(
      try #require(chart(curve.points)).summary
        == "Does not realise 90 % of the FLOP saving with up to 1024 tokens per pass.")
    #expect(
      try #require(chart(curve.points, enough: 1)).summary
        == "Realises 90 % of the FLOP saving at every token count that was measured.")
  }

  @Test("does not speak of a saving where the candidate needs more FLOPs")
  func cost() throws {
    let points = curve.points.map { point in
      var point = point
      point.flopRatio = 0.4
      return point
    }
    #expect(
      try #require(chart(points, enough: 512)).summary
        == "Needs at least 512 tokens per pass here for 90 % of the FLOP ratio.")
  }
}
