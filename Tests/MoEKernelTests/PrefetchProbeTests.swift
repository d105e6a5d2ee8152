import LayerSpec
import Testing
import Tile

@testable import MoEKernel

@Suite struct PrefetchProbeTests {
  /// Of candidates that are as good as each other the first is taken, which asks for nothing; of others the
  /// fastest, where it is worth it.
  @Test(arguments: [
    ([100, 100, 100], 0), ([100, 120, 130], 0), ([100, 98, 99], 0), ([100, 90, 100], 1),
    ([100, 100, 90], 2), ([100, 80, 90], 1), ([100, 90, 80], 2), ([0, 0, 0], 0), ([0, 1, 1], 0),
  ])
  func theFastestIsTakenWhereItIsWorthIt(nanoseconds: [Int], choice: Int) {
    #expect(PrefetchProbe.choose { nanoseconds[$0] } == choice)
  }

  /// A neighbour that comes and goes for some slices is not taken for what a candidate does.
  @Test(arguments: 2...7, [[100, 100, 100], [100, 90, 100], [100, 103, 85]])
  func whatComesAndGoesDecidesNothing(period: Int, nanoseconds: [Int]) {
    var slice = 0
    let choice = PrefetchProbe.choose { candidate in
      slice += 1
      return nanoseconds[candidate] * (slice % (4 * period) < period ? 2 : 1)
    }
    #expect(choice == PrefetchProbe.choose { nanoseconds[$0] })
  }

  /// What is clear takes a few turns, and what is not has an end.
  @Test func unclearChoicesTakeMoreTurns() {
    func slices(_ time: (Int, Int) -> Int) -> Int {
      var count = 0
      _ = PrefetchProbe.choose { candidate in
        count += 1
        return time(candidate, count)
      }
      return count
    }
    let clear = slices { candidate, _ in candidate == 2 ? 80 : 100 }
    let unclear = slices { candidate, count in candidate == 2 ? 90 + count % 16 : 100 }
    #expect(clear < unclear)
    #expect(unclear <= 60 * PrefetchProbe.candidates.count)
  }

  @Test(arguments: TileLevel.supported, TileKernels.formats)
  func distancesAreOfThoseThatWereTried(level: TileLevel, format: WeightFormat) {
    let distances = PrefetchProbe.distances(level: level, format: format)
    let rows = TileKernels(level: level, format: format).maximumRows
    #expect(rows <= PrefetchDistances.mostRows)
    for rows in 1...rows {
      #expect(PrefetchProbe.candidates.contains(distances[rows: rows]))
    }
    #expect(PrefetchProbe.distances(level: level, format: format) == distances)
  }

  /// What one process says another understands.
  @Test(arguments: TileLevel.supported, TileKernels.formats)
  func choicesAreReadBack(level: TileLevel, format: WeightFormat) throws {
    let distances = PrefetchProbe.distances(level: level, format: format)
    let choices = TileEngine.choices.filter {
      $0.key.contains(" \(level.rawValue) \(format) of ")
    }
    let text = try #require(choices.values.first)
    #expect(choices.count == 1)
    let rows = TileKernels(level: level, format: format).maximumRows
    let read = try #require(PrefetchProbe.distances(text, rows: rows))
    for rows in 1...rows { #expect(read[rows: rows] == distances[rows: rows]) }
  }

  /// What is no choice of this build is none.
  @Test(arguments: [
    "", "0", "0 0", "0 0 0 0", "0 0 1", "0 0 -2048", "0 x 0 0", "0 0 x", "0 0 99999999999999999999",
  ])
  func otherChoicesAreIgnored(text: String) {
    #expect(PrefetchProbe.distances(text, rows: 3) == nil)
    #expect(PrefetchProbe.distances("0 2048 8192", rows: 3)?[rows: 3] == 8192)
  }

  @Test func memoryThatIsNotThereIsNoReasonToEnd() throws {
    #expect(AlignedBuffer<Float>(ifAvailable: .max / 8) == nil)
    #expect(AlignedBuffer<Float>(ifAvailable: .max) == nil)
    let some = try #require(AlignedBuffer<Float>(ifAvailable: 1 << 20))
    some[(1 << 20) - 1] = 3
    #expect(some[0] == 0 && some[(1 << 20) - 1] == 3)
    #expect(AlignedBuffer<Float>(ifAvailable: 0) != nil)
  }
}
