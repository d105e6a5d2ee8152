import LayerSpec

/// What stands before the activation is kept as two halves of a row, all of the gate and then all of up.
extension BLASNetworks: TrainableNetworks {
  var trainableDown: any TrainableMatrices { downMatrices }

  var hiddenColumns: Int { (spec.isGated ? 2 : 1) * unitColumns }

  var unitColumns: Int { paddedToVector(spec.intermediate) }

  var gradientStaging: any RowStaging { RowMajorStaging.shared }

  var columnStaging: any ColumnStaging { RowMajorColumns.shared }

  var unitBlock: Int { BLASMatrices.backwardBlock }

  var inputBlock: Int { BLASMatrices.backwardBlock }

  var gradientBlock: Int { BLASMatrices.backwardBlock }

  func backwardScratch(rows: Int) -> Int {
    Saturating.product(min(rows, BLASBlocking.mostProductRows), BLASMatrices.backwardBlock)
  }

  /// Where the columns of a part begin in what is kept.
  private func firstColumn(_ part: NetworkPart) -> Int {
    spec.isGated && part == .up ? unitColumns : 0
  }

  /// Copies the products of a block before they are activated.
  func keep(_ first: Rows, _ second: Rows?, _ units: Range<Int>, in kept: Rows) {
    for row in 0..<kept.count {
      (kept[row] + units.lowerBound).update(from: first[row], count: units.count)
      guard let second else { continue }
      (kept[row] + unitColumns + units.lowerBound).update(from: second[row], count: units.count)
    }
  }

  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    computeHidden(
      network: network, units: units, input: input, into: result, keeping: kept,
      epilogue: epilogue, scratch: scratch)
  }

  func unitGradients(
    network: Int, units: Range<Int>, gradient: Rows, kept: Rows, into result: Rows, active: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    let width = paddedToVector(units.count)
    for row in stride(from: 0, to: gradient.count, by: BLASBlocking.mostProductRows) {
      let count = min(BLASBlocking.mostProductRows, gradient.count - row)
      let block = Rows(base: scratch, stride: width, count: count)
      downMatrices.multiplyBackward(
        matrix: network, inputs: units, gradient: gradient.part(from: row, count: count),
        into: block, accumulate: false)
      activateBackward(
        block, units: units, kept: kept.part(from: row, count: count),
        into: result.part(from: row, count: count), active: active.part(from: row, count: count))
    }
  }

  /// Turns gradients of units into those of what they were made of; whole vectors, behind the last unit too.
  private func activateBackward(
    _ block: Rows, units: Range<Int>, kept: Rows, into result: Rows, active: Rows
  ) {
    let one = Vector(repeating: 1)
    for row in 0..<block.count {
      for column in stride(from: 0, to: units.count, by: vectorLanes) {
        let place = units.lowerBound + column
        let gradients = activatedGradients(
          spec.activation, gate: kept[row].vector(at: place),
          up: spec.isGated ? kept[row].vector(at: unitColumns + place) : one,
          of: block[row].vector(at: column))
        result[row].store(gradients.gate, at: place)
        if spec.isGated { result[row].store(gradients.up, at: unitColumns + place) }
        active[row].store(gradients.value, at: place)
      }
    }
  }

  func multiplyBackward(
    network: Int, inputs: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?
  ) {
    up.multiplyBackward(
      matrix: network, inputs: inputs,
      gradient: gradient.part(from: 0, count: gradient.count, column: firstColumn(.up)),
      into: result, accumulate: false)
    gate?.multiplyBackward(
      matrix: network, inputs: inputs, gradient: gradient, into: result, accumulate: true)
  }

  func storeGradient(
    network: Int, units: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>
  ) {
    up.storeGradient(
      matrix: network, outputs: units,
      gradient: gradient.part(from: 0, count: gradient.count, column: firstColumn(.up)),
      input: input, scratch: scratch)
    gate?.storeGradient(
      matrix: network, outputs: units, gradient: gradient, input: input, scratch: scratch)
  }

  func clear(network: Int) {
    gate?.clear(matrix: network)
    up.clear(matrix: network)
    downMatrices.clear(matrix: network)
  }

  func addRows(_ rows: Rows, of part: NetworkPart, to sums: UnsafeMutablePointer<Float>) {
    let first = firstColumn(part)
    for row in 0..<rows.count {
      for unit in 0..<spec.intermediate { sums[unit] += rows[row][first + unit] }
    }
  }
}
