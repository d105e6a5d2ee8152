import LayerSpec

/// Equal feed-forward networks with everything learned in them: the experts of a layer, a shared
/// expert, or a dense layer.
final class NetworkBank {
  let spec: FeedForwardSpec
  let networks: any EngineNetworks
  /// Biases, a row for each network, padded to a multiple of `vectorLanes`.
  private let gateBias: Matrix?
  private let upBias: Matrix?
  private let downBias: Matrix?

  var count: Int { networks.count }

  /// Networks of zeros, or of what an arena holds, with biases of zeros.
  init(
    spec: FeedForwardSpec, count: Int, engine: any Engine, format: WeightFormat,
    in memory: WeightMemory
  ) {
    self.spec = spec
    networks = engine.makeNetworks(count: count, spec: spec, format: format, in: memory)
    let units = paddedToVector(spec.intermediate)
    gateBias = spec.hasBias && spec.isGated ? Matrix(rows: count, columns: units) : nil
    upBias = spec.hasBias ? Matrix(rows: count, columns: units) : nil
    downBias =
      spec.hasBias ? Matrix(rows: count, columns: paddedToVector(spec.width)) : nil
  }

  /// Networks with given weights, which are packed into the engine's layout.
  convenience init(
    spec: FeedForwardSpec, weights: [FeedForwardWeights], engine: any Engine, format: WeightFormat
  ) {
    self.init(spec: spec, count: weights.count, engine: engine, format: format, in: .own)
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
    spec: FeedForwardSpec, count: Int, seed: UInt64, engine: any Engine, format: WeightFormat,
    pool: WorkerPool, in memory: WeightMemory
  ) {
    self.init(spec: spec, count: count, engine: engine, format: format, in: memory)
    let seeds = SeedSequence(seed)
    if !networks.down.holdsWeights { storeRandom(seeds, pool: pool) }
    let biasAmplitude: Float = 0.1
    gateBias?.fill(seed: seeds[3], amplitude: biasAmplitude, pool: pool)
    upBias?.fill(seed: seeds[4], amplitude: biasAmplitude, pool: pool)
    downBias?.fill(seed: seeds[5], amplitude: biasAmplitude, pool: pool)
  }

  private func storeRandom(_ seeds: SeedSequence, pool: WorkerPool) {
    let (width, units) = (spec.width, spec.intermediate)
    func home(_ row: Int) -> UnsafeRawPointer? {
      networks.address(of: WeightPlace(matrix: row / units, output: row % units))
    }
    if spec.isGated {
      fill(count * units, columns: width, seed: seeds[0], pool, home: home) {
        [networks] row, values in
        networks.store(values, of: .gate, network: row / units, row: row % units)
      }
    }
    fill(count * units, columns: width, seed: seeds[1], pool, home: home) {
      [networks] row, values in
      networks.store(values, of: .up, network: row / units, row: row % units)
    }
    fill(
      count * width, columns: units, seed: seeds[2], pool,
      home: { [networks] in
        networks.down.address(of: WeightPlace(matrix: $0 / width, output: $0 % width))
      }
    ) { [networks] row, values in
      networks.down.store(values, matrix: row / width, row: row % width)
    }
  }

  /// Bytes of `count` networks with their biases; `Int.max` where they cannot be counted.
  static func bytes(
    _ spec: FeedForwardSpec, count: Int, engine: any Engine, format: WeightFormat
  ) -> Int {
    let biases =
      spec.hasBias ? spec.matrices * paddedToVector(max(spec.intermediate, spec.width)) : 0
    return Saturating.product(
      count,
      Saturating.sum(
        engine.networkBytes(spec, format: format), Saturating.product(biases, 4)))
  }

  /// The hidden units given, and in `kept` what stood before the activation where a backward pass follows.
  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows?,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>, next: WeightPlace?
  ) {
    guard let kept, let networks = networks as? any TrainableNetworks else {
      networks.hidden(
        network: network, units: units, input: input, into: result, epilogue: epilogue,
        scratch: scratch, next: next)
      return
    }
    networks.hidden(
      network: network, units: units, input: input, into: result, keeping: kept,
      epilogue: epilogue, scratch: scratch, next: next)
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

extension Matrix {
  /// Replaces the first `count` elements of a row; the rest, padding, stays zero.
  fileprivate func setPrefix(_ row: Int, to values: [Float]?, count: Int) {
    guard let values, values.count == count else {
      preconditionFailure("\(values?.count ?? 0) biases were given where there are \(count)")
    }
    for (column, value) in values.enumerated() { self[row, column] = value }
  }
}
