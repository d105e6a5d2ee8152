import LayerSpec

extension BlockStep {
  /// Bytes that a block, its gradients and one step take, before any is made; `Int.max` where they cannot be
  /// counted.
  ///
  /// Inputs, outputs and gradients by them are not in it. Rows are counted with the padding of the widest panels and
  /// with every copy that some engine needs, so that it is rather too much.
  public static func bytes(
    for spec: BlockSpec, maxTokens: Int, threads: Int, engine: any Engine, formats: FormatPlan
  ) -> Int {
    let attention = spec.attention
    let kernels = BlockWorkspace.kernels(engine)
    let columns = Saturating.sum(
      [
        rowColumns(spec), mapColumns(attention), QueryTiles.columns(attention, kernels),
        attention.group == 1 && attention.latent == nil
          ? 0 : attention.queryWidth + attention.outputWidth,
      ])
    let scratch = max(
      engine.scratchElements(
        rows: maxTokens, inputs: widestInput(spec), format: .f32),
      AttentionCore.scratchElements(kernels, attention),
      AttentionBackward.scratchElements(kernels, attention, tokens: maxTokens))
    return Saturating.sum([
      TrainingStep.bytes(
        for: spec.feedForward, maxTokens: maxTokens, threads: threads, engine: engine,
        formats: formats),
      // Weights, and gradients of the same layout.
      Saturating.product(
        2, SelfAttention.bytes(attention, engine: engine, format: formats[.projection])),
      normBytes(spec),
      Saturating.product(4, Saturating.product(maxTokens, columns)),
      KVCache.bytes(
        kernels: kernels, heads: attention.keyValueHeads, keyWidth: attention.keyWidth,
        valueWidth: attention.valueWidth, sequences: 1, capacity: maxTokens),
      attention.rotary.map { RotaryTable.bytes($0, positions: maxTokens) } ?? 0,
      Matrix.scratchBytes(workers: threads, floats: scratch),
      // Products of a backward pass: panels of a part, and blocks that wait for every row.
      Saturating.product(
        maps(attention).count, TrainingStep.scratchBytes(threads: threads, maxTokens: maxTokens)),
      // Of latent attention also a block of one head's dx, of plain keys and of values.
      attention.latent == nil
        ? 0
        : Saturating.product(
          2,
          Matrix.scratchBytes(
            workers: threads, floats: Saturating.product(widestInputBlock, maxTokens))),
    ])
  }

  /// Inputs of the widest task of any engine: a BLAS's.
  private static let widestInputBlock = 256

  /// Floats of a token's rows between the matrices.
  private static func rowColumns(_ spec: BlockSpec) -> Int {
    let attention = spec.attention
    // Normed, stream, branch, the half's input, output, cotangent and gradient, of the stream and three by matrices.
    let streams = Saturating.product(12, TrainingStep.padded(spec.hidden))
    let heads = Saturating.sum([
      2 * attention.queryWidth, 2 * attention.keysWidth, 2 * attention.valuesWidth,
      2 * attention.outputWidth,
    ])
    guard let latent = attention.latent else { return Saturating.sum(streams, heads) }
    let ranks =
      3 * TrainingStep.padded(latent.rank + latent.rotaryWidth) + 3
      * TrainingStep.padded(latent.queryRank ?? 0)
    return Saturating.sum([streams, heads, ranks, TrainingStep.padded(latent.rank)])
  }

  /// The shapes of the matrices around attention but for those of one head each.
  private static func maps(_ attention: SelfAttentionSpec) -> [(inputs: Int, outputs: Int)] {
    let output = (inputs: attention.outputWidth, outputs: attention.hidden)
    guard let latent = attention.latent else {
      return [
        (attention.hidden, attention.queryWidth), (attention.hidden, attention.keysWidth),
        (attention.hidden, attention.valuesWidth), output,
      ]
    }
    let rank = latent.queryRank
    return [
      (attention.hidden, latent.rank + latent.rotaryWidth), (attention.hidden, rank ?? 0),
      (rank ?? attention.hidden, attention.queryWidth), output,
    ]
  }

  /// Floats of a token's gradients by what matrices made, with their staged copies and strips of what they read.
  private static func mapColumns(_ attention: SelfAttentionSpec) -> Int {
    let maps = maps(attention).reduce(0) {
      Saturating.sum($0, 2 * TrainingStep.padded($1.outputs) + TrainingStep.padded($1.inputs))
    }
    guard let latent = attention.latent else { return maps }
    let perHead = TrainingStep.padded(latent.plainWidth) + TrainingStep.padded(attention.valueWidth)
    return Saturating.sum([
      maps, 2 * attention.heads * perHead, 2 * TrainingStep.padded(latent.rank),
    ])
  }

  /// Bytes of gradients of norms, in parts.
  private static func normBytes(_ spec: BlockSpec) -> Int {
    let widths =
      4 * spec.hidden + 2 * spec.attention.queryWidth
      + (spec.attention.latent.map { $0.rank + ($0.queryRank ?? 0) } ?? 0)
    return Saturating.product(4 * (ScaleGradient.parts + 2), TrainingStep.padded(widths))
  }
}
