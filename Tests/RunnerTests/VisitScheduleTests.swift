import ModelSpec
import Testing

@testable import Runner

/// Visits by a clock that only visits move.
@Suite struct VisitScheduleTests {
  /// What a schedule did: the cells in the order of their visits, each with the time it began at.
  private struct Trace {
    var visits: [(cell: Int, start: Double)] = []
    var elapsed = 0.0

    func count(_ cell: Int) -> Int { visits.count { $0.cell == cell } }
    func starts(_ cell: Int) -> [Double] { visits.filter { $0.cell == cell }.map(\.start) }
  }

  /// - Parameter width: of a cell after so many visits; `nil` while it has no interval.
  private func run(
    seconds: [Double], budget: Double, goal: Double = 0.05,
    width: (_ cell: Int, _ visits: Int) -> Double = { _, _ in 0.3 }
  ) -> Trace {
    var schedule = VisitSchedule(seconds: seconds, budget: budget, goal: goal)
    var trace = Trace()
    while let index = schedule.next(elapsed: trace.elapsed), trace.visits.count < 10_000 {
      trace.visits.append((index, trace.elapsed))
      trace.elapsed += seconds[index]
      let visits = trace.count(index)
      schedule.note(
        visitTo: index, seconds: seconds[index], end: trace.elapsed,
        width: visits < RatioEstimate.fewestVisits ? nil : width(index, visits))
    }
    return trace
  }

  private let fewest = RatioEstimate.fewestVisits

  @Test func withoutTimeEveryCellHasItsFewestVisitsInTurns() {
    for budget in [0, 0.5] {
      let trace = run(seconds: [1, 2, 3], budget: budget)
      #expect((0..<3).allSatisfy { trace.count($0) == fewest })
      #expect(trace.visits.prefix(3).map(\.cell) == [0, 1, 2])
      // No cell is a whole turn ahead of another.
      for end in trace.visits.indices {
        let counts = (0..<3).map { cell in trace.visits[...end].count { $0.cell == cell } }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
      }
    }
    #expect(run(seconds: [], budget: 10).visits.isEmpty)
  }

  /// The budget holds whenever the fewest visits fit it, and every part of the run has one of each cell.
  @Test(arguments: [28.0, 40, 60]) func theFewestVisitsAreSpreadOverTheBudget(_ budget: Double) {
    let seconds = [0.1, 0.2, 2, 0.1, 0.3, 1]
    let trace = run(seconds: seconds, budget: budget)
    #expect(trace.elapsed <= budget)
    for cell in seconds.indices {
      let parts = Set(trace.starts(cell).map { Int($0 / budget * Double(fewest)) })
      #expect(parts == Set(0..<fewest), "\(cell): \(trace.starts(cell))")
    }
  }

  /// What is left goes to the cells of which a second narrows most, and to none whose interval is narrow.
  @Test func whatIsLeftGoesToTheWideCells() {
    let trace = run(seconds: [0.1, 0.1, 0.1, 2], budget: 40) { cell, _ in cell == 1 ? 0.4 : 0.02 }
    #expect(trace.count(1) == VisitSchedule.mostVisits)
    // Before their seventh visit nobody knows that the others are narrow.
    #expect(trace.count(3) < trace.count(1) && trace.count(3) >= fewest)
  }

  /// Visits that follow each other at once see one state of the machine.
  @Test func visitsOfACellRestBetweenThemselves() {
    let budget = 48.0
    let trace = run(seconds: Array(repeating: 0.1, count: 12), budget: budget)
    for cell in 0..<12 {
      let starts = trace.starts(cell)
      let pauses = zip(starts, starts.dropFirst()).map { $1 - $0 }
      #expect(pauses.prefix(fewest - 1).allSatisfy { $0 > 1 }, "\(cell): \(pauses)")
    }
  }

  @Test func aCellAloneIsVisitedUntilItIsNarrow() {
    #expect(
      run(seconds: [0.5], budget: 60) { _, visits in visits < 10 ? 0.1 : 0.04 }.count(0) == 10)
    #expect(run(seconds: [0.5], budget: 60).count(0) == VisitSchedule.mostVisits)
    #expect(run(seconds: [0.5], budget: 5).count(0) == 10)
  }
}
