import LayerSpec
import Tile

/// What stands before the activation is kept as blocks have it, `lanes` of the gate beside `lanes` of up, which
/// is also the order of the panels' columns: one product gives dX of both, and one dW of both.
extension TileNetworks: TrainableNetworks {
  /// The panels of the only form that is trained, 32-bit floats as the kernels read them.
  private var panels: PanelStorage {
    guard case .packed(let panels) = weights, kernels.format == .f32 else {
      preconditionFailure("only 32-bit floats are trained")
    }
    return panels
  }

  private var panelCount: Int {
    spec.isGated
      ? kernels.gatedPanels(outputs: spec.intermediate)
      : kernels.panels(outputs: spec.intermediate)
  }

  private var backward: BackwardProduct {
    BackwardProduct(kernels, panels: panelCount, inputs: spec.width)
  }

  private var backwardOfDown: BackwardProduct {
    BackwardProduct(
      kernels, panels: kernels.panels(outputs: spec.width), inputs: spec.intermediate)
  }

  var trainableDown: any TrainableMatrices { downMatrices }

  var hiddenColumns: Int { panelCount * kernels.panelWidth }

  var unitColumns: Int { spec.intermediate.roundedUp(toMultipleOf: kernels.panelWidth) }

  var gradientStaging: any RowStaging { downMatrices.gradientStaging }

  var columnStaging: any ColumnStaging { downMatrices.columnStaging }

  var unitBlock: Int { backwardOfDown.block }

  var inputBlock: Int { backward.block }

  var gradientBlock: Int { GradientProduct.panelsAtOnce * unitsPerPanel }

  func backwardScratch(rows: Int) -> Int {
    max(
      backward.scratchElements(rows: rows), backwardOfDown.scratchElements(rows: rows),
      GradientProduct(kernels, inputs: spec.width).scratchElements)
  }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    computeHidden(
      network: network, units: units, input: input, into: result, keeping: kept,
      epilogue: epilogue, scratch: scratch, next: next)
  }

  func unitGradients(
    network: Int, units: Range<Int>, gradient: Rows, kept: Rows, into result: Rows, active: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    let columnsPerUnit = spec.isGated ? 2 : 1
    backwardOfDown.forEachBlock(
      downMatrices.firstPanel(of: network), inputs: units, gradient: gradient, next: next,
      scratch: scratch
    ) { block, units, rows in
      let column = units.lowerBound * columnsPerUnit
      kernels.activateBackward(
        block: block, rows: rows.count, units: units.count, isGated: spec.isGated,
        activation: spec.activation, kept: kept[rows.lowerBound] + column,
        keptStride: kept.stride, gradients: result[rows.lowerBound] + column,
        gradientStride: result.stride, active: active[rows.lowerBound] + units.lowerBound,
        activeStride: active.stride)
      clearBehind(units, of: result, rows)
    }
  }

  /// Columns of a panel behind the last unit's vector have no gradient: none is written by the block, where a
  /// network without a gate has the second half of a panel to itself.
  @inline(__always)
  private func clearBehind(_ units: Range<Int>, of result: Rows, _ rows: Range<Int>) {
    guard !spec.isGated, units.upperBound == spec.intermediate else { return }
    let end = units.upperBound.roundedUp(toMultipleOf: kernels.lanes)
    for row in rows { for column in end..<hiddenColumns { result[row][column] = 0 } }
  }

  func multiplyBackward(
    network: Int, inputs range: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    backward.forEachBlock(
      panels.floats(network, 0), inputs: range, gradient: gradient, next: next, scratch: scratch
    ) { block, inputs, rows in
      kernels.storeRows(
        block: block, rows: rows.count, count: inputs.count,
        destination: result[rows.lowerBound] + (inputs.lowerBound - range.lowerBound),
        stride: result.stride)
    }
  }

  func storeGradient(
    network: Int, units: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let first = units.lowerBound / unitsPerPanel
    GradientProduct(kernels, inputs: spec.width).multiply(
      into: panels.floats(network, first),
      panels: (units.count + unitsPerPanel - 1) / unitsPerPanel,
      gradient: gradient.part(
        from: 0, count: gradient.count, column: first * kernels.panelWidth),
      input: input, scratch: scratch)
  }

  func clear(network: Int) {
    panels.floats(network, 0).update(
      repeating: 0, count: panelCount * spec.width * kernels.panelWidth)
    downMatrices.clear(matrix: network)
  }

  func addRows(_ rows: Rows, of part: NetworkPart, to sums: UnsafeMutablePointer<Float>) {
    let lanes = kernels.lanes
    for row in 0..<rows.count {
      for unit in 0..<spec.intermediate {
        let place =
          spec.isGated
          ? unit / lanes * 2 * lanes + unit % lanes + (part == .up ? lanes : 0) : unit
        sums[unit] += rows[row][place]
      }
    }
  }
}
