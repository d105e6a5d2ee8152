import Tile

/// Some panels of weights against the rows that are staged for them.
///
/// The loops around the micro-kernel, outermost first:
///
/// 1. *panels* in chunks whose unfinished sums the worker's scratch holds; a product of many inputs in
/// 2. *parts*, so that a part of a panel stays in the second-level cache while
/// 3. *groups* of tiles, whose parts fill half of that cache, stay there while
/// 4. the part of one panel after the other comes by, from memory for the first group and later from
///    the last-level cache, and meets
/// 5. the *tiles* of the group.
///
/// What each loop is for: the product in the middle reads a part of a panel and of a tile, at most 256 and
/// 96 KiB with 512-bit vectors, where a second-level cache has 512 KiB to 2 MiB. The panel is read once for each tile, from that cache
/// but for the first, and so is a tile for each panel: with m tiles in a group, memory delivers 1/m of what
/// the product reads. Tiles are in the inner loop, because weights come from memory and rows of activations
/// were just written. Without parts, panel and tiles of a long row would push each other out of the cache.
struct TileProduct {
  /// The most steps of one part: a panel part of 256 KiB.
  ///
  /// Longer ones lost a quarter of their speed with 16 rows (14336 inputs, Zen 5).
  private static let mostSteps = 2048

  /// Half of the second-level cache of the cores that servers have had since 2017.
  private static let groupBytes = 512 << 10

  /// Weights of one task: enough to be worth a ticket of the pool and to let the prefetcher run, few
  /// enough that threads end together.
  private static let taskBytes = 512 << 10

  /// Panels that a group of tiles should meet before the next group is fetched, and the most whose
  /// unfinished sums wait in the worker's scratch.
  private static let panelsPerGroup = 8

  let kernels: TileKernels
  /// Inputs of a row.
  let depth: Int
  private let parts: Int
  private let tilesPerGroup: Int

  init(_ kernels: TileKernels, depth: Int) {
    self.kernels = kernels
    self.depth = depth
    parts = max(1, (kernels.steps(depth: depth) + Self.mostSteps - 1) / Self.mostSteps)
    let tileBytes = kernels.tileBytes(
      rows: kernels.maximumRows, depth: min(depth, Self.mostSteps * kernels.inputsPerStep))
    tilesPerGroup = max(1, Self.groupBytes / max(1, tileBytes))
  }

  /// Floats of scratch for `rows` rows: a block for each of their tiles and each panel of a chunk.
  static func scratchElements(_ kernels: TileKernels, rows: Int) -> Int {
    Saturating.product(
      Saturating.product(Saturating.sum(kernels.tiles(rows: rows), 1), panelsPerGroup),
      kernels.blockCapacity)
  }

  /// Panels of one task.
  func panelsPerTask(rows: Int) -> Int {
    let few = max(1, Self.taskBytes / max(1, kernels.panelBytes(depth: depth)))
    // A part of the tiles stays in the cache for all panels of a task, so more of them read it again.
    let manyTiles = parts == 1 ? tilesPerGroup : 1
    return kernels.tiles(rows: rows) > manyTiles ? max(few, Self.panelsPerGroup) : few
  }

  /// Multiplies and hands over each finished block.
  ///
  /// - Parameters:
  ///   - first: The first panel; the others follow it in memory.
  ///   - panels: How many.
  ///   - next: The panel that the worker multiplies after these; `nil` where that is not known.
  ///   - pieces: The tiles of the input that are multiplied.
  ///   - prepare: Is told which block comes next, to ask for the memory that it will be written to.
  ///   - finish: Is given a block of `panelWidth` sums for each row of a tile, the panel's number from
  ///     0, and which rows.
  @inline(__always)
  func forEachBlock(
    first: UnsafeRawPointer, panels: Int, next: UnsafeRawPointer?, input: Rows, pieces: Range<Int>,
    scratch: UnsafeMutablePointer<Float>,
    prepare: (_ panel: Int, _ rows: Range<Int>) -> Void,
    finish: (_ block: UnsafeMutablePointer<Float>, _ panel: Int, _ rows: Range<Int>) -> Void
  ) {
    let chunk = parts == 1 ? panels : Self.panelsPerGroup
    for begin in stride(from: 0, to: panels, by: max(1, chunk)) {
      let end = min(begin + chunk, panels)
      let start = first + begin * kernels.panelBytes(depth: depth)
      let isLast = end == panels
      multiply(
        start, panels: end - begin,
        next: isLast ? next : start + (end - begin) * kernels.panelBytes(depth: depth),
        input: input, pieces: pieces, scratch: scratch,
        prepare: { prepare(begin + $0, $1) }, finish: { finish($0, begin + $1, $2) })
    }
  }

  /// One chunk of panels.
  @inline(__always)
  private func multiply(
    _ first: UnsafeRawPointer, panels: Int, next: UnsafeRawPointer?, input: Rows,
    pieces: Range<Int>, scratch: UnsafeMutablePointer<Float>,
    prepare: (_ panel: Int, _ rows: Range<Int>) -> Void,
    finish: (_ block: UnsafeMutablePointer<Float>, _ panel: Int, _ rows: Range<Int>) -> Void
  ) {
    let panelBytes = kernels.panelBytes(depth: depth)
    let steps = kernels.steps(depth: depth)
    let groups = (pieces.count + tilesPerGroup - 1) / tilesPerGroup
    for part in 0..<parts {
      let firstStep = part * steps / parts
      let count = (part + 1) * steps / parts - firstStep
      let firstPart = first + firstStep * kernels.panelBytesPerStep
      for group in 0..<groups {
        let begin = pieces.lowerBound + group * pieces.count / groups
        let end = pieces.lowerBound + (group + 1) * pieces.count / groups
        for panel in 0..<panels {
          let weights = firstPart + panel * panelBytes
          // What is multiplied after this panel, to be asked for meanwhile: the next one; behind the last,
          // the first again for another group, the next part, or what the worker turns to afterwards.
          var following = weights + panelBytes
          if panel + 1 == panels {
            if group + 1 < groups {
              following = firstPart
            } else if part + 1 < parts {
              following = firstPart + count * kernels.panelBytesPerStep
            } else {
              following = next ?? following
            }
          }
          for tile in begin..<end {
            let rows = kernels.tileRows(tile, of: input.count)
            let waiting = parts == 1 ? 0 : panel * pieces.count + tile - pieces.lowerBound
            let block = scratch + waiting * kernels.blockCapacity
            if part + 1 == parts { prepare(panel, rows) }
            kernels.multiply(
              panel: weights,
              tile: UnsafeRawPointer(input[rows.lowerBound])
                + firstStep * kernels.tileBytesPerStep(rows: rows.count),
              steps: count, rows: rows.count, block: block, accumulates: part > 0,
              prefetch: kernels.prefetch(
                panel: weights, next: following, steps: count, tile: tile - begin,
                tiles: end - begin))
            if part + 1 == parts { finish(block, panel, rows) }
          }
        }
      }
    }
  }
}
