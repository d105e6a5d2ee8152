import Glibc
import LayerSpec

/// The same as `AttentionBackward` for single rows, by plain loops in double precision: the oracle, which shares no
/// code with it.
struct AttentionBackwardReference {
  let spec: SelfAttentionSpec
  /// Rows as `AttentionBackward` has them.
  let queries: Rows
  let keys: Rows
  let values: Rows
  let gradient: Rows
  /// One for each head; `nil` for none.
  let sinks: [Double]?

  /// What one query does with the keys that it sees: weights w, and gradients of their scores.
  private struct Seen {
    let keys: Range<Int>
    let weights: [Double]
    let slopes: [Double]
    /// The sink's weight times −Σ w·dw, which is the gradient of its logit by this query.
    let sinkSlope: Double
  }

  private func part(_ rows: Rows, _ token: Int, _ head: Int, _ width: Int) -> [Double] {
    (0..<width).map { Double(rows[token][head * width + $0]) }
  }

  private func seen(token: Int, head: Int) -> Seen {
    let group = head / spec.group
    let (query, dy) = (
      part(queries, token, head, spec.keyWidth), part(gradient, token, head, spec.valueWidth)
    )
    let keys = spec.reach.first(seenBy: token)..<token + 1
    var (scores, slopes): ([Double], [Double]) = ([], [])
    for key in keys {
      let score = Reference.dot(query, part(self.keys, key, group, spec.keyWidth))
      let cap = spec.softcap.map(Double.init)
      scores.append(cap.map { $0 * tanh(score / $0) } ?? score)
      slopes.append(cap.map { 1 - tanh(score / $0) * tanh(score / $0) } ?? 1)
    }
    let sink = sinks?[head]
    let largest = max(scores.max() ?? 0, sink ?? -.infinity)
    let powers = scores.map { exp($0 - largest) }
    let sinkPower = sink.map { exp($0 - largest) } ?? 0
    let sum = powers.reduce(sinkPower, +)
    let weights = powers.map { $0 / sum }
    let products = keys.map { Reference.dot(dy, part(values, $0, group, spec.valueWidth)) }
    let mean = zip(weights, products).reduce(0) { $0 + $1.0 * $1.1 }
    return Seen(
      keys: keys, weights: weights,
      slopes: weights.indices.map { weights[$0] * (products[$0] - mean) * slopes[$0] },
      sinkSlope: -sinkPower / sum * mean)
  }

  /// The gradient by a query.
  func query(token: Int, head: Int) -> [Double] {
    let seen = seen(token: token, head: head)
    var sum = [Double](repeating: 0, count: spec.keyWidth)
    for (key, slope) in zip(seen.keys, seen.slopes) {
      sum = Reference.added(sum, slope, part(keys, key, head / spec.group, spec.keyWidth))
    }
    return sum
  }

  /// The gradients by a key and a value, of all queries that see them.
  ///
  /// - Parameter head: of keys and values.
  func keyAndValue(token: Int, head: Int) -> (key: [Double], value: [Double]) {
    var key = [Double](repeating: 0, count: spec.keyWidth)
    var value = [Double](repeating: 0, count: spec.valueWidth)
    for query in token..<queries.count where spec.reach.first(seenBy: query) <= token {
      for own in head * spec.group..<(head + 1) * spec.group {
        let seen = seen(token: query, head: own)
        let index = token - seen.keys.lowerBound
        key = Reference.added(
          key, seen.slopes[index], part(queries, query, own, spec.keyWidth))
        value = Reference.added(
          value, seen.weights[index], part(gradient, query, own, spec.valueWidth))
      }
    }
    return (key, value)
  }

  /// The gradient by a head's sink.
  func sink(head: Int) -> Double {
    (0..<queries.count).reduce(0) { $0 + seen(token: $1, head: head).sinkSlope }
  }
}
