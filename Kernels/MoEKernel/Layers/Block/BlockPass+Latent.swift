import LayerSpec
import Tile

/// Latent attention of a pass: prompts from their beginning with expanded keys and values, and everything
/// behind cached tokens in the latent space.
extension BlockPass {
  func attend(_ memory: LatentMemory, _ phases: inout BlockPhases) {
    guard case .latent(_, _, let expansion) = layer.attention.keysAndValues,
      let latent = attention.latent
    else { return }
    var clock = PhaseClock()
    var regions = LatentRegions()
    var absorbed = 0..<0
    for span in workspace.spans {
      let rows = span.firstRow..<span.firstRow + span.tokens
      if attention.isAbsorbed(context: span.position) {
        // Rows of neighbouring sequences meet the matrices together.
        if absorbed.upperBound < rows.lowerBound { absorbed = rows }
        absorbed = absorbed.lowerBound..<rows.upperBound
      } else {
        absorb(absorbed, memory, latent, expansion, &regions)
        absorbed = rows.upperBound..<rows.upperBound
        expand(span, memory, latent, expansion, &regions)
      }
    }
    absorb(absorbed, memory, latent, expansion, &regions)
    phases.projections = phases.projections + regions.products
    phases.attention = regions.attention
    phases.elementwiseSeconds += clock.lap() - regions.products.wall - regions.attention.wall
  }

  // MARK: - Expanded

  /// The attention of one prompt over its own keys and values.
  private func expand(
    _ span: AttentionCore.Span, _ memory: LatentMemory, _ latent: SelfAttentionSpec.Latent,
    _ expansion: LatentExpansion, _ regions: inout LatentRegions
  ) {
    let staged = stager.staged(
      workspace.compressed.all.part(from: span.firstRow, count: span.tokens),
      columns: latent.rank, pool: pool)
    let target = memory.expanded.all.part(from: 0, count: span.tokens)
    let step = latent.plainWidth + attention.valueWidth
    func apply(_ matrices: any EngineMatrices, column: Int) -> RegionSeconds {
      HeadProducts(
        matrices: matrices, input: staged, inputStep: 0,
        result: target.part(from: 0, count: span.tokens, column: column), resultStep: step,
        scratch: workspace.scratch.all
      ).run(pool)
    }
    if let keys = expansion.keys { regions.products = regions.products + apply(keys, column: 0) }
    regions.products =
      regions.products + apply(expansion.values, column: latent.plainWidth)
    let own = AttentionCore.Span(
      sequence: 0, firstRow: span.firstRow, tokens: span.tokens, position: 0)
    memory.prompt[0] = own
    let expanded = ExpandedRows(
      core: core(memory.expansion), span: own, latent: latent, expanded: target,
      compressed: workspace.compressed.all, scratch: workspace.scratch.all)
    pool.forEach(span.tokens, in: expanded) { $0.store(token: $2, worker: $1) }
    regions.attention =
      regions.attention
      + AttentionWork(
        core: expanded.core, spans: memory.prompt, scratch: workspace.scratch.all
      ).run(pool)
  }

  // MARK: - Absorbed

  /// The attention of some rows behind cached tokens, as many at a time as there is memory for.
  private func absorb(
    _ rows: Range<Int>, _ memory: LatentMemory, _ latent: SelfAttentionSpec.Latent,
    _ expansion: LatentExpansion, _ regions: inout LatentRegions
  ) {
    var first = rows.lowerBound
    while first < rows.upperBound {
      let end = min(first + memory.queries.rows, rows.upperBound)
      absorb(slice: first..<end, memory, latent, expansion, &regions)
      first = end
    }
  }

  private func absorb(
    slice rows: Range<Int>, _ memory: LatentMemory, _ latent: SelfAttentionSpec.Latent,
    _ expansion: LatentExpansion, _ regions: inout LatentRegions
  ) {
    let (scratch, heads) = (workspace.scratch.all, attention.heads)
    let core = LatentCore(
      spec: attention, latent: latent, kernels: workspace.kernels, cache: memory.cache,
      queries: Rows(
        base: memory.queries.all.base, stride: memory.cache.width, count: rows.count * heads),
      contexts: Rows(
        base: memory.contexts.all.base, stride: latent.rank, count: rows.count * heads),
      parts: memory.parts.places, sinks: layer.attention.sinks?.all[0])
    if let absorbed = expansion.absorbed {
      regions.products =
        regions.products
        + HeadProducts(
          matrices: absorbed,
          input: workspace.queries.all.part(from: rows.lowerBound, count: rows.count),
          inputStep: attention.keyWidth,
          result: memory.queries.all.part(from: 0, count: rows.count),
          resultStep: memory.cache.width, scratch: scratch
        ).run(pool)
    }
    let turned = TurnedParts(
      core: core, first: rows.lowerBound, queries: workspace.queries.all)
    pool.forEach(rows.count, in: turned) { turned, _, row in turned.copy(row: row) }
    regions.attention =
      regions.attention
      + LatentWork(core: core, rows: rows, spans: workspace.spans, scratch: scratch).run(pool)
    regions.products =
      regions.products
      + HeadProducts(
        matrices: expansion.values,
        input: memory.contexts.all.part(from: 0, count: rows.count), inputStep: latent.rank,
        result: workspace.heads.all.part(from: rows.lowerBound, count: rows.count),
        resultStep: attention.valueWidth, scratch: scratch
      ).run(pool)
  }
}

/// How the threads spent the regions of a pass's latent attention.
private struct LatentRegions {
  var products = RegionSeconds()
  var attention = RegionSeconds()
}

/// A prompt whose keys and values are expanded.
private struct ExpandedRows {
  let core: AttentionCore
  let span: AttentionCore.Span
  let latent: SelfAttentionSpec.Latent
  /// A row for each token of the span; of all rows of the pass the compressed ones.
  let expanded: Rows
  let compressed: Rows
  let scratch: Rows

  /// Puts the keys and values of a token together.
  func store(token: Int, worker: Int) {
    let spec = core.spec
    let shared = compressed[span.firstRow + token] + latent.rank
    let key = scratch[worker]
    for head in 0..<spec.heads {
      let own = expanded[token] + head * (latent.plainWidth + spec.valueWidth)
      key.update(from: own, count: latent.plainWidth)
      (key + latent.plainWidth).update(from: shared, count: latent.rotaryWidth)
      core.cache.store(
        key: key, value: own + latent.plainWidth, sequence: span.sequence, head: head,
        position: token)
    }
  }
}

/// Rows whose queries' turned parts follow those in the latent space.
private struct TurnedParts {
  let core: LatentCore
  /// The first of the rows among those of the pass, whose queries these are.
  let first: Int
  let queries: Rows

  /// Puts them there; where keys have no other part, that in the latent space is zero.
  func copy(row: Int) {
    let (spec, latent) = (core.spec, core.latent)
    for head in 0..<spec.heads {
      let target = core.queries[row * spec.heads + head]
      if latent.plainWidth == 0 { target.update(repeating: 0, count: latent.rank) }
      (target + latent.rank).update(
        from: queries[first + row] + head * spec.keyWidth + latent.plainWidth,
        count: latent.rotaryWidth)
    }
  }
}
