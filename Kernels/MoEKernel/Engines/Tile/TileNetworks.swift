import LayerSpec
import Tile

/// Networks in panels that hold gate and up of the same hidden units side by side, so that one product
/// gives both, the rows are read once for the two of them, and the activation finds its block in the L1
/// cache; or encoded, and decoded into one such panel at a time.
final class TileNetworks: EngineNetworks {
  let count: Int
  let spec: FeedForwardSpec
  let staging: any RowStaging
  let kernels: TileKernels
  private let product: TileProduct
  let weights: Weights
  let downMatrices: TileMatrices

  var down: any EngineMatrices { downMatrices }

  enum Weights {
    case packed(PanelStorage)
    case coded(gate: CodedRows?, up: CodedRows)
  }

  /// - Parameter codec: Of the weights; `nil` for those that the kernels multiply.
  init(
    _ staging: TileStaging, codec: (any WeightCodec)?, count: Int, spec: FeedForwardSpec,
    in memory: WeightMemory
  ) {
    self.staging = staging
    let memory = codec == nil ? memory.holding(staging.kernels.format) : .own
    kernels = staging.kernels
    self.count = count
    self.spec = spec
    product = TileProduct(kernels, depth: spec.width)
    if let codec {
      func rows() -> CodedRows {
        CodedRows(codec, rows: count * spec.intermediate, columns: spec.width)
      }
      weights = .coded(gate: spec.isGated ? rows() : nil, up: rows())
    } else {
      weights = .packed(
        PanelStorage(
          kernels, matrices: count,
          panels: spec.isGated
            ? kernels.gatedPanels(outputs: spec.intermediate)
            : kernels.panels(outputs: spec.intermediate),
          depth: spec.width, in: memory))
    }
    downMatrices = TileMatrices(
      staging, codec: codec, count: count, outputs: spec.width, inputs: spec.intermediate,
      in: memory)
  }

  // MARK: Weights

