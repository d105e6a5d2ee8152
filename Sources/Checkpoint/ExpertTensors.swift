import LayerSpec

/// Reads the routed experts of a layer, whichever of the family's layouts they are stored in.
struct ExpertTensors {
  /// The layouts to look for; the first is what is reported missing when there is none.
  let layouts: [ExpertLayout]
  /// E, the experts that compute; identity experts have no tensors.
  let count: Int
  /// Shapes and biases that each expert must have.
  let network: FeedForwardSpec

  /// The experts in the order of their ids, in the canonical layout whatever the stored one.
  func read(from source: inout LayerTensors) throws(CheckpointError) -> [FeedForwardWeights] {
    switch layouts.first(where: { source.contains($0.landmark) }) ?? layouts[0] {
    case .separate(let names):
      var experts: [FeedForwardWeights] = []
      for expert in 0..<count {
        experts.append(try source.network(network, "experts.\(expert)", names))
      }
      return experts
    case .together(let layout): return try fused(layout, from: &source)
    }
  }

  private func fused(
    _ layout: FusedLayout, from source: inout LayerTensors
  ) throws(CheckpointError) -> [FeedForwardWeights] {
    let (width, intermediate) = (network.width, network.intermediate)
    let gateUpMatrix = layout.matrix(outputs: 2 * intermediate, inputs: width)
    let downMatrix = layout.matrix(outputs: width, inputs: intermediate)
    let gateUpBias = layout.gateUp + "_bias"
    let downBias = layout.down + "_bias"
    try source.claim(layout.gateUp, shape: [count] + gateUpMatrix.shape)
    try source.claim(layout.down, shape: [count] + downMatrix.shape)
    if network.hasBias {
      try source.claim(gateUpBias, shape: [count, 2 * intermediate])
      try source.claim(downBias, shape: [count, width])
    }

    let (gateRows, upRows) = layout.rows(intermediate: intermediate)
    var experts: [FeedForwardWeights] = []
    for expert in 0..<count {
      let gateUp = try source.floats(
        layout.gateUp, elements: slice(expert, of: 2 * intermediate * width))
      let down = try source.floats(layout.down, elements: slice(expert, of: intermediate * width))
      var weights = FeedForwardWeights(
        gate: gateUpMatrix.gather(gateRows, from: gateUp),
        up: gateUpMatrix.gather(upRows, from: gateUp),
        down: downMatrix.gather(Array(0..<width), from: down))
      if network.hasBias {
        let bias = try source.floats(gateUpBias, elements: slice(expert, of: 2 * intermediate))
        weights.gateBias = gateRows.map { bias[$0] }
        weights.upBias = upRows.map { bias[$0] }
        weights.downBias = try source.floats(downBias, elements: slice(expert, of: width))
      }
      experts.append(weights)
    }
    return experts
  }

  /// The elements of one expert where every expert has `size` of them.
  private func slice(_ expert: Int, of size: Int) -> Range<Int> {
    expert * size..<(expert + 1) * size
  }
}

/// How one matrix of a fused tensor lies in memory.
private struct StoredMatrix {
  let outputs: Int
  let inputs: Int
  let isTransposed: Bool

  var shape: [Int] { isTransposed ? [inputs, outputs] : [outputs, inputs] }

  /// The given rows of the outputs × inputs matrix, one behind the other: a copy that undoes transposition and
  /// interleaving at once.
  func gather(_ rows: [Int], from stored: [Float]) -> [Float] {
    [Float](capacity: rows.count * inputs) { gathered in
      for row in rows {
        for input in 0..<inputs {
          gathered.append(stored[isTransposed ? input * outputs + row : row * inputs + input])
        }
      }
    }
  }
}

extension FusedLayout {
  fileprivate func matrix(outputs: Int, inputs: Int) -> StoredMatrix {
    StoredMatrix(outputs: outputs, inputs: inputs, isTransposed: isTransposed)
  }

  /// Which of the 2F rows are W_gate's and which are W_up's.
  fileprivate func rows(intermediate: Int) -> (gate: [Int], up: [Int]) {
    switch order {
    case .halves: (Array(0..<intermediate), Array(intermediate..<2 * intermediate))
    case .interleaved:
      (
        Array(stride(from: 0, to: 2 * intermediate, by: 2)),
        Array(stride(from: 1, to: 2 * intermediate, by: 2))
      )
    }
  }
}

extension ExpertLayout {
  /// A tensor that is there when the experts are stored this way.
  fileprivate var landmark: String {
    switch self {
    case .separate(let names): "experts.0.\(names.up).weight"
    case .together(let layout): layout.gateUp
    }
  }
}
