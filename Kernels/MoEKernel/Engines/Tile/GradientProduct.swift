import Tile

/// dW = dYᵀ·X into panels of dW: a block of sums, twelve inputs of a panel, lies in the panel as the microkernel
/// leaves it, so that products are written where they belong.
struct GradientProduct {
  private let kernels: TileKernels
  private let inputs: Int

  init(_ kernels: TileKernels, inputs: Int) {
    self.kernels = kernels
    self.inputs = inputs
  }

  /// Panels of one task, which meet each strip of inputs while it is in the L1 cache.
  static let panelsAtOnce = 8
  /// Rows of one part: with 512-bit vectors the panels of dY are 256 KiB then.
  private static let rowsPerPart = 256

  private var panelElements: Int { Self.rowsPerPart * kernels.panelWidth }

  /// Floats of scratch: the panels of dY.
  var scratchElements: Int { Self.panelsAtOnce * panelElements }

  /// Multiplies at most `panelsAtOnce` panels.
  ///
  /// - Parameters:
  ///   - target: The first panel of dW.
  ///   - gradient: dY, row-major, at least one row, from the first column of the first panel on.
  ///   - input: As many rows of X in strips.
  func multiply(
    into target: UnsafeMutablePointer<Float>, panels: Int, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.panelWidth
    let panelStride = inputs * width
    let strips = kernels.tiles(rows: inputs)
    // Gradients are read when all are there, which the caches do not hold.
    let streams = gradient.count <= Self.rowsPerPart
    defer { if streams { kernels.finishStreaming() } }
    for row in stride(from: 0, to: gradient.count, by: Self.rowsPerPart) {
      let count = min(Self.rowsPerPart, gradient.count - row)
      kernels.packBlocks(
        source: gradient[row], stride: gradient.stride, rows: count, count: panels * width,
        blocks: scratch, blockStride: panelElements)
      for strip in 0..<strips {
        let columns = kernels.tileRows(strip, of: inputs)
        let part = input.base + columns.lowerBound * gradient.count + row * columns.count
        let bytes = columns.count * kernels.panelBytesPerStep
        for panel in 0..<panels {
          let block = target + panel * panelStride + columns.lowerBound * width
          // The lines of the block that comes next, which is written to.
          let next =
            panel + 1 < panels
            ? block + panelStride : target + (columns.upperBound % inputs) * width
          kernels.multiply(
            panel: scratch + panel * panelElements, tile: part, steps: count, rows: columns.count,
            block: block, accumulates: row > 0, streams: streams,
            prefetch: streams
              ? nil : TilePrefetch(start: next, bytesPerStep: (bytes + count - 1) / count))
        }
      }
    }
  }
}
