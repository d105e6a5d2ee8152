import LayerSpec

// The oracle of a block's step, in double precision. Its parts are held against what goes into them, which is cheap
// for single rows at any size; and the whole, for a few tokens, against how the loss changes by the forward oracle,
// which has no derivative in it.
extension BlockStep {
  /// Gradients of the last step beside what plain loops make of the rows that they come from: of a row of every
  /// matrix of attention, of queries, keys and values of the last tokens, and of the feed-forward half.
  ///
  /// Computes the gradients of attention once more, so that those of the step are gone.
  ///
  /// - Parameters:
  ///   - count: tokens of the last step, more than none.
  ///   - unit: which outputs and hidden units, modulo how many there are.
  public func samples(ofTokens count: Int, unit: Int, pool: WorkerPool) -> [GradientSample] {
    let ends = rows.ends(count)
    return linearSamples(count, unit: unit)
      + feedForward.samples(
        of: ends.input, cotangent: ends.cotangent, inputGradient: ends.gradient,
        tokens: [0, count - 1].uniqued(), unit: unit, pool: pool)
      + attentionSamples(count, unit: unit, pool)
  }

  // MARK: Matrices

  private func linearSamples(_ tokens: Int, unit: Int) -> [GradientSample] {
    var maps = [("W_o", output, rows.heads)]
    switch keysAndValues {
    case .grouped(let key, let value):
      maps += [
        ("W_q", query, rows.normed), ("W_k", key, rows.normed), ("W_v", value, rows.normed),
      ]
    case .latent(let latent):
      maps.append(("the compression", latent.compress, rows.normed))
      if let rank = latent.queryRank {
        maps += [("the rank", rank.compress, rows.normed), ("W_q", query, rank.rows.normed)]
      } else {
        maps.append(("W_q", query, rows.normed))
      }
    }
    return maps.map { name, map, input in
      let output = unit % map.outputs
      var sum = [Double](repeating: 0, count: map.inputs)
      for token in 0..<tokens {
        let row = (0..<map.inputs).map { Double(input.all[token][$0]) }
        sum = Reference.added(sum, Double(map.outputGradient.all[token][output]), row)
      }
      return GradientSample(
        name: "gradient of \(name)", values: map.gradientRow(output), expected: sum)
    }
  }

  // MARK: Attention

  /// Tokens whose keys and values are compared: the last, which few queries see.
  private static let sampledKeys = 3

  private func attentionSamples(_ tokens: Int, unit: Int, _ pool: WorkerPool) -> [GradientSample] {
    attendBackward(tokens, pool)
    func first(_ matrix: Matrix) -> Rows { matrix.all.part(from: 0, count: tokens) }
    let oracle = AttentionBackwardReference(
      spec: attention, queries: first(rows.preparedQueries), keys: first(rows.preparedKeys),
      values: first(rows.preparedValues), gradient: first(rows.headGradients),
      sinks: layer.attention.sinks?.row(0).prefix(attention.heads).map(Double.init))
    let head = unit % attention.heads
    func part(_ rows: Rows, _ token: Int, _ head: Int, _ width: Int) -> [Float] {
      (0..<width).map { rows[token][head * width + $0] }
    }
    let queries = [0, tokens / 2, tokens - 1].uniqued().map { token in
      GradientSample(
        name: "gradient by a query",
        values: part(query.outputGradient.all, token, head, attention.keyWidth),
        expected: oracle.query(token: token, head: head))
    }
    let group = head / attention.group
    let targets = keyAndValueGradients
    var pairs = (keys: [Float](), values: [Float]())
    var expected = (keys: [Double](), values: [Double]())
    for token in max(0, tokens - Self.sampledKeys)..<tokens {
      let pair = oracle.keyAndValue(token: token, head: group)
      expected.keys += pair.key
      expected.values += pair.value
      pairs.keys += part(targets.keys.all, token, group, attention.keyWidth)
      pairs.values += part(targets.values.all, token, group, attention.valueWidth)
    }
    // The only key that a query sees has no gradient: its weight is 1 whatever its score.
    return queries.filter { $0.expected.contains { $0 != 0 } }
      + [
        GradientSample(name: "gradient by keys", values: pairs.keys, expected: expected.keys),
        GradientSample(name: "gradient by values", values: pairs.values, expected: expected.values),
      ].filter { $0.expected.contains { $0 != 0 } }
  }

  /// Of keys and values as they meet, summed over the heads that share them.
  private var keyAndValueGradients: (keys: Matrix, values: Matrix) {
    if case .grouped(let key, let value) = keysAndValues {
      return (key.outputGradient, value.outputGradient)
    }
    guard let headGradients else { preconditionFailure("latent attention has gradients of heads") }
    return headGradients
  }

  // MARK: The whole

  /// Tokens of the steps that are held against the loss: the longest one, and shorter ones.
  private static let tokensOfLoss = [6, 5, 4, 3]

  /// How far the change of the loss along the gradient by the input is from what the gradient says, relative to
  /// that, for the first tokens of a batch with a gradient by the output of the last of them alone.
  ///
  /// Of steps of three lengths the best counts: a long one has more of the third order, a short one more of what
  /// 32-bit floats between the halves round, and any may reach over the edge of a router's choice. Where the last
  /// token itself is at such an edge, so that the oracle may choose otherwise than the pass, an earlier one is taken.
  public func inputGradientError(of batch: Matrix, cotangent: Matrix, pool: WorkerPool) -> Double {
    var least = Double.infinity
    for count in Self.tokensOfLoss.map({ min($0, batch.rows) }).uniqued() {
      for part in [1e-4, 1e-3, 1e-5] where least > Self.inputGradientTolerance {
        least = min(least, inputGradientError(count, part, batch, cotangent, pool))
      }
    }
    return least
  }

  private func inputGradientError(
    _ count: Int, _ part: Double, _ batch: Matrix, _ cotangent: Matrix, _ pool: WorkerPool
  ) -> Double {
    func some(_ row: (Int) -> [Float]) -> Matrix {
      Matrix(rows: count, columns: spec.hidden, elements: (0..<count).flatMap(row))
    }
    let zeros = [Float](repeating: 0, count: spec.hidden)
    let input = some { batch.row($0) }
    let last = cotangent.row(count - 1)
    let (result, gradient) = (some { _ in zeros }, some { _ in zeros })
    run(
      input, cotangent: some { $0 == count - 1 ? last : zeros }, into: result,
      inputGradient: gradient, pool: pool)
    let (values, direction) = (input.elements, gradient.elements)
    func length(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    func loss(_ elements: [Float]) -> Double {
      let moved = Matrix(rows: count, columns: spec.hidden, elements: elements)
      let row = layer.referenceOutput(of: moved, token: count - 1, pool: pool)
      return zip(row, last).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let step = Float(part * length(values) / length(direction))
    let more = zip(values, direction).map { $0 + step * $1 }
    let less = zip(values, direction).map { $0 - step * $1 }
    let predicted = direction.indices.reduce(0.0) {
      $0 + (Double(more[$1]) - Double(less[$1])) * Double(direction[$1])
    }
    return abs(loss(more) - loss(less) - predicted) / abs(predicted)
  }

  /// The largest of these errors that a right gradient has: of the third order a millionth, and what 32-bit floats
  /// between the halves round, some 10⁻⁷ of the stream, on a change of 10⁻⁴ of it.
  public static let inputGradientTolerance = 2e-3
}
