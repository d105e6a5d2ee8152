import Foundation
import LayerSpec

/// A number with the magnitude that its rounding errors scale with.
///
/// `magnitude` is the same expression with every term's absolute value: an n-term sum in 32-bit floats
/// is off by at most γ(n)·Σ|terms|, in any order of addition (Higham, Accuracy and Stability of
/// Numerical Algorithms, 2nd ed., (3.5)).
struct Tracked {
  var value: Double
  var magnitude: Double

  init(_ value: Double, _ magnitude: Double) {
    self.value = value
    self.magnitude = magnitude
  }

  init(_ value: Float) { self.init(Double(value), Double(abs(value))) }

  static func * (a: Tracked, factor: Double) -> Tracked {
    Tracked(a.value * factor, a.magnitude * abs(factor))
  }

  static func + (a: Tracked, b: Tracked) -> Tracked {
    Tracked(a.value + b.value, a.magnitude + b.magnitude)
  }
}

/// γ(n) = n·u / (1 − n·u), u = 2⁻²⁴ the unit roundoff of 32-bit floats (Higham, (3.1)).
func gamma(_ n: Int) -> Double {
  let product = Double(n) * 0x1p-24
  return product / (1 - product)
}

/// W·x + bias, W row-major with as many columns as x has elements.
func naiveProduct(_ w: [Float], _ x: [Tracked], bias: [Float]? = nil) -> [Tracked] {
  (0..<(w.count / x.count)).map { row in
    var sum = bias.map { Tracked($0[row]) } ?? Tracked(0, 0)
    for column in x.indices { sum = sum + x[column] * Double(w[row * x.count + column]) }
    return sum
  }
}

