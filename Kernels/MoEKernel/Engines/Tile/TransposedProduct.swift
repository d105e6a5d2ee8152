import Tile

/// dX = dY·W from panels of W, which are transposed on the way.
///
/// Squares of panels are transposed into panels of Wᵀ in a worker's scratch, a part of the outputs at a time, and
/// multiplied from there with all tiles before the next part: at 32 rows a transposition costs a sixth of the
/// product that it is for, and memory delivers W once. The part that comes next is prefetched meanwhile.
struct TransposedProduct {
  private let kernels: TileKernels
  /// Panels of one matrix, whose columns are the terms of each sum.
  private let panels: Int
  /// Inputs of W, which are the outputs here.
  private let inputs: Int

  init(_ kernels: TileKernels, panels: Int, inputs: Int) {
    self.kernels = kernels
    self.panels = panels
    self.inputs = inputs
  }

  /// Panels of Wᵀ that are made at once, so that what is read of each panel of W is some KiB in one piece.
  static let panelsAtOnce = 4
  /// Steps of a part: with 512-bit vectors the four panels' parts are 256 KiB of an L2 cache, as much as is
  /// prefetched.
  private static let stepsPerPart = 512

  /// Inputs of one task.
  var block: Int { Self.panelsAtOnce * kernels.panelWidth }

  private var panelElements: Int { Self.stepsPerPart * kernels.panelWidth }

  /// Panels of one part: as many as it has products, each of which asks for what comes next of one panel.
  private func panelsPerPart(products: Int) -> Int {
    min(Self.stepsPerPart / kernels.panelWidth, max(products, Self.panelsAtOnce))
  }

  /// Floats of scratch for up to `rows` rows: the parts of panels, and a block for each of them and each tile.
  func scratchElements(rows: Int) -> Int {
    Saturating.product(
      Self.panelsAtOnce,
      Saturating.sum(
        panelElements, Saturating.product(kernels.tiles(rows: rows), kernels.blockCapacity)))
  }

  /// Multiplies, and hands over each finished block with its first input and its rows.
  ///
  /// - Parameters:
  ///   - source: The first panel of the matrix.
  ///   - wanted: Inputs from a multiple of `block` on, no more than that.
  ///   - gradient: Rows of dY in blocks, as many columns as the panels have.
  ///   - next: The first input of what will be multiplied next; `nil` where that is of another matrix.
  @inline(__always)
  func forEachBlock(
    _ source: UnsafePointer<Float>, inputs wanted: Range<Int>, gradient: Rows, next: Int?,
    scratch: UnsafeMutablePointer<Float>,
    finish: (_ block: UnsafeMutablePointer<Float>, _ inputs: Range<Int>, _ rows: Range<Int>) -> Void
  ) {
    let width = kernels.panelWidth
    let panelStride = inputs * width
    let targets = (wanted.count + width - 1) / width
    let tiles = kernels.tiles(rows: gradient.count)
    let blocks = scratch + Self.panelsAtOnce * panelElements
    let start = source + wanted.lowerBound * width
    let panelsPerPart = panelsPerPart(products: targets * tiles)
    for first in stride(from: 0, to: panels, by: panelsPerPart) {
      let count = min(panelsPerPart, panels - first)
      for panel in 0..<count {
        for target in 0..<targets {
          let input = wanted.lowerBound + target * width
          let source = start + (first + panel) * panelStride + target * width * width
          kernels.transposeSquare(
            source: source, steps: min(width, inputs - input),
            target: scratch + target * panelElements + panel * width * width,
            next: target + 1 < targets
              ? source + width * width : start + (first + panel + 1) * panelStride)
        }
      }
      let steps = count * width
      // What comes next is in as many places as it has panels: each product asks for the part of one.
      var ahead = first + count
      var (startAhead, endAhead) = (Optional(start), min(ahead + panelsPerPart, panels))
      if ahead == panels {
        (ahead, startAhead, endAhead) = (0, next.map { source + $0 * width }, panelsPerPart)
      }
      let products = kernels.blockProducts
      for target in 0..<targets {
        for tile in 0..<tiles {
          let rows = kernels.tileRows(tile, of: gradient.count)
          let stride = rows.count * width
          products.multiply(
            panel: scratch + target * panelElements,
            factors: .init(base: gradient[rows.lowerBound] + first * stride, stride: stride),
            steps: steps, rows: rows.count,
            block: blocks + (target * tiles + tile) * kernels.blockCapacity,
            accumulates: first > 0,
            prefetch: ahead < endAhead
              ? startAhead.map {
                TilePrefetch(
                  start: $0 + ahead * panelStride,
                  bytesPerStep: targets * width * kernels.panelBytesPerStep / max(1, steps))
              } : nil)
          ahead += 1
        }
      }
    }
    for target in 0..<targets {
      let input = wanted.lowerBound + target * width
      for tile in 0..<tiles {
        finish(
          blocks + (target * tiles + tile) * kernels.blockCapacity,
          input..<min(input + width, wanted.upperBound),
          kernels.tileRows(tile, of: gradient.count))
      }
    }
  }
}
