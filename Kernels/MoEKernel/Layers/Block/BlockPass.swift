import LayerSpec
import Tile

/// One pass through a block.
struct BlockPass {
  let layer: BlockLayer
  let workspace: BlockWorkspace
  let pool: WorkerPool
  let input: Matrix
  let output: Matrix

  private var spec: BlockSpec { layer.spec }
  var attention: SelfAttentionSpec { layer.spec.attention }
  var tokens: Int { input.rows }

  /// The first rows of a matrix, as many as the pass has.
  private func rows(_ matrix: Matrix) -> Rows { matrix.all.part(from: 0, count: tokens) }

  var stager: RowStager {
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
    switch workspace.memory {
    case .grouped(let cache, let parts):
      phases.attention = AttentionWork(
        core: core(cache, parts: parts), spans: workspace.spans, scratch: workspace.scratch.all
      ).run(pool)
    case .latent(let memory): attend(memory, &phases)
    }
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
      in: (
        source: source, target: target.all, scale: scale, width: spec.hidden, epsilon: epsilon,
        kernels: workspace.kernels
      )
    ) { pass, _, row in
      let (source, target) = (pass.source[row], pass.target[row])
      guard let scale = pass.scale else {
        target.update(from: source, count: pass.width)
        return
      }
      pass.kernels.normalise(
        source, count: pass.width, scale: scale.all[0], epsilon: pass.epsilon, into: target)
    }
  }

  /// target = stream + residual scale · norm(branch) for every row.
  private func add(_ branch: Rows, _ scale: Matrix?, to stream: Rows, into target: Rows) {
    pool.forEach(
      tokens, grain: grain,
      in: (pass: self, branch: branch, stream: stream, target: target, scale: scale)
    ) { rows, _, row in
      let (spec, kernels) = (rows.pass.spec, rows.pass.workspace.kernels)
      let branch = rows.branch[row]
      if let scale = rows.scale {
        kernels.normalise(
          branch, count: spec.hidden, scale: scale.all[0], epsilon: spec.normEpsilon,
          into: branch)
      }
      kernels.add(
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
    case .latent(let compress, let norm, _):
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
    }
  }

  /// The norm of the first elements of every row, in place.
  private func norms(_ matrix: Matrix, count: Int, _ scale: Matrix, _ epsilon: Float) {
    pool.forEach(
      tokens, grain: grain,
      in: (
        rows: rows(matrix), count: count, scale: scale.all[0], epsilon: epsilon,
        kernels: workspace.kernels
      )
    ) { pass, _, index in
      let row = pass.rows[index]
      pass.kernels.normalise(
        row, count: pass.count, scale: pass.scale, epsilon: pass.epsilon, into: row)
    }
  }

  /// Turns queries and keys by their positions and fills the cache, span by span.
  private func prepareRows() {
    for span in workspace.spans {
      pool.forEach(span.tokens, grain: Self.tokensAtOnce, in: (pass: self, span: span)) {
        context, _, token in
        context.pass.prepare(token: token, of: context.span)
      }
    }
  }

  /// Tokens that a thread prepares at a time, some microseconds.
  private static let tokensAtOnce = 8

  private func prepare(token: Int, of span: AttentionCore.Span) {
    let (row, position) = (span.firstRow + token, span.position + token)
    let preparation = QueryKeyPreparation(
      spec: attention, kernels: workspace.kernels, rotary: workspace.rotary,
      queryNorm: layer.attention.queryNorm?.all[0],
      keyNorm: layer.attention.keyNorm?.all[0])
    preparation.prepare(queries: workspace.queries.all[row], position: position)
    if !attention.isAbsorbed(context: span.position) {
      workspace.queryTiles.store(workspace.queries.all[row], token: token, of: span)
    }
    switch workspace.memory {
    case .latent(let memory):
      let compressed = workspace.compressed.all[row]
      preparation.prepare(keys: compressed + (attention.latent?.rank ?? 0), position: position)
      memory.cache.store(compressed, sequence: span.sequence, position: position)
    case .grouped(let cache, _):
      let (keys, values) = (workspace.keys.all[row], workspace.values.all[row])
      preparation.prepare(keys: keys, position: position)
      preparation.prepare(values: values)
      for head in 0..<attention.keyValueHeads {
        cache.panels.store(
          key: keys + head * attention.keyWidth, value: values + head * attention.valueWidth,
          sequence: span.sequence, head: head, position: position)
      }
    }
  }

  /// Attention of all queries of the pass over keys and values of a cache.
  func core(_ cache: KVCache, parts: ContextParts? = nil) -> AttentionCore {
    AttentionCore(
      spec: attention, cache: cache.panels, queries: workspace.queryTiles,
      outputs: Rows(
        base: workspace.heads.all.base, stride: attention.valueWidth,
        count: tokens * attention.heads),
      sinks: layer.attention.sinks?.all[0], parts: parts?.places)
  }
}