  /// Hidden units of one panel: half its width where each takes a column of gate and one of up.
  var unitsPerPanel: Int { spec.isGated ? kernels.lanes : kernels.panelWidth }

  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int) {
    let index = rowIndex(row, of: part, network: network)
    switch weights {
    case .packed(let panels):
      let place = place(part, row)
      kernels.packOutput(
        values, depth: spec.width, column: place.column, panel: panels[network, place.panel])
    case .coded(let gate, let up): (part == .gate ? gate : up)?.store(values, row: index)
    }
  }

  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let index = rowIndex(row, of: part, network: network)
    switch weights {
    case .packed(let panels):
      let place = place(part, row)
      kernels.unpackOutput(
        target, depth: spec.width, column: place.column, panel: panels[network, place.panel])
    case .coded(let gate, let up): (part == .gate ? gate : up)?.decode(row: index, to: target)
    }
  }

  func copyRows(
    _ rows: Range<Int>, of part: NetworkPart, network: Int,
    to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let index = rowIndex(row, of: part, network: network)
      let target = target + (row - rows.lowerBound) * stride
      switch weights {
      case .packed(let panels):
        let place = place(part, row)
        let count = min(rows.upperBound - row, unitsPerPanel - row % unitsPerPanel)
        kernels.unpackOutputs(
          target, stride: stride, depth: spec.width,
          columns: place.column..<place.column + count, panel: panels[network, place.panel])
        row += count
      case .coded(let gate, let up):
        (part == .gate ? gate : up)?.decode(row: index, to: target)
        row += 1
      }
    }
  }

  private func place(_ part: NetworkPart, _ row: Int) -> PanelPlace {
    guard spec.isGated else { return kernels.place(output: row) }
    return kernels.gatedPlace(output: row, isUp: part == .up)
  }

  private func rowIndex(_ row: Int, of part: NetworkPart, network: Int) -> Int {
    precondition(
      row >= 0 && row < spec.intermediate && network >= 0 && network < count,
      "row \(row) of network \(network) is outside \(count) networks of \(spec.intermediate)")
    precondition(
      part == .up || spec.isGated, "a network that is not gated has no gate matrix")
    return network * spec.intermediate + row
  }

  func address(of place: WeightPlace) -> UnsafeRawPointer? {
    switch weights {
    case .packed(let panels):
      UnsafeRawPointer(panels[place.matrix, place.output / unitsPerPanel])
    case .coded(_, let up):
      up.address(ofRow: rowIndex(place.output, of: .up, network: place.matrix))
    }
  }

  // MARK: Products

  func hiddenBlock(rows: Int) -> Int { product.panelsPerTask(rows: rows) * unitsPerPanel }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    computeHidden(
      network: network, units: units, input: input, into: result, keeping: nil,
      epilogue: epilogue, scratch: scratch, next: next)
  }

  /// The hidden units given, and in `kept`, where it is given, what stood before the activation.
  func computeHidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows?,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    checkHidden(network: network, units: units, input: input, result: result)
    let width = unitsPerPanel
    precondition(
      units.lowerBound % width == 0, "unit \(units.lowerBound) does not begin a panel of \(width)")
    let count = (units.count + width - 1) / width
    switch weights {
    case .packed(let panels):
      computeHidden(
        panels[network, units.lowerBound / width], panels: count,
        next: next.flatMap(address), units: units, input, result, kept, epilogue, scratch)
    case .coded(let gate, let up):
      let panel = DecodedPanel(kernels, depth: spec.width, rows: input.count, scratch: scratch)
      for begin in stride(from: units.lowerBound, to: units.upperBound, by: width) {
        let units = begin..<min(begin + width, units.upperBound)
        decode(units, of: network, gate, up, into: panel)
        computeHidden(
          panel.start, panels: 1, next: nil, units: units, input, result, kept, epilogue, scratch)
      }
    }
  }

  /// Decodes the weights of a panel's units into it, gate in the first vector and up in the second.
  private func decode(
    _ units: Range<Int>, of network: Int, _ gate: CodedRows?, _ up: CodedRows,
    into panel: DecodedPanel
  ) {
    if units.count < unitsPerPanel { panel.clear() }
    for (column, unit) in units.enumerated() {
      let row = rowIndex(unit, of: .up, network: network)
      if let gate {
        panel.fill(column: column, from: gate, row: row)
        panel.fill(column: column + kernels.lanes, from: up, row: row)
      } else {
        panel.fill(column: column, from: up, row: row)
      }
    }
  }

  /// Multiplies panels that lie one after the other and activates each block, which becomes a part of the
  /// tiles that W_down's product reads.
  @inline(__always)
  private func computeHidden(
    _ first: UnsafeRawPointer, panels: Int, next: UnsafeRawPointer?, units: Range<Int>,
    _ input: Rows, _ result: Rows, _ kept: Rows?, _ epilogue: HiddenEpilogue,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let width = unitsPerPanel
    product.forEachBlock(
      first: first, panels: panels, next: next, input: input,
      pieces: 0..<kernels.tiles(rows: input.count), scratch: scratch,
      prepare: { panel, rows in
        let step = (units.lowerBound + panel * width) / kernels.inputsPerStep
        let bytes = kernels.tileBytesPerStep(rows: rows.count)
        kernels.prefetchToWrite(
          UnsafeMutableRawPointer(result[rows.lowerBound]) + step * bytes,
          bytes: width / kernels.inputsPerStep * bytes)
      }
    ) { block, panel, rows in
      let first = units.lowerBound + panel * width
      let valid = min(width, units.upperBound - first)
      addBiases(to: block, rows: rows.count, firstUnit: first, units: valid, epilogue)
      if let kept {
        kernels.storeRows(
          block: block, rows: rows.count, count: kernels.panelWidth,
          destination: kept[rows.lowerBound] + first / width * kernels.panelWidth,
          stride: kept.stride)
      }
      activate(block, rows: rows.count, epilogue)
      kernels.storeTile(
        block: block, rows: rows.count, count: valid, input: first, depth: spec.intermediate,
        tile: result[rows.lowerBound])
    }
  }

  /// Adds the biases to one block.
  @inline(__always)
  private func addBiases(
    to block: UnsafeMutablePointer<Float>, rows: Int, firstUnit: Int, units: Int,
    _ epilogue: HiddenEpilogue
  ) {
    guard let bias = epilogue.firstBias else { return }
    let lanes = kernels.lanes
    if let up = epilogue.secondBias {
      kernels.addBias(
        block: block, rows: rows, first: bias + firstUnit, firstCount: units,
        second: up + firstUnit, secondCount: units)
    } else {
      kernels.addBias(
        block: block, rows: rows, first: bias + firstUnit, firstCount: min(units, lanes),
        second: bias + firstUnit + lanes, secondCount: max(0, units - lanes))
    }
  }

  /// Activates one block in place.
  @inline(__always)
  private func activate(
    _ block: UnsafeMutablePointer<Float>, rows: Int, _ epilogue: HiddenEpilogue
  ) {
    if spec.isGated {
      kernels.activateGated(block: block, rows: rows, activation: epilogue.activation)
    } else {
      kernels.activatePlain(block: block, rows: rows, activation: epilogue.activation)
    }
  }
}