/// One activation, as its definition reads.
///
/// No activation's slope in g exceeds 1.13 (GELU's), but for relu² with 2g; so the error of a·b-like
/// results scales with the product of the magnitudes, times a small factor.
func naiveActivation(_ activation: Activation, _ g: Tracked, _ u: Tracked) -> Tracked {
  let (x, y) = (g.value, u.value)
  let product = g.magnitude * u.magnitude
  func sigmoid(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
  switch activation {
  case .silu: return Tracked(x * sigmoid(x) * y, product)
  case .gelu: return Tracked(x * 0.5 * (1 + erf(x / 2.0.squareRoot())) * y, product)
  case .geluTanh:
    let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    return Tracked(0.5 * x * (1 + tanh(inner)) * y, product)
  case .relu: return Tracked(max(x, 0) * y, product)
  case .reluSquared: return Tracked(max(x, 0) * max(x, 0) * y, g.magnitude * product)
  case .clampedSiLU(let limit):
    let (a, b) = (min(x, Double(limit)), max(-Double(limit), min(y, Double(limit))))
    return Tracked(a * sigmoid(a) * b, product)
  case .clampedSwiGLU(let alpha, let limit):
    let (a, b) = (min(x, Double(limit)), max(-Double(limit), min(y, Double(limit))))
    return Tracked((b + 1) * a * sigmoid(Double(alpha) * a), product + g.magnitude)
  }
}

func naiveNetwork(
  _ spec: FeedForwardSpec, _ weights: FeedForwardWeights, _ x: [Tracked]
) -> [Tracked] {
  let up = naiveProduct(weights.up, x, bias: weights.upBias)
  guard let gate = weights.gate else {
    let hidden = up.map { naiveActivation(spec.activation, $0, Tracked(1, 1)) }
    return naiveProduct(weights.down, hidden, bias: weights.downBias)
  }
  let hidden = zip(naiveProduct(gate, x, bias: weights.gateBias), up)
    .map { naiveActivation(spec.activation, $0, $1) }
  return naiveProduct(weights.down, hidden, bias: weights.downBias)
}

/// Router, experts and sum of one token, each step as `RouterPolicy` words it.
struct NaiveLayer {
  let spec: SparseLayerSpec
  let weights: SparseLayerWeights

  /// Terms in the longest chain from an input to an output, each rounded at most a few times: the
  /// products, the sum over experts, and 64 for exponentials, divisions, norms and activations,
  /// whose errors are a few units each.
  ///
  /// Routing weights depend on the logits' absolute error, which is γ(H) times a logit magnitude of
  /// less than 32 here, doubled by softmax and again by normalisation.
  var rounding: Double {
    let expert = 4 * spec.expertWidth + 2 * spec.expert.intermediate
    let shared = spec.shared.map { $0.network.intermediate } ?? 0
    return gamma(expert + shared + (4 * 32 + 4) * spec.hidden + spec.topK + 64)
  }

  func output(_ row: [Float]) -> [Tracked] {
    let x = row.map { Tracked($0) }
    let (experts, expertWeights) = route(naiveProduct(weights.router, x).map(\.value))
    var read = x
    if let latent = spec.latent, let tensors = weights.latent {
      read = naiveNorm(
        naiveProduct(tensors.inputProjection, x), tensors.inputNorm, latent.inputNormEpsilon)
    }
    var sum = [Tracked](repeating: Tracked(0, 0), count: read.count)
    for (expert, weight) in zip(experts, expertWeights) {
      let term = self.term(expert, weight, read)
      for column in sum.indices { sum[column] = sum[column] + term[column] }
    }
    if let tensors = weights.latent { sum = naiveProduct(tensors.outputProjection, sum) }
    if let shared = spec.shared, let tensors = weights.shared {
      var factor = 1.0
      if let gate = weights.sharedGate {
        factor = 1 / (1 + exp(-naiveProduct(gate, x)[0].value))
      }
      let value = naiveNetwork(shared.network, tensors, x)
      for column in sum.indices { sum[column] = sum[column] + value[column] * factor }
    }
    return sum
  }

  private func term(_ expert: Int, _ weight: Double, _ read: [Tracked]) -> [Tracked] {
    if expert >= spec.experts { return read.map { $0 * weight } }
    if spec.router.application == .input {
      return naiveNetwork(spec.expert, weights.experts[expert], read.map { $0 * weight })
    }
    var value = naiveNetwork(spec.expert, weights.experts[expert], read)
    if let latent = spec.latent, let tensors = weights.latent {
      // This norm scales before it normalises, the one on the way in afterwards.
      let scaled = zip(value, tensors.expertNorm).map { $0 * Double($1) }
      let ones = [Float](repeating: 1, count: scaled.count)
      value = naiveNorm(scaled, ones, latent.expertNormEpsilon)
    }
    return value.map { $0 * weight }
  }

  private func naiveNorm(_ v: [Tracked], _ scale: [Float], _ epsilon: Float) -> [Tracked] {
    let mean = v.map { $0.value * $0.value }.reduce(0, +) / Double(v.count)
    let root = (mean + Double(epsilon)).squareRoot()
    return zip(v, scale).map { $0 * (Double($1) / root) }
  }

  /// Ids in ascending order with their weights, from W·x.
  func route(_ product: [Double]) -> ([Int], [Double]) {
    let policy = spec.router
    var logits = product
    if let bias = weights.routerBias { logits = zip(logits, bias).map { $0 + Double($1) } }
    logits = logits.map { $0 * Double(policy.logitMultiplier) }
    if let cap = policy.softcap.map(Double.init) { logits = logits.map { cap * tanh($0 / cap) } }
    if case .sparseMixer(let jitter) = policy.score {
      return sparseMixer(logits, Double(jitter))
    }
    let scores: [Double] =
      switch policy.score {
      case .softmax: softmax(logits)
      case .sigmoid: logits.map { 1 / (1 + exp(-$0)) }
      case .sqrtSoftplus: logits.map { log(1 + exp($0)).squareRoot() }
      case .softmaxOverSelected, .sparseMixer: logits
      }
    var choice = scores
    if let bias = weights.selectionBias { choice = zip(choice, bias).map { $0 + Double($1) } }
    if let groups = policy.groups {
      let size = choice.count / groups.count
      let byGroup = (0..<groups.count).map { Array(choice[($0 * size)..<(($0 + 1) * size)]) }
      let values = byGroup.map { group in
        let sorted = group.sorted(by: >)
        return groups.score == .maximum ? sorted[0] : sorted[0] + sorted[1]
      }
      for group in best(groups.count, of: values).dropFirst(groups.kept) {
        for index in 0..<size { choice[group * size + index] = Double(groups.maskedChoice) }
      }
    }
    let chosen = best(spec.topK, of: choice).sorted()
    var result = chosen.map { scores[$0] }
    if case .softmaxOverSelected = policy.score { result = softmax(result) }
    let sum = result.reduce(0, +)
    switch policy.normalization {
    case .none: break
    case .sum(let epsilon): result = result.map { $0 / (sum + Double(epsilon)) }
    case .clampedSum(let minimum): result = result.map { $0 / max(sum, Double(minimum)) }
    }
    return (chosen, result.map { $0 * Double(policy.scaling) })
  }

  private func best(_ count: Int, of values: [Double]) -> [Int] {
    Array(values.indices.sorted { (values[$0], -$0) > (values[$1], -$1) }.prefix(count))
  }

  private func softmax(_ values: [Double]) -> [Double] {
    let raised = values.map { exp($0) }
    return raised.map { $0 / raised.reduce(0, +) }
  }

  /// transformers' `sparsemixer` at inference, line by line.
  private func sparseMixer(_ s: [Double], _ jitter: Double) -> ([Int], [Double]) {
    func masked(_ from: [Double], _ largest: Double) -> [Double] {
      s.indices.map { index in
        (largest - s[index]) / max(abs(s[index]), largest) > 2 * jitter ? -.infinity : from[index]
      }
    }
    let first = best(1, of: s)[0]
    let firstWeight = softmax(masked(s, s[first]))[first]
    var rest = s
    rest[first] = -.infinity
    let second = best(1, of: rest)[0]
    let secondWeight = softmax(masked(rest, s[second]))[second]
    return first < second
      ? ([first, second], [firstWeight, secondWeight])
      : ([second, first], [secondWeight, firstWeight])
  }
}
