import LayerSpec
import ModelSpec
import Testing

@testable import Runner

@Suite struct CeilingLogTests {
  private func ceiling(
    threads: Int = 2, _ gigaflops: Double = 400, _ gigabytes: Double = 50
  ) -> Ceiling {
    Ceiling(
      threads: threads, precision: .f32, peakFlopsPerSecond: gigaflops * 1e9,
      readBytesPerSecond: gigabytes * 1e9)
  }

  @Test func nothingMeasuredIsNothingToSay() {
    #expect(CeilingLog().highest.isEmpty)
    #expect(CeilingLog().cautions.isEmpty)
  }

  @Test func theHighestOfEachFigureIsKept() {
    var log = CeilingLog()
    log.add([ceiling(threads: 1, 200, 30), ceiling(400, 40)])
    log.raise(by: [ceiling(390, 50)])
    log.add([ceiling(threads: 1, 210, 20), ceiling(380, 45)])
    #expect(log.highest == [ceiling(threads: 1, 210, 30), ceiling(400, 50)])
  }

  @Test func theHighestRateOfEachTileIsKeptWhoeverMeasuredIt() {
    func tiles(_ rates: [String: [Double]]) -> Ceiling {
      var ceiling = ceiling()
      ceiling.tileRates = rates
      return ceiling
    }
    var log = CeilingLog()
    log.add([tiles([:])])
    log.raise(by: [tiles(["tile": [3, 5]])])
    log.raise(by: [tiles([:])])
    log.add([tiles(["tile": [4, 2], "another": [9]])])
    #expect(log.highest == [tiles(["tile": [4, 5], "another": [9]])])
  }

  @Test(arguments: [(50.0, 48.6), (48.6, 50.0), (50, 50)])
  func aDriftOfThreePercentIsAccuracy(before: Double, after: Double) {
    var log = CeilingLog()
    log.add([ceiling(400, before)])
    log.add([ceiling(400, after)])
    #expect(log.cautions.isEmpty)
  }

  @Test func aLargerDriftIsACautionWithBothFigures() {
    var log = CeilingLog()
    log.add([ceiling(400, 50.1)])
    log.raise(by: [ceiling(400, 60)])
    log.add([ceiling(360, 43)])
    #expect(log.cautions.count == 2)
    #expect(log.cautions[0].hasPrefix("peak f32 of 2 threads drifted from 400.0 to 360.0 GFLOP/s"))
    #expect(
      log.cautions[1].hasPrefix("read bandwidth of 2 threads drifted from 50.1 to 43.0 GB/s"))
  }

  /// Two states of memory, a third of the time in the lower one: full probes that both met the upper one say
  /// nothing of it.
  @Test func whatChangesFromMomentToMomentIsACaution() {
    var log = CeilingLog()
    log.add([ceiling(400, 60)])
    for moment in 0..<30 {
      log.add(glance: [ceiling(400 - Double(moment), moment % 3 == 0 ? 35 : 60)])
    }
    log.add([ceiling(400, 60)])
    #expect(log.cautions.count == 1)
    #expect(
      log.cautions[0].hasPrefix("read bandwidth of 2 threads went between 35.0 and 60.0 GB/s"))
    #expect(log.highest == [ceiling(400, 60)])
  }

  /// Disturbed moments are no state of the machine, and few glances tell nothing.
  @Test(arguments: [(30, 2), (9, 4)])
  func rareMomentsAreNoCaution(glances: Int, slow: Int) {
    var log = CeilingLog()
    log.add([ceiling(400, 60)])
    for moment in 0..<glances {
      log.add(glance: [ceiling(moment < slow ? 100 : 400, moment < slow ? 20 : 60)])
    }
    #expect(log.cautions.isEmpty)
  }

  @Test func oneProbeAloneCannotDrift() {
    var log = CeilingLog()
    log.add([ceiling(400, 50)])
    log.raise(by: [ceiling(400, 20)])
    #expect(log.cautions.isEmpty)
  }

  /// Bandwidth has no precision: two precisions of one probe share it, and one caution is enough.
  @Test func oneDriftIsToldOnce() {
    func both(_ gigabytes: Double) -> [Ceiling] {
      [WeightFormat.f32, .bf16].map {
        Ceiling(
          threads: 1, precision: $0, peakFlopsPerSecond: 1e9, readBytesPerSecond: gigabytes * 1e9)
      }
    }
    var log = CeilingLog()
    log.add(both(50))
    log.add(both(40))
    #expect(log.cautions.count == 1)
  }

  /// A run of one thread probes one thread alone, a later one of two threads probes both.
  @Test func everyNumberOfThreadsHasItsOwnHistory() {
    var (first, second) = (CeilingLog(), CeilingLog())
    for _ in 0..<2 { first.add([ceiling(threads: 1, 200, 30)]) }
    second.add([ceiling(threads: 1, 200, 30), ceiling(400, 50)])
    second.add([ceiling(threads: 1, 200, 30), ceiling(400, 40)])
    first.append(second)
    #expect(first.cautions.count == 1)
    #expect(first.cautions.allSatisfy { $0.hasPrefix("read bandwidth of 2 threads drifted") })
  }

  @Test func runsOfTwoEnginesAreOneHistory() {
    var (first, second) = (CeilingLog(), CeilingLog())
    first.add([ceiling(400, 50)])
    first.add([ceiling(400, 50)])
    second.add([ceiling(410, 50)])
    second.add([ceiling(300, 50)])
    first.append(second)
    #expect(first.highest == [ceiling(410, 50)])
    #expect(first.cautions.count == 1)
    #expect(first.cautions.allSatisfy { $0.contains("from 400.0 to 300.0 GFLOP/s") })
  }
}
