import Glibc
import LayerSpec

/// Self-attention of one sequence in double precision.
struct SelfAttentionReference {
  private let attention: SelfAttention
  private let pool: WorkerPool
  private let frequencies: [Double]
  private var spec: SelfAttentionSpec { attention.spec }

  init(_ attention: SelfAttention, pool: WorkerPool) {
    self.attention = attention
    self.pool = pool
    frequencies = attention.spec.rotary?.inverseFrequencies ?? []
  }

  /// What the attention adds to some tokens, W_o applied.
  func outputs(of rows: [[Double]], tokens: [Int]) -> [[Double]] {
    let (keys, values) = keysAndValues(rows)
    let queries = queries(tokens.map { rows[$0] }, positions: tokens)
    let heads = zip(tokens, queries).map { position, query in
      (0..<spec.heads).flatMap { head -> [Double] in
        let own = Array(query[head * spec.keyWidth..<(head + 1) * spec.keyWidth])
        return attend(own, head: head, position: position, keys, values)
      }
    }
    return attention.output.reference(of: heads, pool: pool)
  }

  /// The same of one token whose earlier ones are in a cache.
  func output(
    of row: [Double], position: Int, memory: AttentionMemory, sequence: Int
  ) -> [Double] {
    switch memory {
    case .grouped(let cache, _): output(of: row, position: position, cache, sequence: sequence)
    case .latent(let memory): output(of: row, position: position, memory.cache, sequence: sequence)
    }
  }

  /// Over cached latent vectors, in the latent space: scores of 128 heads over thousands of expanded keys would
  /// take minutes.
  private func output(
    of row: [Double], position: Int, _ cache: LatentCache, sequence: Int
  ) -> [Double] {
    guard case .latent(let compress, let norm, let expansion) = attention.keysAndValues,
      let latent = spec.latent
    else { return [] }
    let first = spec.reach.first(seenBy: position)
    var vectors = (first..<position).map { earlier -> [Double] in
      let row = cache.row(earlier, sequence: sequence)
      return (0..<cache.width).map { Double(row[$0]) }
    }
    let own = compress.reference(of: [row], pool: pool)[0]
    vectors.append(
      Reference.norm(Array(own.prefix(latent.rank)), scale: norm, epsilon: latent.normEpsilon)
        + turned(Array(own.dropFirst(latent.rank)), position: position))
    let query = queries([row], positions: [position])[0]
    let heads = (0..<spec.heads).flatMap { head -> [Double] in
      let own = Array(query[head * spec.keyWidth..<(head + 1) * spec.keyWidth])
      let absorbed = expansion.absorb(Array(own.prefix(latent.plainWidth)), head: head)
      let context = mix(
        absorbed + own.dropFirst(latent.plainWidth), head: head, keys: vectors,
        values: vectors.map { $0.prefix(latent.rank) })
      return LatentExpansion.product(expansion.values, head: head, rows: [context], pool: pool)[0]
    }
    return attention.output.reference(of: [heads], pool: pool)[0]
  }

  private func output(
    of row: [Double], position: Int, _ cache: KVCache, sequence: Int
  ) -> [Double] {
    let own = keysAndValues([row], from: position)
    let first = spec.reach.first(seenBy: position)
    var keys = [[Double]](repeating: [], count: position + 1)
    var values = keys
    let key = Matrix(rows: spec.keyValueHeads, columns: spec.keyWidth)
    let value = Matrix(rows: spec.keyValueHeads, columns: spec.valueWidth)
    for earlier in first..<position {
      for head in 0..<spec.keyValueHeads {
        cache.panels.copyKey(sequence: sequence, head: head, position: earlier, to: key.all[head])
        cache.panels.copyValue(
          sequence: sequence, head: head, position: earlier, to: value.all[head])
      }
      keys[earlier] = key.elements.map(Double.init)
      values[earlier] = value.elements.map(Double.init)
    }
    (keys[position], values[position]) = (own.keys[0], own.values[0])
    let query = queries([row], positions: [position])[0]
    let heads = (0..<spec.heads).flatMap { head -> [Double] in
      attend(
        Array(query[head * spec.keyWidth..<(head + 1) * spec.keyWidth]), head: head,
        position: position, keys, values)
    }
    return attention.output.reference(of: [heads], pool: pool)[0]
  }

  private func attend(
    _ query: [Double], head: Int, position: Int, _ keys: [[Double]], _ values: [[Double]]
  ) -> [Double] {
    let keyHead = head / spec.group
    let seen = spec.reach.first(seenBy: position)...position
    return mix(
      query, head: head,
      keys: keys[seen].map { $0[keyHead * spec.keyWidth..<(keyHead + 1) * spec.keyWidth] },
      values: values[seen].map {
        $0[keyHead * spec.valueWidth..<(keyHead + 1) * spec.valueWidth]
      })
  }

