import Glibc
import LayerSpec

// Attention of a step by plain loops: a task for each head of keys, so that no two threads add to one gradient.
extension BlockStep {
  private var preparation: QueryKeyPreparation {
    QueryKeyPreparation(
      spec: attention, kernels: kernels, rotary: rotary,
      queryNorm: layer.attention.queryNorm?.all[0],
      keyNorm: layer.attention.keyNorm?.all[0])
  }

  /// Queries, keys and values as they meet, from copies of what their matrices made.
  func prepare(_ tokens: Int, _ pool: WorkerPool) {
    pool.forEach(tokens, grain: 8) { _, token in
      let (queries, keys) = (rows.preparedQueries.all[token], rows.preparedKeys.all[token])
      queries.update(from: rows.queries.all[token], count: attention.queryWidth)
      keys.update(from: rows.keys.all[token], count: attention.keysWidth)
      preparation.prepare(queries: queries, position: token)
      preparation.prepare(keys: keys, position: token)
      let values = rows.preparedValues.all[token]
      values.update(from: rows.values.all[token], count: attention.valuesWidth)
      preparation.prepare(values: values)
    }
  }

  /// The weights that a query gives to the keys that it sees, and the sink's.
  ///
  /// - Parameter weights: Room for as many keys; before the softmax's derivative, `scores` has them capped.
  private func weights(
    token: Int, head: Int, scores: UnsafeMutablePointer<Float>,
    weights: UnsafeMutablePointer<Float>
  ) -> (seen: Range<Int>, sink: Float) {
    let width = attention.keyWidth
    let query = rows.preparedQueries.all[token] + head * width
    let column = head / attention.group * width
    let seen = attention.reach.first(seenBy: token)..<token + 1
    let sink = layer.attention.sinks?.all[0][head]
    var largest = sink ?? -.infinity
    for key in seen {
      let score = RowArithmetic.dot(
        query, rows.preparedKeys.all[key] + column, count: width)
      scores[key] = attention.softcap.map { $0 * tanhf(score / $0) } ?? score
      largest = max(largest, scores[key])
    }
    var sum = sink.map { expf($0 - largest) } ?? 0
    let sinkTerm = sum
    for key in seen {
      weights[key] = expf(scores[key] - largest)
      sum += weights[key]
    }
    for key in seen { weights[key] /= sum }
    return (seen, sinkTerm / sum)
  }

  /// Sums of values, heads side by side.
  func attend(_ tokens: Int, _ pool: WorkerPool) {
    let scratch = Matrix(rows: pool.threads, columns: 2 * tokens)
    let width = attention.valueWidth
    pool.forEach(attention.heads) { worker, head in
      let scores = scratch.all[worker]
      for token in 0..<tokens {
        let own = weights(token: token, head: head, scores: scores, weights: scores + tokens)
        let result = rows.heads.all[token] + head * width
        let column = head / attention.group * width
        for index in 0..<width { result[index] = 0 }
        for key in own.seen {
          RowArithmetic.add(
            rows.preparedValues.all[key] + column, times: scores[tokens + key], to: result,
            into: result, count: width)
        }
      }
    }
  }

  /// From gradients of heads those of prepared queries and keys, and of values.
  ///
  /// With w the weights and dw = dy·v: ds = w·(dw − Σ w·dw); a sink has a weight and no value.
  func attendBackward(_ tokens: Int, _ pool: WorkerPool) {
    for gradients in [query.outputGradient, key.outputGradient, value.outputGradient] {
      gradients.all.base.update(repeating: 0, count: tokens * gradients.columns)
    }
    let scratch = Matrix(rows: pool.threads, columns: 3 * tokens)
    let (keyWidth, valueWidth) = (attention.keyWidth, attention.valueWidth)
    pool.forEach(attention.keyValueHeads) { worker, keyHead in
      let scores = scratch.all[worker]
      let (weights, slopes) = (scores + tokens, scores + 2 * tokens)
      for head in keyHead * attention.group..<(keyHead + 1) * attention.group {
        for token in 0..<tokens {
          let own = self.weights(token: token, head: head, scores: scores, weights: weights)
          let gradient = rows.headGradients.all[token] + head * valueWidth
          var mixed: Float = 0
          for key in own.seen {
            let column = keyHead * valueWidth
            let values = value.outputGradient.all[key] + column
            slopes[key] = RowArithmetic.dot(
              gradient, rows.preparedValues.all[key] + column, count: valueWidth)
            mixed += weights[key] * slopes[key]
            RowArithmetic.add(
              gradient, times: weights[key], to: values, into: values, count: valueWidth)
          }
          norms.sinks?.all[0][head] -= own.sink * mixed
          let queries = rows.preparedQueries.all[token] + head * keyWidth
          let queryGradients = query.outputGradient.all[token] + head * keyWidth
          for key in own.seen {
            var slope = weights[key] * (slopes[key] - mixed)
            if let cap = attention.softcap {
              let share = scores[key] / cap
              slope *= 1 - share * share
            }
            let keys = rows.preparedKeys.all[key] + keyHead * keyWidth
            let keyGradients = self.key.outputGradient.all[key] + keyHead * keyWidth
            RowArithmetic.add(
              keys, times: slope, to: queryGradients, into: queryGradients, count: keyWidth)
            RowArithmetic.add(
              queries, times: slope, to: keyGradients, into: keyGradients, count: keyWidth)
          }
        }
      }
    }
  }

