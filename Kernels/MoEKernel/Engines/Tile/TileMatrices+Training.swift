import Tile

extension TileMatrices: TrainableMatrices {
  /// The panels of the only form that is trained, 32-bit floats as the kernels read them.
  private var panels: PanelStorage {
    guard case .packed(let panels) = weights, kernels.format == .f32 else {
      preconditionFailure("only 32-bit floats are trained")
    }
    return panels
  }

  private var panelCount: Int { kernels.panels(outputs: outputs) }

  private var backward: BackwardProduct {
    BackwardProduct(kernels, panels: panelCount, inputs: inputs)
  }

  var gradientColumns: Int { panelCount * kernels.panelWidth }

  var gradientStaging: any RowStaging { gradientRows }

  var columnStaging: any ColumnStaging { strips }

  var inputBlock: Int { backward.block }

  var gradientBlock: Int { GradientProduct.panelsAtOnce * kernels.panelWidth }

  func backwardScratch(rows: Int) -> Int {
    max(
      backward.scratchElements(rows: rows),
      GradientProduct(kernels, inputs: inputs).scratchElements)
  }

  func multiplyBackward(
    matrix: Int, inputs range: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    backward.forEachBlock(
      panels.floats(matrix, 0), inputs: range, gradient: gradient, next: next, scratch: scratch
    ) { block, inputs, rows in
      kernels.storeRows(
        block: block, rows: rows.count, count: inputs.count,
        destination: result[rows.lowerBound] + (inputs.lowerBound - range.lowerBound),
        stride: result.stride)
    }
  }

  func storeGradient(
    matrix: Int, outputs range: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    GradientProduct(kernels, inputs: inputs).multiply(
      into: panels.floats(matrix, range.lowerBound / kernels.panelWidth),
      panels: kernels.panels(outputs: range.count),
      gradient: gradient.part(from: 0, count: gradient.count, column: range.lowerBound),
      input: input, scratch: scratch)
  }

  func clear(matrix: Int) {
    panels.floats(matrix, 0).update(
      repeating: 0, count: panelCount * inputs * kernels.panelWidth)
  }
}