  /// Σ softmax(scale·q·k)·v over the keys that a query sees.
  private func mix(
    _ query: [Double], head: Int, keys: [some Collection<Double>],
    values: [ArraySlice<Double>]
  ) -> [Double] {
    let scores = keys.map { key -> Double in
      let score = zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * Double(spec.scale)
      return spec.softcap.map { Double($0) * tanh(score / Double($0)) } ?? score
    }
    let sink = attention.sinks.map { Double($0[0, head]) }
    let maximum = max(scores.max() ?? 0, sink ?? -.infinity)
    let weights = scores.map { exp($0 - maximum) }
    let sum = weights.reduce(sink.map { exp($0 - maximum) } ?? 0, +)
    var result = [Double](repeating: 0, count: values.first?.count ?? 0)
    for (value, weight) in zip(values, weights) {
      for (index, element) in value.enumerated() { result[index] += weight / sum * element }
    }
    return result
  }

  private func queries(_ rows: [[Double]], positions: [Int]) -> [[Double]] {
    var rows = rows
    if let rank = attention.queryRank, let epsilon = spec.latent?.normEpsilon {
      rows = rank.compress.reference(of: rows, pool: pool).map {
        Reference.norm($0, scale: rank.norm, epsilon: epsilon)
      }
    }
    return zip(attention.query.reference(of: rows, pool: pool), positions).map { row, position in
      let row = prepared(row, heads: spec.heads, attention.queryNorm, position: position)
      guard let temperature = spec.temperature else { return row }
      let step = (Double(position + 1) / temperature.floor).rounded(.down)
      return row.map { $0 * (log(1 + step) * temperature.scale + 1) }
    }
  }

  /// Keys and values of rows at positions from a first one on.
  private func keysAndValues(
    _ rows: [[Double]], from first: Int = 0
  ) -> (keys: [[Double]], values: [[Double]]) {
    switch attention.keysAndValues {
    case .grouped(let key, let value):
      return (
        key.reference(of: rows, pool: pool).enumerated().map {
          prepared($1, heads: spec.keyValueHeads, attention.keyNorm, position: first + $0)
        },
        value.reference(of: rows, pool: pool).map { $0.map(clipped) }
      )
    case .latent(let compress, let norm, let expansion):
      guard let latent = spec.latent else { return ([], []) }
      let compressed = compress.reference(of: rows, pool: pool)
      let latents = compressed.map {
        Reference.norm(Array($0.prefix(latent.rank)), scale: norm, epsilon: latent.normEpsilon)
      }
      func expanded(_ matrices: (any EngineMatrices)?) -> [[[Double]]] {
        (0..<spec.heads).map {
          LatentExpansion.product(matrices, head: $0, rows: latents, pool: pool)
        }
      }
      let (plain, values) = (expanded(expansion.keys), expanded(expansion.values))
      let keys = compressed.enumerated().map { position, row -> [Double] in
        let shared = turned(Array(row.dropFirst(latent.rank)), position: first + position)
        return (0..<spec.heads).flatMap { plain[$0][position] + shared }
      }
      return (keys, rows.indices.map { row in values.flatMap { $0[row] } })
    }
  }

  /// Norm, bound and rotation of all heads of a row.
  private func prepared(
    _ row: [Double], heads: Int, _ scale: Matrix?, position: Int
  ) -> [Double] {
    var row = row
    if case .wide(let epsilon) = spec.queryKeyNorm, let scale {
      row = Reference.norm(row, scale: scale, epsilon: epsilon)
    }
    return (0..<heads).flatMap { head -> [Double] in
      var own = Array(row[head * spec.keyWidth..<(head + 1) * spec.keyWidth])
      if case .perHead(let epsilon) = spec.queryKeyNorm, let scale {
        own = Reference.norm(own, scale: scale, epsilon: epsilon)
      }
      own = own.map(clipped)
      let offset = spec.rotaryOffset
      own = own.prefix(offset) + turned(Array(own.dropFirst(offset)), position: position)
      if case .turned(let epsilon) = spec.queryKeyNorm {
        let mean = own.reduce(0) { $0 + $1 * $1 } / Double(own.count)
        own = own.map { $0 / (mean + Double(epsilon)).squareRoot() }
      }
      return own
    }
  }

  private func clipped(_ value: Double) -> Double {
    spec.clip.map { min(Double($0), max(-Double($0), value)) } ?? value
  }

  /// The first elements turned by the position.
  private func turned(_ row: [Double], position: Int) -> [Double] {
    guard let rotary = spec.rotary else { return row }
    var row = row
    for (pair, frequency) in frequencies.enumerated() {
      let (first, second) =
        switch rotary.pairing {
        case .halves: (pair, pair + frequencies.count)
        case .interleaved: (2 * pair, 2 * pair + 1)
        }
      let angle = Double(position) * frequency
      let (a, b) = (row[first], row[second])
      row[first] = (a * cos(angle) - b * sin(angle)) * rotary.amplitude
      row[second] = (b * cos(angle) + a * sin(angle)) * rotary.amplitude
    }
    return row
  }
}
