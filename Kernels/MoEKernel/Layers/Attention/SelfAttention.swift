import Glibc
import LayerSpec
import Tile

/// The matrices and norms of one self-attention.
final class SelfAttention {
  let spec: SelfAttentionSpec
  let query: LinearMap
  /// The matrix into the rank of queries, and the scale of its norm.
  let queryRank: (compress: LinearMap, norm: Matrix)?
  let keysAndValues: KeysAndValues
  let output: LinearMap
  /// Scales of the norms of queries and keys, one row each.
  let queryNorm: Matrix?
  let keyNorm: Matrix?
  /// One row, a logit for each head.
  let sinks: Matrix?

  /// What makes keys and values, as `SelfAttentionWeights.KeysAndValues` says.
  enum KeysAndValues {
    case grouped(key: LinearMap, value: LinearMap)
    case latent(compress: LinearMap, norm: Matrix, expansion: LatentExpansion)
  }

  private init(
    spec: SelfAttentionSpec, query: LinearMap, queryRank: (compress: LinearMap, norm: Matrix)?,
    keysAndValues: KeysAndValues, output: LinearMap, queryNorm: Matrix?, keyNorm: Matrix?,
    sinks: Matrix?
  ) {
    self.spec = spec
    self.query = query
    self.queryRank = queryRank
    self.keysAndValues = keysAndValues
    self.output = output
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.sinks = sinks
  }

  /// An attention with given weights.
  init(
    spec: SelfAttentionSpec, weights: SelfAttentionWeights, engine: any Engine,
    format: WeightFormat
  ) {
    self.spec = spec
    func map(_ weights: SelfAttentionWeights.Linear, _ outputs: Int, _ inputs: Int) -> LinearMap {
      LinearMap(weights, outputs: outputs, inputs: inputs, engine: engine, format: format)
    }
    let rank = spec.latent?.queryRank
    query = map(weights.query, spec.queryWidth, rank ?? spec.hidden)
    queryRank =
      if let rank, let own = weights.queryRank {
        (map(own.compress, rank, spec.hidden), .paddedRow(own.norm, rank))
      } else {
        nil
      }
    switch (weights.keysAndValues, spec.latent) {
    case (.grouped(let key, let value), nil):
      keysAndValues = .grouped(
        key: map(key, spec.keysWidth, spec.hidden), value: map(value, spec.valuesWidth, spec.hidden)
      )
    case (.latent(let compress, let norm, let expand), let latent?):
      keysAndValues = .latent(
        compress: map(compress, latent.rank + latent.rotaryWidth, spec.hidden),
        norm: .paddedRow(norm, latent.rank),
        expansion: LatentExpansion(
          expand, spec: spec, latent: latent, engine: engine, format: format))
    default:
      preconditionFailure("the weights are of another form of attention than the spec")
    }
    output = map(weights.output, spec.hidden, spec.outputWidth)
    queryNorm = weights.queryNorm.map { .paddedRow($0, $0.count) }
    keyNorm = weights.keyNorm.map { .paddedRow($0, $0.count) }
    sinks = weights.sinks.map { .paddedRow($0, spec.heads) }
  }
}

extension SelfAttention {
  /// A random attention, or one of an arena; scales of norms are 1.
  convenience init(
    spec: SelfAttentionSpec, seed: UInt64, engine: any Engine, format: WeightFormat,
    pool: WorkerPool, in memory: WeightMemory
  ) {
    let seeds = SeedSequence(seed)
    func map(_ index: Int, _ outputs: Int, _ inputs: Int, bias: Bool = false) -> LinearMap {
      LinearMap(
        outputs: outputs, inputs: inputs, hasBias: bias, seed: seeds[10 * index], engine: engine,
        format: format, pool: pool, in: memory)
    }
    func ones(_ count: Int) -> Matrix { .paddedRow([Float](repeating: 1, count: count), count) }
    let (hidden, bias) = (spec.hidden, spec.hasInputBias)
    let rank = spec.latent?.queryRank
    let keysAndValues: KeysAndValues =
      if let latent = spec.latent {
        .latent(
          compress: map(1, latent.rank + latent.rotaryWidth, hidden, bias: bias),
          norm: ones(latent.rank),
          expansion: LatentExpansion(
            spec: spec, latent: latent, seed: seeds[20], engine: engine, format: format,
            pool: pool, in: memory))
      } else {
        .grouped(
          key: map(1, spec.keysWidth, hidden, bias: bias),
          value: map(2, spec.valuesWidth, hidden, bias: bias))
      }
    let norms: (query: Matrix, key: Matrix)? =
      switch spec.queryKeyNorm {
      case .absent, .turned: nil
      case .perHead: (ones(spec.keyWidth), ones(spec.keyWidth))
      case .wide: (ones(spec.queryWidth), ones(spec.keysWidth))
      }
    self.init(
      spec: spec, query: map(0, spec.queryWidth, rank ?? hidden, bias: rank == nil && bias),
      queryRank: rank.map { (map(3, $0, hidden, bias: bias), ones($0)) },
      keysAndValues: keysAndValues,
      output: map(4, hidden, spec.outputWidth, bias: spec.hasOutputBias), queryNorm: norms?.query,
      keyNorm: norms?.key, sinks: spec.hasSinks ? ones(spec.heads) : nil)
  }

