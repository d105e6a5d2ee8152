import LayerSpec
import Testing

@testable import Tile

@Suite struct TileLevelTests {
  @Test func bestLevelIsTakenUnlessOneIsForced() throws {
    let best = try #require(TileLevel.supported.last)
    #expect(try TileLevel.choose(forced: nil) == best)
    #expect(try TileLevel.choose(forced: "") == best)
    for level in TileLevel.supported {
      #expect(try TileLevel.choose(forced: level.rawValue) == level)
    }
  }

  @Test func unknownLevelIsRefusedWithTheOnesThatExist() {
    let supported = TileLevel.supported
    #expect(throws: TileLevelError.notAvailable("v9", supported: supported)) {
      try TileLevel.choose(forced: "v9")
    }
    let sentence = TileLevelError.notAvailable("v9", supported: [.v2, .v3]).description
    #expect(sentence.contains("TENFOLD_ISA=v9") && sentence.contains("v2, v3"))
  }

  /// Every row is in one tile, and tiles differ by at most one row.
  @Test(arguments: Variant.all)
  func tilesCoverTheRowsEvenly(variant: Variant) {
    let kernels = variant.kernels
    #expect(kernels.tiles(rows: 0) == 0)
    for rows in 1...100 {
      let tiles = (0..<kernels.tiles(rows: rows)).map { kernels.tileRows($0, of: rows) }
      #expect(tiles.flatMap(Array.init) == Array(0..<rows))
      let sizes = tiles.map(\.count)
      #expect((sizes.max() ?? 0) <= kernels.maximumRows)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  /// The work is what it says it is: one sum after `rounds` rounds of x ← x·factor + addend, per lane.
  @Test(arguments: Variant.all)
  func ceilingLoopCountsItsFLOPs(variant: Variant) {
    let kernels = variant.kernels
    let none = kernels.multiplyInRegisters(rounds: 0, factor: 0.5, addend: 0)
    let some = kernels.multiplyInRegisters(rounds: 10, factor: 0.5, addend: 0)
    #expect(none.flops == 0)
    #expect(some.flops > 0 && some.flops.isMultiple(of: 10 * 2 * kernels.lanes))
    #expect(some.checksum == 0)
  }

  /// Every word is read in every way, and once: changing any one changes the checksum.
  @Test(arguments: Variant.all, ReadPattern.all)
  func readingTouchesEveryWord(variant: Variant, pattern: ReadPattern) {
    let kernels = variant.kernels
    let memory = Memory(bytes: 2048)
    memory.floats.update(repeating: 0)
    #expect(kernels.read(memory.start, bytes: 0, pattern: pattern) == 0)
    #expect(kernels.read(memory.start, bytes: 2048, pattern: pattern) == 0)
    let one = Float(1).bitPattern
    let missed = memory.floats.indices.filter { word in
      memory.floats[word] = 1
      defer { memory.floats[word] = 0 }
      return kernels.read(memory.start, bytes: 2048, pattern: pattern) != one
    }
    #expect(missed.isEmpty, "\(missed)")
  }
}
