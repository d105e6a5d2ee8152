import LayerSpec

extension Architecture {
  /// The operations of attention, layer after layer, in one step of decoding: one more token of each of some
  /// sequences with `context` tokens in their caches.
  ///
  /// Every query sees all keys of its cache and its own, as far as its window reaches.
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
    projections.map { $0.operation(tokens: sequences, formats: formats) }
      + scores.map { score in
        let keys = (context + score.tokensPerKey) / score.tokensPerKey
        let seen = min(keys, score.window ?? keys)
        return Operation(
          .attention,
          flops: 2 * Count(score.heads) * Count(score.keyWidth + score.valueWidth)
            * Count(sequences) * Count(seen),
          format: .f32, weightBytes: 0)
      }
      + [state].compactMap(\.self).map { state in
        let elements = Count(state.heads) * Count(state.keyWidth) * Count(state.valueWidth)
        return Operation(
          .attention, flops: 2 * elements * Count(state.passes) * Count(sequences),
          format: .f32, weightBytes: 0,
          stateBytes: 2 * Double(elements) * Double(sequences)
            * Double(MemoryLayout<Float>.size))
      }
  }
}
