import LayerSpec
import Tile

/// Networks in panels that hold gate and up of the same hidden units side by side, so that one product
/// gives both and the activation finds them in the first-level cache.
final class TileNetworks: EngineNetworks {
  let count: Int
  let spec: FeedForwardSpec
  private let kernels: TileKernels
  private let product: TileProduct
  private let panels: Panels
  private let downMatrices: TileMatrices

  var down: any EngineMatrices { downMatrices }

  /// - Parameter codec: how rows are encoded; `nil` for what the kernels read.
  init(
    _ kernels: TileKernels, count: Int, spec: FeedForwardSpec, codec: (any WeightCodec)?
  ) {
    self.kernels = kernels
    self.count = count
    self.spec = spec
    product = TileProduct(kernels, depth: spec.width)
    panels = Panels(
      kernels, matrices: count, outputs: spec.intermediate, parts: spec.matrices - 1,
      depth: spec.width, codec: codec)
    downMatrices = TileMatrices(
      kernels, count: count, outputs: spec.width, inputs: spec.intermediate, codec: codec)
  }

  var staging: RowStaging { .tiles(kernels) }

  /// Hidden units that one panel gives.
  private var unitsPerPanel: Int { spec.isGated ? kernels.lanes : kernels.panelWidth }

  /// W_gate comes before W_up; a network that is not gated has W_up alone.
  private func index(_ part: NetworkPart) -> Int {
    precondition(
      spec.isGated || part == .up, "a network that is not gated has no gate matrix")
    return spec.isGated && part == .up ? 1 : 0
  }

  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int) {
    panels.store(values, matrix: network, part: index(part), row: row)
  }

  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>
  ) {
    panels.copyRow(row, matrix: network, part: index(part), to: target)
  }

  func hiddenBlock(rows: Int) -> Int { product.panelsPerTask(rows: rows) * unitsPerPanel }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    precondition(units.lowerBound % unitsPerPanel == 0 && units.upperBound <= spec.intermediate)
    let width = unitsPerPanel
    let count = (units.count + width - 1) / width
    product.forEachBlock(
      first: panels.read(
        matrix: network, panel: units.lowerBound / width, count: count,
        scratch: scratch + product.scratchElements(rows: input.count)),
      panels: count, next: next.flatMap { panels.place(matrix: $0.matrix, panel: $0.output / width) },
      input: input, pieces: 0..<kernels.tiles(rows: input.count), scratch: scratch,
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
      finish(block, rows: rows.count, firstUnit: first, units: valid, epilogue)
      kernels.storeTile(
        block: block, rows: rows.count, count: valid, input: first, depth: spec.intermediate,
        tile: result[rows.lowerBound])
    }
  }

  /// Biases and activation of one block.
  @inline(__always)
  private func finish(
    _ block: UnsafeMutablePointer<Float>, rows: Int, firstUnit: Int, units: Int,
    _ epilogue: HiddenEpilogue
  ) {
    if spec.isGated {
      if let gate = epilogue.firstBias, let up = epilogue.secondBias {
        kernels.addBias(
          block: block, rows: rows, first: gate + firstUnit, firstCount: units,
          second: up + firstUnit, secondCount: units)
      }
      kernels.activateGated(block: block, rows: rows, activation: epilogue.activation)
    } else {
      if let bias = epilogue.firstBias {
        let lanes = kernels.lanes
        kernels.addBias(
          block: block, rows: rows, first: bias + firstUnit, firstCount: min(units, lanes),
          second: bias + firstUnit + lanes, secondCount: max(0, units - lanes))
      }
      kernels.activatePlain(block: block, rows: rows, activation: epilogue.activation)
    }
  }
}
