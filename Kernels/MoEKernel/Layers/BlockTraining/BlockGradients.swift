import LayerSpec

extension BlockStep {
  /// The gradients of all weights by the last step, in the canonical layout.
  public var gradients: BlockWeights {
    func row(_ gradient: ScaleGradient?, _ count: Int) -> [Float]? {
      gradient.map { Array($0.sums.row(0).prefix(count)) }
    }
    func pair(_ norms: (before: ScaleGradient?, after: ScaleGradient?)) -> BlockWeights.Norms {
      BlockWeights.Norms(
        before: row(norms.before, spec.hidden), after: row(norms.after, spec.hidden))
    }
    let attention = layer.spec.attention
    let isWide = if case .wide = attention.queryKeyNorm { true } else { false }
    return BlockWeights(
      attention: SelfAttentionWeights(
        query: query.canonical, queryRank: queryRankGradient,
        keysAndValues: keysAndValuesGradient, output: output.canonical,
        queryNorm: row(norms.query, isWide ? attention.queryWidth : attention.keyWidth),
        keyNorm: row(norms.key, isWide ? attention.keysWidth : attention.keyWidth),
        sinks: norms.sinks.map { Array($0.row(0).prefix(attention.heads)) }),
      attentionNorms: pair(norms.attention),
      feedForward: feedForward.router == nil
        ? .dense(feedForward.denseGradients) : .sparse(feedForward.sparseGradients),
      feedForwardNorms: pair(norms.feedForward))
  }

  private var keysAndValuesGradient: SelfAttentionWeights.KeysAndValues {
    switch keysAndValues {
    case .grouped(let key, let value): .grouped(key: key.canonical, value: value.canonical)
    case .latent(let latent):
      .latent(
        compress: latent.compress.canonical,
        norm: Array(latent.norm.sums.row(0).prefix(attention.latent?.rank ?? 0)),
        expand: latent.expansionGradient)
    }
  }

  private var queryRankGradient: (compress: SelfAttentionWeights.Linear, norm: [Float])? {
    guard case .latent(let latent) = keysAndValues, let rank = latent.queryRank else {
      return nil
    }
    return (
      rank.compress.canonical, Array(rank.norm.sums.row(0).prefix(rank.compress.outputs))
    )
  }
}
