import Testing

@testable import Runner

/// Probes and rounds take their part of a short run, and as long as they need of a long one.
@Suite struct MeasuringEffortTests {
  @Test(arguments: [(120.0, 24), (60, 6), (.infinity, 1000)])
  func aRunOfUsualLengthKeepsItsRoundsAndItsGlances(seconds: Double, cells: Int) {
    let effort = MeasuringEffort.full.within(seconds: seconds, cells: cells)
    #expect(effort.shortestSliceSeconds == MeasuringEffort.full.shortestSliceSeconds)
    #expect(effort.ceilingsBesideCells.sliceSeconds > 0.0045)
    #expect(effort.ceilings.sliceSeconds >= 0.015)
    #expect(effort.reliesOnCeilings)
  }

  /// Sixteen cells in a second: the fewest rounds of four slices at seven visits take half of it.
  @Test func aShortRunHasShortSlices() {
    let effort = MeasuringEffort.full.within(seconds: 1, cells: 16)
    #expect(effort.shortestSliceSeconds * 4 * 7 * 16 <= 0.5 + 1e-12)
    #expect(effort.ceilings.sliceSeconds < 0.001)
    #expect(effort.ceilings.slices == MeasuringEffort.full.ceilings.slices)
    let tiles = effort.ceilings.tileSliceSeconds ?? 0
    #expect(abs(tiles / effort.ceilings.sliceSeconds - 0.1) < 1e-12)
  }

  /// One look at ceilings in doubt takes a tenth of a short run, and seconds of a long one: fifty slices of three
  /// ways to read and of two instruction sets.
  @Test func aLookInDoubtTakesItsPart() {
    let slices = Double(MeasuringEffort.full.ceilingsInDoubt.slices * 5)
    for (seconds, most) in [(1.0, 0.13), (10, 1.0), (120, 5.0), (.infinity, 5.0)] {
      let effort = MeasuringEffort.full.within(seconds: seconds, cells: 16)
      #expect(slices * effort.ceilingsInDoubt.sliceSeconds <= most + 1e-9)
    }
    let usual = MeasuringEffort.full.within(seconds: 120, cells: 24)
    #expect(usual.ceilingsInDoubt == MeasuringEffort.full.ceilingsInDoubt)
  }

  @Test(arguments: [(0.0, 0), (1e-300, 1), (0.001, 1 << 40)])
  func noSliceIsTooShortToBeOne(seconds: Double, cells: Int) {
    for effort in [MeasuringEffort.full, .token] {
      let shortest = effort.within(seconds: seconds, cells: cells)
      #expect(shortest.shortestSliceSeconds == 0.001)
      #expect(shortest.ceilings.sliceSeconds >= 0.0005 - 1e-12)
      #expect(shortest.ceilingsBesideCells.sliceSeconds >= 0.0005 - 1e-12)
    }
  }
}
