import LayerSpec

/// One pass through a block.
struct BlockPass {
  let layer: BlockLayer
  let workspace: BlockWorkspace
  let pool: WorkerPool
  let input: Matrix
  let output: Matrix

  private var spec: BlockSpec { layer.spec }
  private var attention: SelfAttentionSpec { layer.spec.attention }
  private var tokens: Int { input.rows }

  /// The first rows of a matrix, as many as the pass has.
  private func rows(_ matrix: Matrix) -> Rows { matrix.all.part(from: 0, count: tokens) }

  private var stager: RowStager {
    RowStager(
      staging: layer.engine.staging(layer.formats[.projection]), target: workspace.staged.all)
  }

  func run() {
    var clock = PhaseClock()
    var phases = BlockPhases()
    func lap() { phases.elementwiseSeconds += clock.lap() }
    /// What a region of products took is no other work.
    func products(_ seconds: RegionSeconds) {
      phases.projections = phases.projections + seconds
      phases.elementwiseSeconds -= seconds.wall
    }
    norm(input.all, layer.attentionNorms.before, into: workspace.normed)
    makeQueriesKeysAndValues(products)
    prepareRows()
    lap()
    phases.attention = attend()
    _ = clock.lap()
    products(
      layer.attention.output.apply(
        stager.staged(rows(workspace.heads), columns: attention.outputWidth, pool: pool),
        into: rows(workspace.branch), scratch: workspace.scratch.all, pool: pool))
    add(
      rows(workspace.branch), layer.attentionNorms.after, to: input.all,
      into: rows(workspace.stream))
    norm(rows(workspace.stream), layer.feedForwardNorms.before, into: workspace.normed)
    lap()
    layer.feedForward.forward(
      workspace.ends.input, into: workspace.ends.output, workspace: workspace.feedForward,
      pool: pool)
    _ = clock.lap()
    add(
      rows(workspace.branch), layer.feedForwardNorms.after, to: rows(workspace.stream),
      into: output.all)
    lap()
    phases.feedForward = workspace.feedForward.phases
    workspace.phases = phases
  }

  // MARK: - Norms and residuals

  /// The norm of every row, or a copy where a branch begins without one.
  private func norm(_ source: Rows, _ scale: Matrix?, into target: Matrix) {
    let epsilon = spec.normEpsilon
    pool.forEach(
      tokens, grain: grain,
      in: (source: source, target: target.all, scale: scale, width: spec.hidden, epsilon: epsilon)
    ) { pass, _, row in
      let target = pass.target[row]
      target.update(from: pass.source[row], count: pass.width)
      if let scale = pass.scale {
        Norm.apply(to: target, count: pass.width, scale: scale.all[0], epsilon: pass.epsilon)
      }
    }
  }

  /// target = stream + residual scale · norm(branch) for every row.
  private func add(_ branch: Rows, _ scale: Matrix?, to stream: Rows, into target: Rows) {
    pool.forEach(
      tokens, grain: grain,
      in: (pass: self, branch: branch, stream: stream, target: target, scale: scale)
    ) { rows, _, row in
      let spec = rows.pass.spec
      let branch = rows.branch[row]
      if let scale = rows.scale {
        Norm.apply(to: branch, count: spec.hidden, scale: scale.all[0], epsilon: spec.normEpsilon)
      }
      RowArithmetic.add(
        branch, times: spec.residualScale, to: rows.stream[row], into: rows.target[row],
        count: spec.hidden)
    }
  }

  /// Rows that a thread takes at a time: some ten microseconds of work.
  private var grain: Int { max(1, SparsePass.elementsWorthAThread / max(1, spec.hidden)) }

  // MARK: - Attention

