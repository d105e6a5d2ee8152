import Tile

/// Matrices in panels, one matrix after the other in one allocation.
final class TileMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  private let kernels: TileKernels
  private let product: TileProduct
  private let panels: PanelStorage

  init(_ kernels: TileKernels, count: Int, outputs: Int, inputs: Int) {
    self.kernels = kernels
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    product = TileProduct(kernels, depth: inputs)
    panels = PanelStorage(
      kernels, matrices: count, panels: kernels.panels(outputs: outputs), depth: inputs)
  }

  var staging: RowStaging { .tiles(kernels) }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    let place = place(row)
    kernels.packOutput(
      values, depth: inputs, column: place.column, panel: panels[matrix, place.panel])
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    let place = place(row)
    kernels.unpackOutput(
      target, depth: inputs, column: place.column, panel: panels[matrix, place.panel])
  }

  private func place(_ row: Int) -> PanelPlace {
    precondition(row >= 0 && row < outputs, "row \(row) is outside 0..<\(outputs)")
    return kernels.place(output: row)
  }

  var outputUnit: Int { kernels.panelWidth }

  func block(rows: Int) -> Int { product.panelsPerTask(rows: rows) * kernels.panelWidth }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    let width = kernels.panelWidth
    precondition(
      range.lowerBound % width == 0 && range.upperBound <= outputs && result.count >= input.count)
    let first = range.lowerBound / width
    product.forEachBlock(
      first: panels[matrix, first], panels: kernels.panels(outputs: range.count),
      next: next.map { UnsafeRawPointer(panels[$0.matrix, $0.output / width]) }, input: input,
      pieces: pieces, scratch: scratch,
      prepare: { panel, rows in
        for row in rows {
          kernels.prefetchToWrite(result[row] + panel * width, bytes: width * 4)
        }
      }
    ) { block, panel, rows in
      kernels.storeRows(
        block: block, rows: rows.count, count: min(width, range.count - panel * width),
        destination: result[rows.lowerBound] + panel * width, stride: result.stride)
    }
  }
}

/// Panels of equal matrices, zero where nothing was stored.
struct PanelStorage {
  /// Bytes of one panel.
  let bytes: Int
  private let panels: Int
  private let matrices: Int
  private let buffer: AlignedBuffer<UInt8>

  init(_ kernels: TileKernels, matrices: Int, panels: Int, depth: Int) {
    bytes = kernels.panelBytes(depth: depth)
    self.panels = panels
    self.matrices = matrices
    buffer = AlignedBuffer(count: matrices * panels * bytes)
  }

  /// One panel of one matrix.
  subscript(matrix: Int, panel: Int) -> UnsafeMutableRawPointer {
    precondition(
      matrix >= 0 && matrix < matrices && panel >= 0 && panel < panels,
      "panel \(panel) of matrix \(matrix) is outside \(matrices) matrices of \(panels)")
    return UnsafeMutableRawPointer(buffer.base + (matrix * panels + panel) * bytes)
  }
}
