import FoundationEssentials
import LayerSpec

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A mixture-of-experts layer computed token by token in 64-bit floats, straight from the
/// definitions in `RouterPolicy` and `SparseLayerSpec`.
///
/// Slow and obvious: it is what the golden layers are held against before any kernel is.
struct ReferenceLayer {
  let spec: SparseLayerSpec
  let weights: SparseLayerWeights

  /// The layer's output for T×H inputs.
  func forward(_ input: [Float]) -> [Float] {
    stride(from: 0, to: input.count, by: spec.hidden).flatMap { start in
      forward(token: input[start..<start + spec.hidden].map { Double($0) }).map { Float($0) }
    }
  }

  private func forward(token x: [Double]) -> [Double] {
    var expertInput = x
    if let latent = spec.latent, let learned = weights.latent {
      expertInput = scaled(
        rootMeanSquareNorm(
          product(learned.inputProjection, x), epsilon: latent.inputNormEpsilon),
        by: learned.inputNorm)
    }
    var sum = [Double](repeating: 0, count: spec.expertWidth)
    for (expert, weight) in route(x) {
      let isInput = spec.router.application == .input
      var y = network(
        weights.experts[expert], spec.expert,
        isInput ? expertInput.map { weight * $0 } : expertInput)
      if let latent = spec.latent, let learned = weights.latent {
        // The scale comes before this norm, not behind it (transformers 5.23,
        // MuseSparkTextInputScaledRMSNorm).
        y = rootMeanSquareNorm(
          scaled(y, by: learned.expertNorm), epsilon: latent.expertNormEpsilon)
      }
      for index in sum.indices { sum[index] += (isInput ? 1 : weight) * y[index] }
    }
    if let learned = weights.latent { sum = product(learned.outputProjection, sum) }
    if let shared = spec.shared, let learned = weights.shared {
      let gate = weights.sharedGate.map { sigmoid(product($0, x)[0]) } ?? 1
      let y = network(learned, shared.network, x)
      for index in sum.indices { sum[index] += gate * y[index] }
    }
    return sum
  }

  // MARK: The router

  /// The experts of a token, each with its weight.
  private func route(_ x: [Double]) -> [(expert: Int, weight: Double)] {
    let policy = spec.router
    var logits = biased(product(weights.router, x), weights.routerBias)
    logits = logits.map { $0 * Double(policy.logitMultiplier) }
    if let cap = policy.softcap.map(Double.init) { logits = logits.map { cap * tanh($0 / cap) } }
    if case .sparseMixer(let jitter) = policy.score {
      return sparseMixer(logits, jitter: Double(jitter))
    }
    let scores = scores(logits)
    var choice = biased(scores, weights.selectionBias)
    if let groups = policy.groups { mask(&choice, outside: groups) }
    let selected = choice.indices.sorted { (choice[$0], $1) > (choice[$1], $0) }.prefix(spec.topK)
    var values = selected.map { scores[$0] }
    if policy.score == .softmaxOverSelected { values = softmax(values) }
    let total = values.reduce(0, +)
    switch policy.normalization {
    case .none: break
    case .sum(let epsilon): values = values.map { $0 / (total + Double(epsilon)) }
    case .clampedSum(let minimum): values = values.map { $0 / max(total, Double(minimum)) }
    }
    return zip(selected, values).map { ($0, $1 * Double(policy.scaling)) }
  }

  private func scores(_ logits: [Double]) -> [Double] {
    switch spec.router.score {
    case .softmax: softmax(logits)
    case .sigmoid: logits.map(sigmoid)
    case .sqrtSoftplus: logits.map { sqrt(log1p(exp($0))) }
    case .softmaxOverSelected, .sparseMixer: logits
    }
  }

  private func mask(_ choice: inout [Double], outside groups: RouterPolicy.Groups) {
    let size = choice.count / groups.count
    let ranks = (0..<groups.count).map { group in
      let best = choice[group * size..<(group + 1) * size].sorted(by: >)
      return groups.score == .maximum ? best[0] : best.prefix(2).reduce(0, +)
    }
    let kept = ranks.indices.sorted { (ranks[$0], $1) > (ranks[$1], $0) }.prefix(groups.kept)
    for expert in choice.indices where !kept.contains(expert / size) {
      choice[expert] = Double(groups.maskedChoice)
    }
  }

  /// Two rounds of argmax; the mask of both compares with the unmasked logits.
  private func sparseMixer(
    _ logits: [Double], jitter: Double
  ) -> [(expert: Int, weight: Double)] {
    var remaining = logits
    return (0..<2).map { _ in
      let best = remaining.indices.max { (remaining[$0], $1) < (remaining[$1], $0) } ?? 0
      let top = remaining[best]
      let near = zip(logits, remaining).map { logit, rest in
        (top - logit) / max(abs(logit), top) > 2 * jitter ? -Double.infinity : rest
      }
      let weight = softmax(near)[best]
      remaining[best] = -.infinity
      return (best, weight)
    }
  }

  // MARK: Arithmetic

  private func network(
    _ weights: FeedForwardWeights, _ spec: FeedForwardSpec, _ x: [Double]
  ) -> [Double] {
    let up = biased(product(weights.up, x), weights.upBias)
    let gate = weights.gate.map { biased(product($0, x), weights.gateBias) } ?? up
    let ones = [Double](repeating: 1, count: up.count)
    let inner = zip(gate, spec.isGated ? up : ones).map { g, u in
      switch spec.activation {
      case .silu: return g * sigmoid(g) * u
      case .clampedSwiGLU(let alpha, let limit):
        let bounded = min(g, Double(limit))
        let clamped = min(max(u, -Double(limit)), Double(limit))
        return (clamped + 1) * bounded * sigmoid(Double(alpha) * bounded)
      default: preconditionFailure("no golden layer has the activation \(spec.activation)")
      }
    }
    return biased(product(weights.down, inner), weights.downBias)
  }

  private func product(_ matrix: [Float], _ x: [Double]) -> [Double] {
    stride(from: 0, to: matrix.count, by: x.count).map { row in
      var sum = 0.0
      for column in x.indices { sum += Double(matrix[row + column]) * x[column] }
      return sum
    }
  }

  private func biased(_ values: [Double], _ bias: [Float]?) -> [Double] {
    bias.map { zip(values, $0).map { $0 + Double($1) } } ?? values
  }

  private func scaled(_ values: [Double], by scale: [Float]) -> [Double] {
    zip(values, scale).map { $0 * Double($1) }
  }

  private func rootMeanSquareNorm(_ values: [Double], epsilon: Float) -> [Double] {
    let meanSquare = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    return values.map { $0 / sqrt(meanSquare + Double(epsilon)) }
  }

  private func softmax(_ values: [Double]) -> [Double] {
    let largest = values.max() ?? 0
    let powers = values.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  private func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
}