  private func makeQueriesKeysAndValues(_ products: (RegionSeconds) -> Void) {
    let (layer, scratch) = (layer.attention, workspace.scratch.all)
    let staged = stager.staged(rows(workspace.normed), columns: spec.hidden, pool: pool)
    func apply(_ map: LinearMap, _ input: Rows, _ target: Matrix) {
      products(map.apply(input, into: rows(target), scratch: scratch, pool: pool))
    }
    switch layer.keysAndValues {
    case .grouped(let key, let value):
      apply(layer.query, staged, workspace.queries)
      apply(key, staged, workspace.keys)
      apply(value, staged, workspace.values)
    case .latent(let compress, let norm, let expand):
      guard let latent = attention.latent else { return }
      apply(compress, staged, workspace.compressed)
      if let rank = layer.queryRank {
        apply(rank.compress, staged, workspace.queryRank)
        norms(workspace.queryRank, count: rank.compress.outputs, rank.norm, latent.normEpsilon)
        apply(
          layer.query,
          stager.staged(rows(workspace.queryRank), columns: rank.compress.outputs, pool: pool),
          workspace.queries)
      } else {
        apply(layer.query, staged, workspace.queries)
      }
      norms(workspace.compressed, count: latent.rank, norm, latent.normEpsilon)
      apply(
        expand, stager.staged(rows(workspace.compressed), columns: latent.rank, pool: pool),
        workspace.expanded)
    }
  }

  /// The norm of the first elements of every row, in place.
  private func norms(_ matrix: Matrix, count: Int, _ scale: Matrix, _ epsilon: Float) {
    let rows = rows(matrix)
    for row in 0..<tokens {
      Norm.apply(to: rows[row], count: count, scale: scale.all[0], epsilon: epsilon)
    }
  }

  /// Turns queries and keys by their positions and fills the cache, span by span.
  private func prepareRows() {
    for span in workspace.spans {
      pool.forEach(span.tokens, in: (pass: self, span: span)) { context, worker, token in
        context.pass.prepare(token: token, of: context.span, worker: worker)
      }
    }
  }

  private func prepare(token: Int, of span: AttentionCore.Span, worker: Int) {
    let (row, position) = (span.firstRow + token, span.position + token)
    let preparation = QueryKeyPreparation(
      spec: attention, rotary: workspace.rotary, queryNorm: layer.attention.queryNorm?.all[0],
      keyNorm: layer.attention.keyNorm?.all[0])
    preparation.prepare(queries: workspace.queries.all[row], position: position)
    if let latent = attention.latent {
      let shared = workspace.compressed.all[row] + latent.rank
      preparation.prepare(keys: shared, position: position)
      let key = workspace.scratch.all[worker]
      for head in 0..<attention.heads {
        let own =
          workspace.expanded.all[row] + head * (latent.plainWidth + attention.valueWidth)
        key.update(from: own, count: latent.plainWidth)
        (key + latent.plainWidth).update(from: shared, count: latent.rotaryWidth)
        workspace.cache.store(
          key: key, value: own + latent.plainWidth, sequence: span.sequence, head: head,
          position: position)
      }
    } else {
      let (keys, values) = (workspace.keys.all[row], workspace.values.all[row])
      preparation.prepare(keys: keys, position: position)
      preparation.prepare(values: values)
      for head in 0..<attention.keyValueHeads {
        workspace.cache.store(
          key: keys + head * attention.keyWidth, value: values + head * attention.valueWidth,
          sequence: span.sequence, head: head, position: position)
      }
    }
  }

  /// Scores, softmax and sums of values of all spans in one region: threads share sequences, heads and tokens.
  private func attend() -> RegionSeconds {
    let work = AttentionWork(
      core: AttentionCore(
        spec: attention, cache: workspace.cache,
        queries: Rows(
          base: workspace.queries.all.base, stride: attention.keyWidth,
          count: tokens * attention.heads),
        outputs: Rows(
          base: workspace.heads.all.base, stride: attention.valueWidth,
          count: tokens * attention.heads),
        sinks: layer.attention.sinks?.all[0]),
      spans: workspace.spans, scratch: workspace.scratch.all)
    let tasks = work.spans.reduce(0) { $0 + work.core.tasks(tokens: $1.tokens) }
    return pool.forEach(tasks, isAhead: false, in: work) { work, worker, task, _ in
      work.perform(task, worker: worker)
    }
  }
}

/// The tasks of all spans, numbered one span after the other.
private struct AttentionWork {
  let core: AttentionCore
  let spans: [AttentionCore.Span]
  let scratch: Rows

  func perform(_ task: Int, worker: Int) {
    var task = task
    for span in spans {
      let tasks = core.tasks(tokens: span.tokens)
      if task < tasks {
        core.perform(task, of: span, scratch: scratch[worker])
        return
      }
      task -= tasks
    }
  }
}
