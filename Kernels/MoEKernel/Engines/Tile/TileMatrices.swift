import Tile

/// Matrices in panels, one matrix after the other in one allocation; or encoded, and decoded one panel at
/// a time.
final class TileMatrices: EngineMatrices {
  let count: Int
  let outputs: Int
  let inputs: Int
  let staging: any RowStaging
  let holdsWeights: Bool
  let kernels: TileKernels
  let strips: StripStaging
  let gradientRows: GradientStaging
  private let product: TileProduct
  let weights: Weights

  enum Weights {
    case packed(PanelStorage)
    case coded(CodedRows)
  }

  /// - Parameter codec: Of the weights; `nil` for those that the kernels multiply.
  init(
    _ staging: TileStaging, codec: (any WeightCodec)?, count: Int, outputs: Int, inputs: Int,
    in memory: WeightMemory
  ) {
    self.staging = staging
    let memory = codec == nil ? memory.holding(staging.kernels.format) : .own
    kernels = staging.kernels
    strips = StripStaging(kernels)
    gradientRows = GradientStaging(kernels)
    self.count = count
    self.outputs = outputs
    self.inputs = inputs
    product = TileProduct(kernels, depth: inputs)
    weights =
      if let codec {
        .coded(CodedRows(codec, rows: count * outputs, columns: inputs))
      } else {
        .packed(
          PanelStorage(
            kernels, matrices: count, panels: kernels.panels(outputs: outputs), depth: inputs,
            in: memory))
      }
    holdsWeights = memory.isView
  }

  /// Where the first panel of a matrix begins; of weights that are not encoded.
  func firstPanel(of matrix: Int) -> UnsafeMutablePointer<Float> {
    guard case .packed(let panels) = weights else {
      preconditionFailure("encoded weights have no panels")
    }
    return panels.floats(matrix, 0)
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int) {
    let index = rowIndex(row, matrix: matrix)
    switch weights {
    case .packed(let panels):
      let place = kernels.place(output: row)
      kernels.packOutput(
        values, depth: inputs, column: place.column, panel: panels[matrix, place.panel])
    case .coded(let rows): rows.store(values, row: index)
    }
  }

  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>) {
    let index = rowIndex(row, matrix: matrix)
    switch weights {
    case .packed(let panels):
      let place = kernels.place(output: row)
      kernels.unpackOutput(
        target, depth: inputs, column: place.column, panel: panels[matrix, place.panel])
    case .coded(let rows): rows.decode(row: index, to: target)
    }
  }

  func copyRows(
    _ rows: Range<Int>, matrix: Int, to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let index = rowIndex(row, matrix: matrix)
      let target = target + (row - rows.lowerBound) * stride
      switch weights {
      case .packed(let panels):
        let place = kernels.place(output: row)
        let count = min(rows.upperBound - row, kernels.panelWidth - place.column)
        kernels.unpackOutputs(
          target, stride: stride, depth: inputs, columns: place.column..<place.column + count,
          panel: panels[matrix, place.panel])
        row += count
      case .coded(let rows):
        rows.decode(row: index, to: target)
        row += 1
      }
    }
  }

  func address(of place: WeightPlace) -> UnsafeRawPointer? {
    switch weights {
    case .packed(let panels):
      UnsafeRawPointer(panels[place.matrix, place.output / kernels.panelWidth])
    case .coded(let rows):
      rows.address(ofRow: rowIndex(place.output, matrix: place.matrix))
    }
  }

  var outputUnit: Int { kernels.panelWidth }

  func block(rows: Int) -> Int { product.panelsPerTask(rows: rows) * kernels.panelWidth }

  func multiply(
    matrix: Int, outputs range: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    checkProduct(matrix: matrix, outputs: range, input: input, result: result)
    let width = kernels.panelWidth
    let count = kernels.panels(outputs: range.count)
    switch weights {
    case .packed(let panels):
      multiply(
        panels[matrix, range.lowerBound / width], panels: count,
        next: next.flatMap(address),
        outputs: range.count, input, pieces, result, scratch)
    case .coded(let rows):
      let panel = DecodedPanel(kernels, depth: inputs, rows: input.count, scratch: scratch)
      for index in 0..<count {
        let outputs = min(width, range.count - index * width)
        if outputs < width { panel.clear() }
        for column in 0..<outputs {
          panel.fill(
            column: column, from: rows,
            row: rowIndex(range.lowerBound + index * width + column, matrix: matrix))
        }
        multiply(
          panel.start, panels: 1, next: nil, outputs: outputs, input, pieces,
          Rows(base: result.base + index * width, stride: result.stride, count: result.count),
          scratch)
      }
    }
  }

  /// Multiplies panels that lie one after the other and stores their blocks row-major; lines of the result are
  /// prefetched before the product that they wait for.
  @inline(__always)
  private func multiply(
    _ first: UnsafeRawPointer, panels: Int, next: UnsafeRawPointer?, outputs: Int, _ input: Rows,
    _ pieces: Range<Int>, _ result: Rows, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let width = kernels.panelWidth
    product.forEachBlock(
      first: first, panels: panels, next: next, input: input, pieces: pieces, scratch: scratch,
      prepare: { panel, rows in
        for row in rows {
          kernels.prefetchToWrite(result[row] + panel * width, bytes: width * 4)
        }
      }
    ) { block, panel, rows in
      kernels.storeRows(
        block: block, rows: rows.count, count: min(width, outputs - panel * width),
        destination: result[rows.lowerBound] + panel * width, stride: result.stride)
    }
  }
}
