import LayerSpec
import Tile

/// Matrices in panels, one matrix after the other in one allocation.
final class TileMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  private let kernels: TileKernels
  private let product: TileProduct
  private let panels: Panels

  /// - Parameter codec: how rows are encoded; `nil` for what the kernels read.
  init(
    _ kernels: TileKernels, count: Int, outputs: Int, inputs: Int, codec: (any WeightCodec)?
  ) {
    self.kernels = kernels
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    product = TileProduct(kernels, depth: inputs)
    panels = Panels(
      kernels, matrices: count, outputs: outputs, parts: 1, depth: inputs, codec: codec)
  }

  var staging: RowStaging { .tiles(kernels) }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    panels.store(values, matrix: matrix, part: 0, row: row)
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    panels.copyRow(row, matrix: matrix, part: 0, to: target)
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
    let count = kernels.panels(outputs: range.count)
    product.forEachBlock(
      first: panels.read(
        matrix: matrix, panel: range.lowerBound / width, count: count,
        scratch: scratch + product.scratchElements(rows: input.count)),
      panels: count, next: next.flatMap { panels.place(matrix: $0.matrix, panel: $0.output / width) },
      input: input, pieces: pieces, scratch: scratch,
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
