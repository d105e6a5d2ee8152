import Testing

@testable import Reporter

@Suite("The picture of claims")
struct DumbbellChartTests {
  private let chart = DumbbellChart(ChartSample.verdicts, command: .command("tenfold run"))?.chart

  @Test("is the one that was looked at")
  func golden() throws {
    try expectGolden(try #require(chart), "claims")
  }

  @Test("is sound")
  func sound() throws {
    expectSound(try #require(chart))
  }

  @Test("does not exist without two ratios to hold against each other")
  func empty() {
    #expect(DumbbellChart([]) == nil)
    let alone = [
      ChartSample.verdict("a", claimed: 10, nil, nil, nil, .notAKernelClaim),
      ChartSample.verdict("b", claimed: nil, 5, nil, nil, .notAKernelClaim),
      ChartSample.verdict("c", claimed: 0, 5, nil, nil, .notAKernelClaim),
      ChartSample.verdict("d", claimed: -3, .infinity, nil, nil, .notAKernelClaim),
      ChartSample.verdict("e", claimed: nil, nil, .nan, (2, 1, 3), .fallsShort),
    ]
    #expect(DumbbellChart(alone) == nil)
  }

  @Test("leaves out what has no place on the axis, and draws the rest")
  func filtered() throws {
    let verdict = ChartSample.verdict("a", claimed: 0, 5, -1, (4, 5, 6), .undecided)
    let chart = try #require(DumbbellChart([verdict])?.chart)
    #expect(
      chart.table.rows[0].entries.map(\.text).dropFirst(3) == [
        "-", "5x", "-", "5.00x", "[4.00, 6.00]", "undecided",
      ])
    expectSound(chart)
  }

  @Test("shows equal ratios at 1x")
  func equal() throws {
    let verdict = ChartSample.verdict("a", claimed: 1, 1, 1, (1, 1, 1), .delivered)
    expectSound(try #require(DumbbellChart([verdict])?.chart))
  }

  @Test("has measured claims first, and of the others only what is claimed and FLOPs")
  func order() throws {
    let rows = try #require(chart).table.rows.map { $0.entries.map(\.text) }
    #expect(rows.count == 8)
    #expect(rows.prefix(4).allSatisfy { $0[6] != "-" })
    #expect(rows.dropFirst(4).allSatisfy { $0[5] == "-" && $0[6] == "-" && $0[7] == "-" })
  }

  @Test("has a mark for every figure of its table, and says the same")
  func marks() throws {
    let chart = try #require(chart)
    var expected: [String] = []
    for row in chart.table.rows.map({ $0.entries.map(\.text) }) {
      if row[5] != "-" { expected.append("roofline \(row[5])") }
      if row[4] != "-" { expected.append("FLOPs \(row[4])") }
      if row[6] != "-" { expected.append("measured \(row[6]) \(row[7])") }
      if row[3] != "-" { expected.append("claimed \(row[3])") }
    }
    #expect(try #require(ParsedDrawing(chart.svg)).hints.sorted() == expected.sorted())
  }

  @Test("counts what it shows and what it does not")
  func summary() throws {
    #expect(
      try #require(chart).summary
        == "4 claims measured here: 1 delivered, 1 exceeded, 2 fall short. Furthest from its number "
        + "is seed-10x-lower-inference-cost: claimed 10x, measured 0.510x. 4 claims beyond a kernel, "
        + "with the FLOP ratio beside what is claimed. 2 claims not shown, for want of a second "
        + "figure.")
  }
}