  /// Bytes of the matrices; `Int.max` where they cannot be counted.
  static func bytes(_ spec: SelfAttentionSpec, engine: any Engine, format: WeightFormat) -> Int {
    let rank = spec.latent?.queryRank
    var sizes = [
      (spec.queryWidth, rank ?? spec.hidden), (spec.hidden, spec.outputWidth),
      (rank ?? 0, spec.hidden),
    ]
    if let latent = spec.latent {
      sizes.append((latent.rank + latent.rotaryWidth, spec.hidden))
    } else {
      sizes += [(spec.keysWidth, spec.hidden), (spec.valuesWidth, spec.hidden)]
    }
    let expansion = spec.latent.map {
      LatentExpansion.bytes(spec, $0, engine: engine, format: format)
    }
    return Saturating.sum(
      sizes.filter { $0.0 > 0 }.map {
        Saturating.sum(
          engine.matrixBytes(outputs: $0.0, inputs: $0.1, format: format),
          4 * paddedToVector($0.0))
      } + [expansion ?? 0])
  }
}

/// What positions, norms and bounds make of one token's queries and keys before they meet, in place.
struct QueryKeyPreparation {
  let spec: SelfAttentionSpec
  let kernels: TileKernels
  let rotary: RotaryTable?
  let queryNorm: UnsafeMutablePointer<Float>?
  let keyNorm: UnsafeMutablePointer<Float>?

  /// All queries of a token, at last times the scale of scores.
  func prepare(queries: UnsafeMutablePointer<Float>, position: Int) {
    prepare(queries, heads: spec.heads, norm: queryNorm, position: position)
    var factor = spec.scale
    if let temperature = spec.temperature {
      factor *= Self.factor(temperature, position: position)
    }
    kernels.add(queries, times: factor, to: nil, into: queries, count: spec.queryWidth)
  }

  /// All keys of a token; of latent attention the key that heads share alone, which is as long as its rotation.
  func prepare(keys: UnsafeMutablePointer<Float>, position: Int) {
    if spec.latent != nil {
      rotary?.turn(keys, position: position)
    } else {
      prepare(keys, heads: spec.keyValueHeads, norm: keyNorm, position: position)
    }
  }

  /// All values of a token.
  func prepare(values: UnsafeMutablePointer<Float>) {
    if let clip = spec.clip { Self.clamp(values, count: spec.valuesWidth, to: clip) }
  }

  private func prepare(
    _ row: UnsafeMutablePointer<Float>, heads: Int, norm: UnsafeMutablePointer<Float>?,
    position: Int
  ) {
    let width = spec.keyWidth
    switch spec.queryKeyNorm {
    case .absent, .turned: break
    case .perHead(let epsilon):
      guard let norm else { preconditionFailure("a norm without its scale") }
      for head in 0..<heads {
        let start = row + head * width
        kernels.normalise(start, count: width, scale: norm, epsilon: epsilon, into: start)
      }
    case .wide(let epsilon):
      guard let norm else { preconditionFailure("a norm without its scale") }
      kernels.normalise(row, count: heads * width, scale: norm, epsilon: epsilon, into: row)
    }
    if let clip = spec.clip { Self.clamp(row, count: heads * width, to: clip) }
    if let rotary {
      for head in 0..<heads {
        rotary.turn(row + head * width + spec.rotaryOffset, position: position)
      }
    }
    if case .turned(let epsilon) = spec.queryKeyNorm {
      for head in 0..<heads {
        let start = row + head * width
        kernels.normalise(start, count: width, scale: nil, epsilon: epsilon, into: start)
      }
    }
  }

  private static func clamp(_ row: UnsafeMutablePointer<Float>, count: Int, to bound: Float) {
    for index in 0..<count { row[index] = min(bound, max(-bound, row[index])) }
  }

  /// ln(1 + ⌊(position + 1) / floor⌋)·scale + 1.
  static func factor(_ temperature: SelfAttentionSpec.Temperature, position: Int) -> Float {
    let step = (Double(position + 1) / temperature.floor).rounded(.down)
    return Float(log(1 + step) * temperature.scale + 1)
  }
}
