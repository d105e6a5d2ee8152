import Glibc
import LayerSpec

// Attention of a step: what stands around the kernels of both halves.
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
      let queries = rows.preparedQueries.all[token]
      queries.update(from: rows.queries.all[token], count: attention.queryWidth)
      preparation.prepare(queries: queries, position: token)
      let (keys, values) = (rows.preparedKeys.all[token], rows.preparedValues.all[token])
      if case .latent(let latent) = keysAndValues {
        latent.prepare(token: token, rotary: rotary, keys: keys, values: values)
        return
      }
      keys.update(from: rows.keys.all[token], count: attention.keysWidth)
      preparation.prepare(keys: keys, position: token)
      values.update(from: rows.values.all[token], count: attention.valuesWidth)
      preparation.prepare(values: values)
    }
  }

  /// Sums of values, heads side by side.
  func attend(_ tokens: Int, _ pool: WorkerPool) {
    let span = AttentionCore.Span(sequence: 0, firstRow: 0, tokens: tokens, position: 0)
    pool.forEach(tokens, grain: 8) { _, token in
      rows.queryTiles.store(rows.preparedQueries.all[token], token: token, of: span)
      let (keys, values) = (rows.preparedKeys.all[token], rows.preparedValues.all[token])
      for head in 0..<attention.keyValueHeads {
        cache.panels.store(
          key: keys + head * attention.keyWidth, value: values + head * attention.valueWidth,
          sequence: 0, head: head, position: token)
      }
    }
    let core = AttentionCore(
      spec: attention, cache: cache.panels,
      queries: rows.queryTiles,
      outputs: Rows(
        base: rows.heads.all.base, stride: attention.valueWidth, count: tokens * attention.heads),
      sinks: layer.attention.sinks?.all[0],
      parts: nil)
    phases.attention =
      phases.attention
      + AttentionWork(core: core, spans: [span], scratch: scratch.all).run(pool)
  }

  /// From gradients of heads those of prepared queries and keys, and of values.
  func attendBackward(_ tokens: Int, _ pool: WorkerPool) {
    func first(_ matrix: Matrix) -> Rows { matrix.all.part(from: 0, count: tokens) }
    let targets = gradientsOfHeads
    let pass = AttentionBackward(
      spec: attention, kernels: kernels, queries: first(rows.preparedQueries),
      keys: first(rows.preparedKeys), values: first(rows.preparedValues),
      gradient: first(rows.headGradients), queryGradient: first(query.outputGradient),
      keyGradients: first(targets.keys),
      valueGradients: first(targets.values),
      sinks: layer.attention.sinks.flatMap { logits in
        norms.sinks.map { (logits.all[0], $0.all[0]) }
      }, staging: StripStaging(kernels))
    phases.attention =
      phases.attention
      + pool.forEach(attention.heads, isAhead: false, in: (pass: pass, scratch: scratch.all)) {
        work, worker, head, _ in
        work.pass.perform(head: head, scratch: work.scratch[worker])
      }
    guard let headGradients else { return }
    pool.forEach(tokens, grain: 8) { _, token in
      switch keysAndValues {
      case .grouped(let key, let value):
        pass.sumGroups(
          token: token, keys: key.outputGradient.all[token], values: value.outputGradient.all[token]
        )
      case .latent(let latent):
        latent.spread(
          token: token, rotary: rotary, keys: headGradients.keys.all[token],
          values: headGradients.values.all[token])
      }
    }
  }

  /// Where gradients of keys and values go for each head of queries.
  private var gradientsOfHeads: (keys: Matrix, values: Matrix) {
    if let headGradients { return headGradients }
    guard case .grouped(let key, let value) = keysAndValues else {
      preconditionFailure("keys of latent attention have gradients of their own")
    }
    return (key.outputGradient, value.outputGradient)
  }

  // MARK: - Preparation, backwards

  /// Gradients of prepared queries and keys become those of what their matrices made, and gradients of values stop
  /// where these were clamped.
  func prepareBackward(_ tokens: Int, _ pool: WorkerPool) {
    let copies = Matrix(
      rows: ScaleGradient.parts,
      columns: readsCopies ? max(attention.queryWidth, attention.keysWidth) : 0)
    pool.forEach(ScaleGradient.parts) { _, part in
      for token in ScaleGradient.rows(ofPart: part, of: tokens) {
        prepareBackward(token: token, part: part, copy: copies.all[part])
      }
    }
    for norm in [norms.query, norms.key].compactMap({ $0 }) { norm.sumParts() }
  }

  /// Whether what the bound and a norm of the turned read must be made again.
  private var readsCopies: Bool {
    if case .turned = attention.queryKeyNorm { return true }
    return attention.clip != nil
  }

  private func prepareBackward(token: Int, part: Int, copy: UnsafeMutablePointer<Float>) {
    var factor = attention.scale
    if let temperature = attention.temperature {
      factor *= QueryKeyPreparation.factor(temperature, position: token)
    }
    let queries = query.outputGradient.all[token]
    RowArithmetic.scale(queries, by: factor, to: queries, count: attention.queryWidth)
    unprepare(
      queries, of: rows.queries.all[token], heads: attention.heads, norms.query, part, token, copy)
    guard case .grouped(let key, let value) = keysAndValues else { return }
    unprepare(
      key.outputGradient.all[token], of: rows.keys.all[token], heads: attention.keyValueHeads,
      norms.key, part, token, copy)
    if let clip = attention.clip {
      let (gradients, values) = (value.outputGradient.all[token], rows.values.all[token])
      for index in 0..<attention.valuesWidth where abs(values[index]) > clip {
        gradients[index] = 0
      }
    }
  }

  /// Norm, bound, rotation and norm of the turned, in the reverse order.
  ///
  /// - Parameter row: Room for a copy of what the matrix made.
  private func unprepare(
    _ gradients: UnsafeMutablePointer<Float>, of source: UnsafeMutablePointer<Float>, heads: Int,
    _ norm: ScaleGradient?, _ part: Int, _ position: Int, _ row: UnsafeMutablePointer<Float>
  ) {
    let width = attention.keyWidth
    if readsCopies { row.update(from: source, count: heads * width) }
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
          scaleGradient: norm.partSums(part), epsilon: epsilon)
      }
    case .wide(let epsilon):
      Norm.backward(
        gradients, of: source, count: heads * width, scale: norm.scale.all[0],
        scaleGradient: norm.partSums(part), epsilon: epsilon)
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
