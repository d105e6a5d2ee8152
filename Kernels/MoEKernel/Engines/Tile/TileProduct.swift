import Tile

/// Some panels of weights against the rows that are staged for them.
///
/// The five loops around the microkernel, outermost first, with the names that BLIS gives them:
///
/// 1. *chunks* of panels (N-blocking, jc), whose unfinished sums the worker's scratch holds;
/// 2. *parts* of the inputs (K-blocking, pc), so that what follows fits the L2 cache;
/// 3. *groups* of tiles (M-blocking, ic), whose parts stay in L2 while
/// 4. the part of one *panel* after the other comes by (jr), from memory for the first group and from the
///    last-level cache for the others, and meets
/// 5. the *tiles* of the group (ir).
///
/// The microkernel reads a part of a panel and of a tile, at most 256 and 96 KiB with 512-bit vectors, where
/// an L2 cache has 512 KiB to 2 MiB. Each tile reads the panel again, from L2 but for the first, and each panel
/// reads the tile again: with m tiles in a group, memory delivers 1/m of what the microkernel reads. Tiles are
/// in the inner loop, because weights come from memory and activations were just written. Without parts, panel
/// and tiles of a long row would evict each other.
struct TileProduct {
  /// The most steps of one part: a panel part of 256 KiB with 512-bit vectors, of 128 and 64 KiB with shorter
  /// ones.
  ///
  /// Longer ones lost a quarter of their speed with 16 rows (14336 inputs, Zen 5).
  private static let mostSteps = 2048

  /// Bytes of the parts of one group of tiles: half of an L2 cache of 1 MiB, which leaves the other half to the
  /// panel and to the one that is prefetched.
  ///
  /// A core with 512 KiB (Zen 3 and before) keeps less than a group, and reads the rest from the last-level
  /// cache.
  private static let groupBytes = 512 << 10

  /// Weights of one task: enough to be worth an atomic addition and to let the prefetch run, few enough that
  /// threads end together.
  private static let taskBytes = 512 << 10

  /// Panels that a group of tiles should meet before the next group is fetched, so that one in eight reads of
  /// a tile at most comes from beyond L2; and the most whose unfinished sums wait in the worker's scratch.
  private static let panelsPerGroup = 8

  let kernels: TileKernels
  /// Inputs of a row, K.
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

  /// Panels of one task that multiplies `rows` rows; it depends on nothing else, and not on the threads.
  func panelsPerTask(rows: Int) -> Int {
    let fitting = max(1, Self.taskBytes / max(1, kernels.panelBytes(depth: depth)))
    // Every task fetches each group of tiles into L2. Where there are several groups, or several parts of
    // one, a task has panels enough to make that pay.
    let tilesFetchedOnce = parts == 1 ? tilesPerGroup : 1
    return kernels.tiles(rows: rows) > tilesFetchedOnce
      ? max(fitting, Self.panelsPerGroup) : fitting
  }

  /// Multiplies and hands over each finished block while it is in the L1 cache.
  ///
  /// - Parameters:
  ///   - first: The first panel; the others follow it in memory.
  ///   - panels: Panels to multiply.
  ///   - next: The panel that the worker multiplies after these; `nil` where that is not known.
  ///   - pieces: The tiles of the input that are multiplied.
  ///   - scratch: A worker's own, `scratchElements` floats.
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

  /// Loops 2 to 5 over one chunk of panels.
  ///
  /// With one part, a block is finished at once and one place in the scratch serves them all; with more, every
  /// panel and tile has a place where its sums wait for the next part.
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
        let firstTile = pieces.lowerBound + group * pieces.count / groups
        let endTile = pieces.lowerBound + (group + 1) * pieces.count / groups
        let shares = kernels.prefetchShares(
          tiles: endTile - firstTile, rows: kernels.tileRows(firstTile, of: input.count).count)
        for panel in 0..<panels {
          let weights = firstPart + panel * panelBytes
          // What is multiplied after this panel, to be prefetched meanwhile: the next one; behind the last,
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
          for tile in firstTile..<endTile {
            let rows = kernels.tileRows(tile, of: input.count)
            let blockIndex = parts == 1 ? 0 : panel * pieces.count + tile - pieces.lowerBound
            let block = scratch + blockIndex * kernels.blockCapacity
            if part + 1 == parts { prepare(panel, rows) }
            kernels.multiply(
              panel: weights,
              tile: UnsafeRawPointer(input[rows.lowerBound])
                + firstStep * kernels.tileBytesPerStep(rows: rows.count),
              steps: count, rows: rows.count, block: block, accumulates: part > 0,
              prefetch: shares.prefetch(
                tile: tile - firstTile, panel: weights, next: following, steps: count))
            if part + 1 == parts { finish(block, panel, rows) }
          }
        }
      }
    }
  }
}
