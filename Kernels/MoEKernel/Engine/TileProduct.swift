import Tile

/// Some panels of weights against the rows that are staged for them.
///
/// The loops around the micro-kernel, outermost first:
///
/// 1. tiles in *groups* that fill half of the second-level cache, where they stay while
/// 2. one *panel* after the other comes by, from memory the first time and later from the last-level
///    cache; a panel of many inputs in
/// 3. *parts*, so that a part stays in the second-level cache while
/// 4. the *tiles* of the group meet it. Sums of unfinished parts wait in the worker's scratch.
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

  /// Panels that a group of tiles should meet before the next group is fetched.
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
    let tileBytes = kernels.tileBytes(rows: kernels.maximumRows, depth: depth)
    tilesPerGroup = max(1, Self.groupBytes / max(1, tileBytes))
  }

  /// Floats of scratch for `rows` rows: a block for each of their tiles.
  static func scratchElements(_ kernels: TileKernels, rows: Int) -> Int {
    Saturating.product(Saturating.sum(kernels.tiles(rows: rows), 1), kernels.blockCapacity)
  }

  /// Panels of one task.
  func panelsPerTask(rows: Int) -> Int {
    let few = max(1, Self.taskBytes / max(1, kernels.panelBytes(depth: depth)))
    return kernels.tiles(rows: rows) > tilesPerGroup ? max(few, Self.panelsPerGroup) : few
  }

  /// Multiplies and hands over each finished block.
  ///
  /// - Parameters:
  ///   - first: The first panel; the others follow it in memory.
  ///   - panels: How many.
  ///   - next: The panel that the worker multiplies after these; `nil` where nobody knows.
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
    let panelBytes = kernels.panelBytes(depth: depth)
    let groups = (pieces.count + tilesPerGroup - 1) / tilesPerGroup
    for group in 0..<groups {
      let start = pieces.lowerBound + group * pieces.count / groups
      let end = pieces.lowerBound + (group + 1) * pieces.count / groups
      for panel in 0..<panels {
        let weights = first + panel * panelBytes
        var following = weights + panelBytes
        if panel + 1 == panels { following = group + 1 < groups ? first : next ?? following }
        multiply(
          weights, next: following, input: input, tiles: start..<end, scratch: scratch,
          prepare: { prepare(panel, $0) }, finish: { finish($0, panel, $1) })
      }
    }
  }

  /// One panel against the tiles of one group.
  @inline(__always)
  private func multiply(
    _ panel: UnsafeRawPointer, next: UnsafeRawPointer, input: Rows, tiles: Range<Int>,
    scratch: UnsafeMutablePointer<Float>, prepare: (_ rows: Range<Int>) -> Void,
    finish: (_ block: UnsafeMutablePointer<Float>, _ rows: Range<Int>) -> Void
  ) {
    let steps = kernels.steps(depth: depth)
    for part in 0..<parts {
      let first = part * steps / parts
      let count = (part + 1) * steps / parts - first
      let weights = panel + first * kernels.panelBytesPerStep
      let following = part + 1 < parts ? weights + count * kernels.panelBytesPerStep : next
      for tile in tiles {
        let rows = kernels.tileRows(tile, of: input.count)
        let index = tile - tiles.lowerBound
        let block = parts == 1 ? scratch : scratch + index * kernels.blockCapacity
        let activations =
          UnsafeRawPointer(input[rows.lowerBound])
          + first * kernels.tileBytesPerStep(rows: rows.count)
        if part + 1 == parts { prepare(rows) }
        kernels.multiply(
          panel: weights, tile: activations, steps: count, rows: rows.count, block: block,
          accumulates: part > 0,
          prefetch: kernels.prefetch(
            panel: weights, next: following, steps: count, tile: index, tiles: tiles.count))
        if part + 1 == parts { finish(block, rows) }
      }
    }
  }
}
