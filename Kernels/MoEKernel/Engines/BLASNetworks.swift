import LayerSpec

/// Networks as a BLAS multiplies them: gate, up and down apart, the activation on a block of gate
/// and up products while both are in the cache.
final class BLASNetworks: EngineNetworks {
  let spec: FeedForwardSpec
  private let gate: BLASMatrices?
  private let up: BLASMatrices
  private let downMatrices: BLASMatrices

  var count: Int { up.count }
  var down: any EngineMatrices { downMatrices }

  init(spec: FeedForwardSpec, gate: BLASMatrices?, up: BLASMatrices, down: BLASMatrices) {
    self.spec = spec
    self.gate = gate
    self.up = up
    downMatrices = down
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

  var staging: RowStaging { .rows }

  func hiddenBlock(rows: Int) -> Int { up.block(rows: rows) }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    // What is decoded lies behind the up product.
    let decoding = scratch + BLASBlocking.scratchElements(rows: input.count)
    var row = 0
    while row < input.count {
      let rows = min(input.count - row, BLASBlocking.mostProductRows)
      let turn = input.part(from: row, count: rows)
      let first = result.part(from: row, count: rows, column: units.lowerBound)
      var second: Rows?
      if let gate {
        let scratchRows = Rows(base: scratch, stride: paddedToVector(units.count), count: rows)
        gate.multiply(
          matrix: network, outputs: units, input: turn, into: first, scratch: decoding)
        up.multiply(
          matrix: network, outputs: units, input: turn, into: scratchRows, scratch: decoding)
        second = scratchRows
      } else {
        up.multiply(matrix: network, outputs: units, input: turn, into: first, scratch: decoding)
      }
      epilogue.apply(
        to: first, second, columns: units.count, firstColumn: units.lowerBound)
      row += rows
    }
  }
}
