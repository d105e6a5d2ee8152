import Tile

/// One panel of weights against all rows that are staged for it.
///
/// The loops around the micro-kernel: inputs are cut into parts so that a panel's part and a tile's
/// stay in the second-level cache together, and for each part all tiles meet the panel before the
/// next part is read. Sums of unfinished parts wait in the worker's scratch.
struct TileProduct {
  /// The most steps of one part: a panel part of 256 KiB.
  ///
  /// Longer ones lost a quarter of their speed with 16 rows (14336 inputs, Zen 5).
  private static let mostSteps = 2048

  let kernels: TileKernels
  /// Inputs of a row.
  let depth: Int
  private let parts: Int

  init(_ kernels: TileKernels, depth: Int) {
    self.kernels = kernels
    self.depth = depth
    parts = max(1, (kernels.steps(depth: depth) + Self.mostSteps - 1) / Self.mostSteps)
  }

  /// Floats of scratch for `rows` rows: a block for each of their tiles.
  static func scratchElements(_ kernels: TileKernels, rows: Int) -> Int {
    Saturating.product(Saturating.sum(kernels.tiles(rows: rows), 1), kernels.blockCapacity)
  }

  /// Weights of one task: enough to be worth a ticket of the pool and to let the prefetcher run, few
  /// enough that threads end together.
  private static let taskBytes = 512 << 10

  /// Panels of one task.
  var panelsPerTask: Int { max(1, Self.taskBytes / max(1, kernels.panelBytes(depth: depth))) }

  /// Multiplies and hands over each finished block.
  ///
  /// - Parameters:
  ///   - panel: The panel's weights.
  ///   - next: The panel that this worker multiplies next.
  ///   - pieces: The tiles of the input that are multiplied.
  ///   - finish: Is given a block of `panelWidth` sums for each row of a tile, and which rows.
  @inline(__always)
  func forEachBlock(
    panel: UnsafeRawPointer, next: UnsafeRawPointer, input: Rows, pieces: Range<Int>,
    scratch: UnsafeMutablePointer<Float>,
    finish: (_ block: UnsafeMutablePointer<Float>, _ rows: Range<Int>) -> Void
  ) {
    let steps = kernels.steps(depth: depth)
    for part in 0..<parts {
      let first = part * steps / parts
      let count = (part + 1) * steps / parts - first
      let weights = panel + first * kernels.panelBytesPerStep
      let following =
        part + 1 < parts ? weights + count * kernels.panelBytesPerStep : next
      for tile in pieces {
        let rows = kernels.tileRows(tile, of: input.count)
        let block =
          parts == 1 ? scratch : scratch + (tile - pieces.lowerBound) * kernels.blockCapacity
        let activations =
          UnsafeRawPointer(input[rows.lowerBound])
          + first * kernels.tileBytesPerStep(rows: rows.count)
        kernels.multiply(
          panel: weights, tile: activations, steps: count, rows: rows.count, block: block,
          accumulates: part > 0,
          prefetch: kernels.prefetch(
            panel: weights, next: following, steps: count, tile: tile - pieces.lowerBound,
            tiles: pieces.count))
        if part + 1 == parts { finish(block, rows) }
      }
    }
  }
}