  // MARK: - Preparation, backwards

  /// Gradients of prepared queries and keys become those of what their matrices made, and gradients of values stop
  /// where these were clamped.
  func prepareBackward(_ tokens: Int) {
    let row = Matrix(rows: 1, columns: max(attention.queryWidth, attention.keysWidth))
    for token in 0..<tokens {
      var factor = attention.scale
      if let temperature = attention.temperature {
        factor *= QueryKeyPreparation.factor(temperature, position: token)
      }
      let queries = query.outputGradient.all[token]
      RowArithmetic.scale(queries, by: factor, to: queries, count: attention.queryWidth)
      unprepare(
        queries, of: rows.queries.all[token], heads: attention.heads, norms.query, token,
        row.all[0])
      unprepare(
        key.outputGradient.all[token], of: rows.keys.all[token], heads: attention.keyValueHeads,
        norms.key, token, row.all[0])
      if let clip = attention.clip {
        let (gradients, values) = (value.outputGradient.all[token], rows.values.all[token])
        for index in 0..<attention.valuesWidth where abs(values[index]) > clip {
          gradients[index] = 0
        }
      }
    }
  }

  /// Norm, bound, rotation and norm of the turned, in the reverse order.
  ///
  /// - Parameter row: Room for a copy of what the matrix made.
  private func unprepare(
    _ gradients: UnsafeMutablePointer<Float>, of source: UnsafeMutablePointer<Float>, heads: Int,
    _ norm: ScaleGradient?, _ position: Int, _ row: UnsafeMutablePointer<Float>
  ) {
    let width = attention.keyWidth
    row.update(from: source, count: heads * width)
    func eachHead(_ body: (_ start: Int) -> Void) {
      for head in 0..<heads { body(head * width) }
    }
    if case .turned(let epsilon) = attention.queryKeyNorm {
      // The norm read what was turned.
      eachHead {
        rotary?.turn(row + $0 + attention.rotaryOffset, position: position)
        Norm.backward(
          gradients + $0, of: row + $0, count: width, scale: nil, scaleGradient: nil,
          epsilon: epsilon)
      }
    }
    eachHead { rotary?.turnBack(gradients + $0 + attention.rotaryOffset, position: position) }
    if let clip = attention.clip {
      // The bound read what the norm gave.
      switch attention.queryKeyNorm {
      case .absent, .turned: break
      case .perHead(let epsilon):
        eachHead {
          if let norm {
            Norm.apply(to: row + $0, count: width, scale: norm.scale.all[0], epsilon: epsilon)
          }
        }
      case .wide(let epsilon):
        if let norm {
          Norm.apply(to: row, count: heads * width, scale: norm.scale.all[0], epsilon: epsilon)
        }
      }
      for index in 0..<heads * width where abs(row[index]) > clip { gradients[index] = 0 }
    }
    guard let norm else { return }
    switch attention.queryKeyNorm {
    case .absent, .turned: break
    case .perHead(let epsilon):
      eachHead {
        Norm.backward(
          gradients + $0, of: source + $0, count: width, scale: norm.scale.all[0],
          scaleGradient: norm.sums.all[0], epsilon: epsilon)
      }
    case .wide(let epsilon):
      Norm.backward(
        gradients, of: source, count: heads * width, scale: norm.scale.all[0],
        scaleGradient: norm.sums.all[0], epsilon: epsilon)
    }
  }
}

extension RotaryTable {
  /// The transposed turn: gradients of what was turned become those of what it was made of.
  ///
  /// The turn by the opposite angle, times the same amplitude: a pair's second element changes its sign before and
  /// behind the turn.
  func turnBack(_ elements: UnsafeMutablePointer<Float>, position: Int) {
    negateSeconds(elements)
    turn(elements, position: position)
    negateSeconds(elements)
  }

  private func negateSeconds(_ elements: UnsafeMutablePointer<Float>) {
    switch spec.pairing {
    case .halves:
      for index in spec.width / 2..<spec.width { elements[index] = -elements[index] }
    case .interleaved:
      for index in stride(from: 1, to: spec.width, by: 2) { elements[index] = -elements[index] }
    }
  }
}
