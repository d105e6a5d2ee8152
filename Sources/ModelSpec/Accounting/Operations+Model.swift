import LayerSpec

/// A part of a model that operations are counted of.
///
/// An open value: a later workload may go through a part that has no name here.
public struct ModelPart: RawRepresentable, Hashable, Sendable {
  /// The name in words with hyphens: `feed-forward`.
  public let rawValue: String

  /// The part of that name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// All feed-forward layers, dense and routed, the latter with their routers.
  public static let feedForward = ModelPart(rawValue: "feed-forward")
  /// Attention and what stands in its place.
  public static let attention = ModelPart(rawValue: "attention")
  /// The output head.
  public static let head = ModelPart(rawValue: "head")
  /// Products outside of these.
  public static let other = ModelPart(rawValue: "other")
  /// All of them.
  public static let whole = ModelPart(rawValue: "whole")
}

extension Architecture {
  /// The operations of a part in one forward pass of `tokens` tokens that make one sequence from its
  /// beginning, layer after layer.
  ///
  /// FLOPs are 2·m·n·k per matrix product, as `torch.utils.flop_counter` counts them; norms, activations,
  /// softmax, rotary embeddings and depthwise convolutions are no matrix products. Experts are used as
  /// often as uniform routing is expected to. A part without products, or without a name here, has no
  /// operations.
  ///
  /// - Precondition: `tokens` is not negative.
  public func operations(
    of part: ModelPart, tokens: Int, formats: FormatPlan
  ) -> [Operation] {
    switch part {
    case .feedForward:
      return layers.flatMap(\.feedForwards).flatMap { layer in
        let distinct = layer.routed?.expectedDistinctExperts(tokens: tokens) ?? 0
        return layer.operations(
          tokens: tokens, use: ExpertUse(distinctExperts: distinct), formats: formats)
      }
    case .attention:
      return layers.compactMap(\.attention).flatMap { attention in
        var operations = attention.operations(tokens: tokens, formats: formats)
        operations.readAndWrite(tokens: tokens, width: hidden)
        return operations
      }
    case .head:
      let matrix = LinearSpec(hidden, vocabulary, hasBias: surroundings.headHasBias)
      var operation = matrix.operation(tokens: tokens, formats: formats)
      operation.activationBytes =
        Double(tokens) * (Double(hidden) + Double(vocabulary))
        * Double(MemoryLayout<Float>.size)
      return [operation]
    case .other:
      let learned = surroundings.projections + layers.flatMap(\.otherProjections)
      return learned.map { $0.operation(tokens: tokens, formats: formats) }
        + layers.flatMap(\.computedProducts).map { matrix in
          var operation = matrix.operation(tokens: tokens, formats: formats)
          operation.weightBytes = 0
          return operation
        }
    case .whole:
      return [ModelPart.attention, .feedForward, .other, .head].flatMap {
        operations(of: $0, tokens: tokens, formats: formats)
      }
    default: return []
    }
  }
}

extension AttentionSpec {
  /// The operations of `tokens` tokens of one sequence from its beginning: the matrices, then the products
  /// between tokens, then those with a recurrence's state.
  ///
  /// Every query is multiplied with every key within its window, the masked half included, as eager
  /// attention and `torch.utils.flop_counter` have it. Keys, values and the state are made in the same
  /// layer and assumed to stay in cache, so that they are no bytes of state.
  func operations(tokens: Int, formats: FormatPlan) -> [Operation] {
    projections.map { $0.operation(tokens: tokens, formats: formats) }
      + scores.map { score in
        let keys = tokens / score.tokensPerKey
        let seen = min(keys, score.window ?? keys)
        return Operation(
          .attention,
          flops: 2 * Count(score.heads) * Count(score.keyWidth + score.valueWidth)
            * Count(tokens) * Count(seen),
          format: .f32, weightBytes: 0)
      }
      + [state].compactMap(\.self).map { state in
        Operation(
          .attention,
          flops: 2 * Count(state.heads) * Count(state.keyWidth) * Count(state.valueWidth)
            * Count(state.passes) * Count(tokens),
          format: .f32, weightBytes: 0)
      }
  }
}

extension LinearSpec {
  /// The product of `tokens` rows with the matrix, or with `used` of its copies.
  ///
  /// Of several copies, those are read that uniform routing is expected to reach.
  func operation(tokens: Int, formats: FormatPlan) -> Operation {
    let flops = 2 * Count(used) * Count(inputs) * Count(outputs) * Count(tokens)
    let inclusion = min(1, Double(used) / Double(max(1, copies)))
    let read = Double(copies) * expectedDistinctExperts(inclusion: [inclusion], tokens: tokens)
    return Operation(
      .projection, flops: flops, format: formats.projections,
      weightBytes: read
        * (formats.bytes(inputs * outputs, .projection)
          + formats.bytes(hasBias ? outputs : 0, .vector)))
  }
}
