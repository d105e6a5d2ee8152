import LayerSpec

/// Networks as a BLAS multiplies them: gate, up and down apart, the activation on a block of gate
/// and up products while both are in a cache: the two take 1 MiB at most, 256 units by 512 rows.
final class BLASNetworks: EngineNetworks {
  let count: Int
  let spec: FeedForwardSpec
  let gate: BLASMatrices?
  let up: BLASMatrices
  let downMatrices: BLASMatrices

  var down: any EngineMatrices { downMatrices }

  /// - Parameter codec: Of the weights; `nil` for 32-bit floats.
  init(
    library: BLASLibrary, codec: (any WeightCodec)?, count: Int, spec: FeedForwardSpec,
    in memory: WeightMemory
  ) {
    self.count = count
    self.spec = spec
    func matrices(outputs: Int, inputs: Int) -> BLASMatrices {
      BLASMatrices(
        library: library, codec: codec, count: count, outputs: outputs, inputs: inputs, in: memory)
    }
    let (width, units) = (spec.width, spec.intermediate)
    gate = spec.isGated ? matrices(outputs: units, inputs: width) : nil
    up = matrices(outputs: units, inputs: width)
    downMatrices = matrices(outputs: width, inputs: units)
  }

  private func matrices(_ part: NetworkPart) -> BLASMatrices {
    guard case .gate = part else { return up }
    guard let gate else { preconditionFailure("a network that is not gated has no gate matrix") }
    return gate
  }

  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int) {
    matrices(part).store(values, matrix: network, row: row)
  }

  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>
  ) {
    matrices(part).copyRow(row, matrix: network, to: target)
  }

  func address(of place: WeightPlace) -> UnsafeRawPointer? { up.address(of: place) }

  var staging: any RowStaging { RowMajorStaging.shared }

  func hiddenBlock(rows: Int) -> Int { up.block(rows: rows) }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    computeHidden(
      network: network, units: units, input: input, into: result, keeping: nil,
      epilogue: epilogue, scratch: scratch)
  }

  /// The hidden units given, and in `kept`, where it is given, what stood before the activation.
  func computeHidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows?,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>
  ) {
    checkHidden(network: network, units: units, input: input, result: result)
    var row = 0
    while row < input.count {
      let rows = min(input.count - row, BLASBlocking.mostProductRows)
      let inputPart = input.part(from: row, count: rows)
      let first = result.part(from: row, count: rows, column: units.lowerBound)
      var second: Rows?
      // Behind the up product of a block lies what decoding needs.
      let productScratch = scratch + BLASBlocking.scratchElements(rows: rows)
      if let gate {
        let upRows = Rows(base: scratch, stride: paddedToVector(units.count), count: rows)
        gate.multiply(
          matrix: network, outputs: units, input: inputPart, into: first, scratch: productScratch)
        up.multiply(
          matrix: network, outputs: units, input: inputPart, into: upRows, scratch: productScratch)
        second = upRows
      } else {
        up.multiply(
          matrix: network, outputs: units, input: inputPart, into: first, scratch: productScratch)
      }
      epilogue.addBiases(
        to: first, second, columns: units.count, firstColumn: units.lowerBound)
      if let kept { keep(first, second, units, in: kept.part(from: row, count: rows)) }
      epilogue.activate(first, second, columns: units.count)
      row += rows
    }
  }
}
