import Glibc
import LayerSpec

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
    case latent(compress: LinearMap, norm: Matrix, expand: LinearMap)
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
        expand: map(.init(expand), spec.heads * (latent.plainWidth + spec.valueWidth), latent.rank))
    default:
      preconditionFailure("the weights are of another form of attention than the spec")
    }
    output = map(weights.output, spec.hidden, spec.outputWidth)
    queryNorm = weights.queryNorm.map { .paddedRow($0, $0.count) }
    keyNorm = weights.keyNorm.map { .paddedRow($0, $0.count) }
    sinks = weights.sinks.map { .paddedRow($0, spec.heads) }
  }
}

/// What positions, norms and bounds make of one token's queries and keys before they meet, in place.
struct QueryKeyPreparation {
  let spec: SelfAttentionSpec
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
    RowArithmetic.scale(queries, by: factor, to: queries, count: spec.queryWidth)
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
        Norm.apply(to: row + head * width, count: width, scale: norm, epsilon: epsilon)
      }
    case .wide(let epsilon):
      guard let norm else { preconditionFailure("a norm without its scale") }
      Norm.apply(to: row, count: heads * width, scale: norm, epsilon: epsilon)
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
        let factor = Norm.inverseRootMeanSquare(start, count: width, epsilon: epsilon)
        RowArithmetic.scale(start, by: factor, to: start, count: width)
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
