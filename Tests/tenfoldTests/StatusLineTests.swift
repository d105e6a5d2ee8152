import Testing

@testable import tenfold

@Suite struct StatusLineTests {
  private func step(_ cell: Int, of cells: Int, left: Double? = 42) -> StatusLine.Step {
    StatusLine.Step(
      cell: cell, cells: cells, fraction: Double(cell - 1) / Double(cells), secondsLeft: left,
      isVisit: true, doing: "measuring a against b")
  }

  @Test func aTerminalSeesABarTheCellAndTheTimeLeft() {
    #expect(
      StatusLine.moving(step(7, of: 24), columns: 99)
        == "[#####---------------] 7/24, 42 s left: measuring a against b")
    #expect(
      StatusLine.moving(step(1, of: 1, left: nil), columns: 79)
        == "[--------------------] 1/1: measuring a against b")
  }

  @Test(arguments: [-1, 0, 1, 20, 59])
  func aNarrowTerminalSeesNoBar(_ columns: Int) {
    #expect(
      StatusLine.moving(step(24, of: 24), columns: columns)
        == "24/24, 42 s left: measuring a against b")
  }

  @Test func stepsThatCannotBeDoNotTrap() {
    #expect(StatusLine.moving(step(0, of: 5), columns: 80).hasPrefix("[--------------------] 0/5"))
    #expect(StatusLine.moving(step(9, of: 3), columns: 80).hasPrefix("[####################] 9/3"))
  }

  /// As long as nobody knows how many cells there are.
  @Test func withoutCellsThereIsNoNumberOfThem() {
    let step = StatusLine.Step(
      cell: 0, cells: 0, fraction: 0, secondsLeft: nil, isVisit: false, doing: "writing weights")
    #expect(StatusLine.moving(step, columns: 99) == "[--------------------] writing weights")
    #expect(StatusLine.logged(step) == "writing weights")
  }

  @Test func aLogSeesTheSameWithoutABar() {
    #expect(StatusLine.logged(step(7, of: 24)) == "[7/24]  42 s left, measuring a against b")
    #expect(StatusLine.logged(step(7, of: 24, left: nil)) == "[7/24]  measuring a against b")
  }

  @Test(arguments: [
    (-1.0, "0 s"), (0, "0 s"), (0.2, "1 s"), (59, "59 s"), (60, "1 min"), (64, "1 min"),
    (203, "3 min 20 s"), (3599, "59 min 55 s"), (7500, "2 h 5 min"), (.nan, "2777 h 46 min"),
    (.infinity, "2777 h 46 min"),
  ])
  func timesAreSaidAsPeopleSayThem(_ seconds: Double, _ words: String) {
    #expect(StatusLine.words(seconds: seconds) == words)
  }
}
