import Synchronization
import Testing

@testable import MoEKernel

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyWorkerRunsOncePerRegion(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let seen = Atomic<Int>(0)
    for region in 1...50 {
      pool.run { worker in seen.add(1 << (worker * 7), ordering: .relaxed) }
      for worker in 0..<threads {
        #expect(seen.load(ordering: .relaxed) >> (worker * 7) & 127 == region)
      }
    }
  }

  @Test(arguments: [0, 1, 2, 9, 1_000], [1, 4, 2_000])
  func everyIndexIsVisitedOnce(count: Int, grain: Int) {
    let pool = WorkerPool(threads: 3)
    let visits = Matrix(rows: 1, columns: count)
    let total = Atomic<Int>(0)
    for _ in 0..<2 {
      pool.forEach(count, grain: grain) { _, index in
        // Each index is one worker's alone.
        visits[0, index] += 1
        total.add(1, ordering: .relaxed)
      }
    }
    #expect(total.load(ordering: .relaxed) == 2 * count)
    #expect(visits.elements == [Float](repeating: 2, count: count))
  }

  /// Whoever is told what comes next is given exactly that, and nobody is told anything wrong.
  @Test(arguments: [1, 3], [false, true])
  func tasksAheadAreTheNextOnes(threads: Int, isAhead: Bool) {
    let pool = WorkerPool(threads: threads)
    for count in [0, 1, 2, 500] {
      // A row for each worker: what it was promised last. A column for each index: its visits.
      let promised = Matrix(rows: threads, columns: 1)
      let visits = Matrix(rows: 1, columns: count)
      for worker in 0..<threads { promised[worker, 0] = -1 }
      pool.forEach(count, isAhead: isAhead, in: (promised: promised, visits: visits)) {
        let (promised, visits) = ($0.promised, $0.visits)
        visits[0, $2] += 1
        if promised[$1, 0] >= 0 && promised[$1, 0] != Float($2) { visits[0, $2] += 100 }
        promised[$1, 0] = $3 < visits.columns ? Float($3) : -1
      }
      #expect(visits.elements == [Float](repeating: 1, count: count))
    }
  }

  /// Long enough for the workers to fall asleep between regions.
  @Test func wakesSleepers() async throws {
    let pool = WorkerPool(threads: 2)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(5))
      let seen = Atomic<Int>(0)
      pool.run { _ in seen.add(1, ordering: .relaxed) }
      #expect(seen.load(ordering: .relaxed) == 2)
    }
  }

  @Test func startsAndEndsManyTimes() {
    for _ in 0..<100 {
      let pool = WorkerPool(threads: 3)
      let seen = Atomic<Int>(0)
      pool.run { _ in seen.add(1, ordering: .relaxed) }
      #expect(seen.load(ordering: .relaxed) == 3)
    }
  }

  @Test func refusesNestedRegions() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.run { _ in pool.run { _ in } }
    }
    await #expect(processExitsWith: .failure) { _ = WorkerPool(threads: 0) }
  }
}
