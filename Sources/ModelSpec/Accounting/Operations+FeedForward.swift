import LayerSpec

/// How a pass uses the experts of a routed layer, mean over batches.
public struct ExpertUse: Hashable, Sendable {
  /// D, experts that received at least one token.
  public var distinctExperts: Double
  /// Experts of a pass by the number of tokens that they receive; those without a token are left
  /// out.
  public var expertsByTokens: [Int: Double]

  /// The mean over `passes`, each of which lists the tokens of every expert; zero without a pass.
  public init(tokensPerExpert passes: [[Int]]) {
    let share = passes.isEmpty ? 0 : 1 / Double(passes.count)
    var experts: [Int: Double] = [:]
    for tokens in passes.lazy.flatMap({ $0 }) where tokens > 0 {
      experts[tokens, default: 0] += share
    }
    expertsByTokens = experts
    distinctExperts =
      Double(passes.reduce(0) { $0 + $1.count { $0 > 0 } }) * share
  }

  /// A number of distinct experts, which tells the bytes that are read but not the rows of tiles.
  public init(distinctExperts: Double) {
    precondition(distinctExperts >= 0, "\(distinctExperts) distinct experts")
    self.distinctExperts = distinctExperts
    expertsByTokens = [:]
  }
}

/// The operations of one pass through a layer, as a stated model of what it must compute and move.
///
/// Every weight that takes part is read once: the distinct experts that received a token, the router, the
/// shared expert and the latent projections, each at the bytes of its role's format; biases, norm scales
/// and one-row gates in 32 bits. The T×H input is read and the T×H output written once, in 32-bit floats.
/// Weights that are still in a cache from the pass before cost less; a measured pass may then beat the
/// model.
extension FFNLayerSpec {
  /// The operations of one pass, in order.
  ///
  /// - Parameters:
  ///   - tokens: T.
  ///   - use: How experts are used; a dense network ignores it.
  ///   - formats: The weight format of each role.
  /// - Precondition: `tokens` is not negative.
  public func operations(tokens: Int, use: ExpertUse, formats: FormatPlan) -> [Operation] {
    precondition(tokens >= 0, "\(tokens) tokens")
    var operations =
      switch self {
      case .dense(let network): [network.operation(tokens: tokens, formats: formats)]
      case .sparse(let layer): layer.operations(tokens: tokens, use: use, formats: formats)
      }
    operations.readAndWrite(tokens: tokens, width: hidden)
    return operations
  }
}

extension FeedForwardSpec {
  /// The products of a network that all tokens go through.
  fileprivate func operation(tokens: Int, formats: FormatPlan) -> Operation {
    let flops = Count(matmulFLOPsPerToken) * Count(tokens)
    return Operation(
      .network, flops: flops, format: formats.networks, weightBytes: bytes(formats),
      flopsByRows: [tokens: Double(flops)])
  }

  /// Bytes of the network's weights as they are stored.
  fileprivate func bytes(_ formats: FormatPlan) -> Double {
    formats.bytes(matrixElements, .network) + formats.bytes(biasElements, .vector)
  }
}

extension SparseLayerSpec {
  fileprivate func operations(tokens: Int, use: ExpertUse, formats: FormatPlan) -> [Operation] {
    var operations = [router(tokens: tokens, formats: formats)]
    if let latent {
      operations.append(
        projection(latent, normScales: latent.width, tokens: tokens, formats: formats))
    }
    operations.append(routedExperts(tokens: tokens, use: use, formats: formats))
    if let shared {
      var operation = shared.network.operation(tokens: tokens, formats: formats)
      if shared.isGated {
        // The one-row gate is multiplied beside the router, and is a vector.
        operations[0].flops += 2 * Count(hidden) * Count(tokens)
        operations[0].weightBytes += formats.bytes(hidden, .vector)
      }
      operation.activationBytes = 0
      operations.append(operation)
    }
    if let latent {
      operations.append(
        projection(latent, normScales: latent.width, tokens: tokens, formats: formats))
    }
    return operations
  }

  /// The router's logits, one for each choice of a token.
  ///
  /// Its rows are staged by themselves, in 32 bits, and so belong to no network's tiles.
  private func router(tokens: Int, formats: FormatPlan) -> Operation {
    Operation(
      .router, flops: 2 * Count(choices) * Count(hidden) * Count(tokens),
      format: formats[.router],
      weightBytes: formats.bytes(choices * hidden, .router)
        + formats.bytes(routerParameters - choices * hidden, .vector))
  }

  /// The products of K experts for each token, where each distinct expert is read once.
  ///
  /// Where K experts are drawn from a pool with identity experts, K counts as if all computed, which is
  /// the most that a token can cost. Llama 4 counts its K selected experts, not the E that its reference
  /// implementation multiplies with weight zero.
  private func routedExperts(tokens: Int, use: ExpertUse, formats: FormatPlan) -> Operation {
    let perToken = expert.matmulFLOPsPerToken
    return Operation(
      .network, flops: Count(min(topK, experts)) * Count(perToken) * Count(tokens),
      format: formats.networks, weightBytes: use.distinctExperts * expert.bytes(formats),
      flopsByRows: Dictionary(
        uniqueKeysWithValues: use.expertsByTokens.map { rows, count in
          (rows, count * Double(rows) * Double(perToken))
        }))
  }

  /// One of the two products around experts in a latent space, with the norm's scale beside it.
  private func projection(
    _ latent: Latent, normScales: Int, tokens: Int, formats: FormatPlan
  ) -> Operation {
    let flops = 2 * Count(latent.width) * Count(hidden) * Count(tokens)
    return Operation(
      .projection, flops: flops, format: formats.projections,
      weightBytes: formats.bytes(latent.width * hidden, .projection)
        + formats.bytes(normScales, .vector),
      flopsByRows: [tokens: Double(flops)])
  }
}

extension [Operation] {
  /// Adds the activations that a layer takes from memory and gives back to it: `tokens` rows of `width` in
  /// 32-bit floats each way.
  mutating func readAndWrite(tokens: Int, width: Int) {
    guard !isEmpty else { return }
    let bytes = Double(tokens) * Double(width) * Double(MemoryLayout<Float>.size)
    self[0].activationBytes += bytes
    self[count - 1].activationBytes += bytes
  }
}

extension FormatPlan {
  /// Bytes of `elements` weights in the weight format of their role.
  ///
  /// - Precondition: the role's format is known; plans of unknown formats are refused before anything is
  ///   counted.
  func bytes(_ elements: Int, _ role: WeightRole) -> Double {
    guard let perWeight = self[role].bytesPerWeight else {
      preconditionFailure("weights in \(self[role]) cannot be counted")
    }
    return Double(elements) * perWeight
  }
}
