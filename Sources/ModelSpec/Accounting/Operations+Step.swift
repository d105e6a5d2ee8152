import LayerSpec

extension Architecture {
  /// The operations of attention, layer after layer, in one step of decoding: one more token of each of some
  /// sequences with `context` tokens in their caches.
  ///
  /// Every query sees all keys of its cache and its own, as far as its window reaches. Latent attention is that of
  /// the latent space, in which cached vectors are not expanded.
  ///
  /// - Precondition: neither number is negative.
  func attentionStep(sequences: Int, context: Int, formats: FormatPlan) -> [Operation] {
    layers.compactMap(\.attention).flatMap { attention in
      var operations = attention.stepOperations(
        sequences: sequences, context: context, formats: formats)
      operations.readAndWrite(tokens: sequences, width: hidden)
      return operations
    }
  }
}

extension AttentionSpec {
  fileprivate func stepOperations(
    sequences: Int, context: Int, formats: FormatPlan
  ) -> [Operation] {
    let projected = projections.map { $0.operation(tokens: sequences, formats: formats) }
    var flops: Count = (cachedScores ?? scores).reduce(0) { sum, score in
      let keys = (context + score.tokensPerKey) / score.tokensPerKey
      let seen = min(keys, score.window ?? keys)
      return sum + 2 * Count(score.heads) * Count(score.keyWidth + score.valueWidth) * Count(seen)
    }
    // What was kept is read once, and a recurrence's state is written again.
    var elements = caches.reduce(Count(0)) { $0 + $1.elements(context: context + 1) }
    if let state {
      let matrix = Count(state.heads) * Count(state.keyWidth) * Count(state.valueWidth)
      flops += 2 * matrix * Count(state.passes)
      elements += 2 * matrix
    }
    guard flops > 0 || elements > 0 else { return projected }
    let mixing = Operation(
      .attention, flops: Count(sequences) * flops, format: .f32, weightBytes: 0,
      stateBytes: Double(sequences) * Double(elements) * Double(MemoryLayout<Float>.size))
    return projected + [mixing]
  }
}
