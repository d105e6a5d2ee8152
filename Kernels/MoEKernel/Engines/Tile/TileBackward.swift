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
  ///   - gradient: Rows of dY in `BlockStaging`, as many columns as the panels have.
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
      for target in 0..<targets {
        for tile in 0..<tiles {
          let rows = kernels.tileRows(tile, of: gradient.count)
          let stride = rows.count * width
          kernels.multiplyBlocks(
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

/// Copies floats that need only be aligned for one, four at a time: `count` is a multiple of four.
@inline(__always)
private func copy(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
) {
  for index in stride(from: 0, to: count, by: 4) {
    let four = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(target + index).storeBytes(of: four, as: SIMD4<Float>.self)
  }
}

/// Gradients in blocks, a tile's rows in each, where its first row would lie row-major: what a product reads as fast
/// as a packed tile, and what takes a copy of rows to make.
final class BlockStaging: RowStaging {
  private let kernels: TileKernels
  let order: String

  init(_ kernels: TileKernels) {
    self.kernels = kernels
    order = "blocks \(kernels.level.rawValue)"
  }

  let keepsRows = false

  func pieces(rows count: Int) -> Int { kernels.tiles(rows: count) }

  var rowsPerPiece: Int { kernels.maximumRows }

  /// As in `RowStaging`; columns are whole panels.
  func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    precondition(columns % kernels.panelWidth == 0, "\(columns) columns are no whole panels")
    let rows = kernels.tileRows(piece, of: count)
    kernels.packBlocks(
      source: indices == nil ? source[rows.lowerBound] : source.base, stride: source.stride,
      indices: indices.map { $0 + rows.lowerBound }, rows: rows.count, count: columns,
      blocks: target[rows.lowerBound], blockStride: rows.count * kernels.panelWidth)
  }
}

/// Strips of columns: the columns of a tile's rows side by side, row after row, so that the product over rows
/// reads them as a tile.
final class StripStaging: ColumnStaging {
  private let kernels: TileKernels

  init(_ kernels: TileKernels) { self.kernels = kernels }

  let keepsRows = false

  private static let stripsPerPiece = 16

  func pieces(columns: Int) -> Int {
    (kernels.tiles(rows: columns) + Self.stripsPerPiece - 1) / Self.stripsPerPiece
  }

  func stage(
    piece: Int, count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let strips = kernels.tiles(rows: columns)
    let first = piece * Self.stripsPerPiece
    for strip in first..<min(first + Self.stripsPerPiece, strips) {
      let part = kernels.tileRows(strip, of: columns)
      let whole = part.count & ~3
      var to = target + part.lowerBound * count
      for row in 0..<count {
        let from = source[indices.map { Int($0[row]) } ?? row]
        defer { to += part.count }
        copy(from + part.lowerBound, to: to, count: whole)
        for index in whole..<part.count { to[index] = from[part.lowerBound + index] }
      }
    }
  }
}
