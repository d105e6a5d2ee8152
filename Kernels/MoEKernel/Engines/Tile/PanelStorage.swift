import Tile

/// Panels of equal matrices, zero where nothing was stored; or views of an arena, which are random also in
/// columns and inputs that a matrix does not have: those columns' sums are not stored, and those inputs of
/// rows are 0.
struct PanelStorage {
  /// Bytes of one panel, and from one to the next: a multiple of two vectors, which keeps all aligned.
  let bytes: Int
  private let panels: Int
  private let matrices: Int
  private let buffer: AlignedBuffer<UInt8>

  init(
    _ kernels: TileKernels, matrices: Int, panels: Int, depth: Int, in memory: WeightMemory
  ) {
    bytes = kernels.panelBytes(depth: depth)
    self.panels = panels
    self.matrices = matrices
    buffer = AlignedBuffer(count: matrices * panels * bytes, in: memory)
  }

  /// Where one panel of one matrix begins; checked, because an address is all that products are given.
  subscript(matrix: Int, panel: Int) -> UnsafeMutableRawPointer {
    precondition(
      matrix >= 0 && matrix < matrices && panel >= 0 && panel < panels,
      "panel \(panel) of matrix \(matrix) is outside \(matrices) matrices of \(panels)")
    return UnsafeMutableRawPointer(buffer.base + (matrix * panels + panel) * bytes)
  }

  /// The same as 32-bit floats, of panels that hold them.
  func floats(_ matrix: Int, _ panel: Int) -> UnsafeMutablePointer<Float> {
    self[matrix, panel].assumingMemoryBound(to: Float.self)
  }
}

/// A panel in a worker's scratch, behind the blocks of the product, filled from encoded rows just before
/// it is multiplied, so that what was decoded is read from a cache.
struct DecodedPanel {
  private let kernels: TileKernels
  private let depth: Int
  private let row: UnsafeMutablePointer<Float>
  /// Where the panel begins, aligned for vectors as the scratch is.
  let start: UnsafeMutableRawPointer

  /// - Parameter scratch: A worker's own, where the blocks of a product over `rows` rows begin.
  init(_ kernels: TileKernels, depth: Int, rows: Int, scratch: UnsafeMutablePointer<Float>) {
    self.kernels = kernels
    self.depth = depth
    row = scratch + TileProduct.scratchElements(kernels, rows: rows)
    start = UnsafeMutableRawPointer(row + paddedToVector(depth))
  }

  /// Floats of scratch for the panel and for one decoded row.
  static func scratchElements(_ kernels: TileKernels, depth: Int) -> Int {
    Saturating.product(paddedToVector(depth), kernels.panelWidth + 1)
  }

  /// Makes all columns zero: those of a last panel that have no output stay so.
  func clear() {
    start.initializeMemory(as: UInt8.self, repeating: 0, count: kernels.panelBytes(depth: depth))
  }

  /// Decodes a row and packs it into a column of the panel.
  func fill(column: Int, from rows: CodedRows, row index: Int) {
    rows.decode(row: index, to: row)
    kernels.packOutput(row, depth: depth, column: column, panel: start)
  }
}
