import LayerSpec

/// Equal feed-forward networks with everything learned in them: the experts of a layer, a shared
/// expert, or a dense layer.
final class NetworkBank {
  let spec: FeedForwardSpec
  let networks: any EngineNetworks
  /// Biases, one network a row, padded to vectors.
  private let gateBias: Matrix?
  private let upBias: Matrix?
  private let downBias: Matrix?

  var count: Int { networks.count }

  private init(spec: FeedForwardSpec, count: Int, engine: Engine) {
    self.spec = spec
    networks = engine.makeNetworks(count: count, spec: spec)
    let units = paddedToVector(spec.intermediate)
    gateBias = spec.hasBias && spec.isGated ? Matrix(rows: count, columns: units) : nil
    upBias = spec.hasBias ? Matrix(rows: count, columns: units) : nil
    downBias =
      spec.hasBias ? Matrix(rows: count, columns: paddedToVector(spec.width)) : nil
  }

  /// Networks with given weights.
  convenience init(spec: FeedForwardSpec, weights: [FeedForwardWeights], engine: Engine) {
    self.init(spec: spec, count: weights.count, engine: engine)
    let (width, units) = (spec.width, spec.intermediate)
    for (network, weights) in weights.enumerated() {
      if spec.isGated {
        guard let gate = weights.gate else { preconditionFailure("a gated network needs a gate") }
        forEachRow(of: gate, rows: units, columns: width) {
          networks.store($1, of: .gate, network: network, row: $0)
        }
      }
      forEachRow(of: weights.up, rows: units, columns: width) {
        networks.store($1, of: .up, network: network, row: $0)
      }
      forEachRow(of: weights.down, rows: width, columns: units) {
        networks.down.store($1, matrix: network, row: $0)
      }
      gateBias?.setPrefix(network, to: weights.gateBias, count: units)
      upBias?.setPrefix(network, to: weights.upBias, count: units)
      downBias?.setPrefix(network, to: weights.downBias, count: width)
    }
  }

  /// Networks with random weights that keep activations at the scale of the input.
  convenience init(
    spec: FeedForwardSpec, count: Int, seed: UInt64, engine: Engine, pool: WorkerPool
  ) {
    self.init(spec: spec, count: count, engine: engine)
    let (width, units) = (spec.width, spec.intermediate)
    let seeds = SeedSequence(seed)
    if spec.isGated {
      fill(count * units, columns: width, seed: seeds[0], pool) { [networks] row, values in
        networks.store(values, of: .gate, network: row / units, row: row % units)
      }
    }
    fill(count * units, columns: width, seed: seeds[1], pool) { [networks] row, values in
      networks.store(values, of: .up, network: row / units, row: row % units)
    }
    fill(count * width, columns: units, seed: seeds[2], pool) { [networks] row, values in
      networks.down.store(values, matrix: row / width, row: row % width)
    }
    let biasAmplitude: Float = 0.1
    gateBias?.fill(seed: seeds[3], amplitude: biasAmplitude, pool: pool)
    upBias?.fill(seed: seeds[4], amplitude: biasAmplitude, pool: pool)
    downBias?.fill(seed: seeds[5], amplitude: biasAmplitude, pool: pool)
  }

  /// What follows the gate and up products of one network.
  func epilogue(_ network: Int) -> HiddenEpilogue {
    HiddenEpilogue(
      activation: spec.activation,
      firstBias: (spec.isGated ? gateBias : upBias)?.all[network],
      secondBias: spec.isGated ? upBias?.all[network] : nil)
  }

  /// One network's bias after W_down, padded to vectors.
  func outputBias(_ network: Int) -> UnsafeMutablePointer<Float>? { downBias?.all[network] }

  /// One network's bias after W_gate or W_up, padded to vectors.
  func hiddenBias(_ part: NetworkPart, _ network: Int) -> UnsafeMutablePointer<Float>? {
    switch part {
    case .gate: gateBias?.all[network]
    case .up: upBias?.all[network]
    }
  }
}

// MARK: - Filling

/// Seeds for the tensors of one layer, each its own.
struct SeedSequence {
  private let seed: UInt64

  init(_ seed: UInt64) { self.seed = seed }

  subscript(index: Int) -> UInt64 { seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(index) }
}

/// Makes `rows` random rows with the pool and gives each to `store`.
///
/// A row is made in a buffer of the worker and then handed over, so that every layout holds the same
/// numbers; the buffer stays in the cache and costs no memory traffic.
func fill(
  _ rows: Int, columns: Int, seed: UInt64, _ pool: WorkerPool,
  _ store: (_ row: Int, _ values: UnsafePointer<Float>) -> Void
) {
  let buffer = Matrix(rows: pool.threads, columns: columns)
  let amplitude = RandomFill.amplitude(inputs: columns)
  withExtendedLifetime(buffer) {
    let buffers = buffer.all
    pool.forEach(rows, grain: 8) { worker, row in
      RandomFill.fill(
        buffers[worker], count: columns, row: UInt64(row), seed: seed, amplitude: amplitude)
      store(row, buffers[worker])
    }
  }
}

/// Walks over the rows of a canonical matrix.
func forEachRow(
  of elements: [Float], rows: Int, columns: Int,
  _ body: (_ row: Int, _ values: UnsafePointer<Float>) -> Void
) {
  precondition(
    elements.count == rows * columns,
    "\(elements.count) weights were given for a matrix of \(rows)×\(columns)")
  elements.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return }
    for row in 0..<rows { body(row, start + row * columns) }
  }
}

extension Matrix {
  /// Replaces the first `count` elements of a row; the rest, padding, stays zero.
  fileprivate func setPrefix(_ row: Int, to values: [Float]?, count: Int) {
    guard let values, values.count == count else {
      preconditionFailure("\(values?.count ?? 0) biases were given where there are \(count)")
    }
    for (column, value) in values.enumerated() { self[row, column] = value }
  }
}
