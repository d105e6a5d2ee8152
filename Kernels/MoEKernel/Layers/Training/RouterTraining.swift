import Glibc
import LayerSpec

/// The router's part of a training step: gradients of logits, of its weights, and of what stands beside it.
final class RouterTraining {
  let spec: SparseLayerSpec
  private(set) var matrix: any TrainableMatrices
  /// dW of the router, choices × H.
  let gradient: any TrainableMatrices
  /// Gradients of the products W·x, a row for each token, zeros behind the choices.
  let logitGradients: Matrix
  let staged: Matrix
  /// What they make of the input, tokens × H.
  let inputGradient: Matrix
  /// Gradients of the router's bias and of the shared expert's gate, one row each; zeros where there are none.
  let biasGradient: Matrix
  let gateGradient: Matrix
  /// The gradient of each token's gate before its sigmoid.
  let gateLogits: AlignedBuffer<Float>
  /// K floats and as many for a worker: gradients of weights and of what they are made of.
  private let choiceRows: Matrix

  init(_ layer: SparseLayer, maxTokens: Int, threads: Int) {
    spec = layer.spec
    matrix = Self.trainable(layer.router)
    gradient = Self.trainable(
      layer.engine.makeMatrices(
        count: 1, outputs: spec.choices, inputs: spec.hidden, format: .f32, in: .own))
    let columns = matrix.gradientColumns
    logitGradients = Matrix(rows: maxTokens, columns: columns)
    staged = LaneSizes.staged(
      maxTokens, columns: matrix.gradientStaging.keepsRows ? 0 : columns)
    inputGradient = Matrix(rows: maxTokens, columns: paddedToVector(spec.hidden))
    biasGradient = Matrix(rows: 1, columns: paddedToVector(spec.choices))
    gateGradient = Matrix(rows: 1, columns: paddedToVector(spec.hidden))
    gateLogits = AlignedBuffer(count: maxTokens)
    choiceRows = .scratch(workers: threads, floats: 2 * paddedToVector(spec.topK))
  }

  private static func trainable(_ matrices: any EngineMatrices) -> any TrainableMatrices {
    guard let matrices = matrices as? any TrainableMatrices else {
      preconditionFailure("the engine's matrices have no products of a backward pass")
    }
    return matrices
  }

  /// Passes go through the router of this layer from now on, which is of the same shape.
  func use(_ layer: SparseLayer) { matrix = Self.trainable(layer.router) }

  func scratchElements(rows: Int) -> Int { matrix.backwardScratch(rows: rows) }

  /// A worker's gradients of the K weights of a token.
  func weightGradients(_ worker: Int) -> UnsafeMutablePointer<Float> { choiceRows.all[worker] }

  /// Writes the gradients of one token's products W·x.
  ///
  /// w = c·r/N with N as the policy normalises, so dr = c·(g − Σ g·r/N)/N where N is the sum, and r is a score:
  /// through a softmax dz = p·(dr − Σ dr·p), over all choices or over the chosen; through a sigmoid
  /// dz = dr·s·(1 − s).
  ///
  /// - Parameters:
  ///   - logits: Finished logits, padded with −∞.
  ///   - worker: Whose `weightGradients` hold g, the gradients of the weights, in the order of `experts`.
  ///   - scores: A worker's row of padded choices.
  func backward(
    token: Int, logits: UnsafeMutablePointer<Float>, experts: UnsafePointer<Int32>, worker: Int,
    scores: UnsafeMutablePointer<Float>
  ) {
    let (policy, topK) = (spec.router, spec.topK)
    let gradients = choiceRows.all[worker]
    let raw = gradients + paddedToVector(topK)
    let result = logitGradients.all[token]
    result.update(repeating: 0, count: logitGradients.columns)
    Scores.score(logits, count: spec.choices, policy: policy, into: scores)
    for slot in 0..<topK { raw[slot] = scores[Int(experts[slot])] }
    if policy.score == .softmaxOverSelected { softmax(raw, count: topK) }
    normaliseBackward(gradients, raw, count: topK, policy: policy)

    var sum: Float = 0
    for slot in 0..<topK { sum += gradients[slot] * raw[slot] }
    switch policy.score {
    case .softmax:
      for choice in 0..<spec.choices { result[choice] = -scores[choice] * sum }
      for slot in 0..<topK { result[Int(experts[slot])] += raw[slot] * gradients[slot] }
    case .softmaxOverSelected:
      for slot in 0..<topK { result[Int(experts[slot])] = raw[slot] * (gradients[slot] - sum) }
    case .sigmoid:
      for slot in 0..<topK {
        result[Int(experts[slot])] = gradients[slot] * raw[slot] * (1 - raw[slot])
      }
    case .sqrtSoftplus:
      for slot in 0..<topK {
        let choice = Int(experts[slot])
        result[choice] = gradients[slot] / (2 * raw[slot] * (1 + expf(-logits[choice])))
      }
    case .sparseMixer: preconditionFailure("a sparse mixer has no gradient")
    }
    if let cap = policy.softcap {
      for choice in 0..<spec.choices {
        let share = logits[choice] / cap
        result[choice] *= 1 - share * share
      }
    }
    if policy.logitMultiplier != 1 {
      for choice in 0..<spec.choices { result[choice] *= policy.logitMultiplier }
    }
  }

  /// Turns gradients of weights into those of the scores that they were made of.
  private func normaliseBackward(
    _ gradients: UnsafeMutablePointer<Float>, _ raw: UnsafePointer<Float>, count: Int,
    policy: RouterPolicy
  ) {
    var (sum, mixed): (Float, Float) = (0, 0)
    for slot in 0..<count {
      sum += raw[slot]
      mixed += gradients[slot] * raw[slot]
    }
    var (divisor, isSum): (Float, Bool) =
      switch policy.normalization {
      case .none: (1, false)
      case .sum(let epsilon): (sum + epsilon, true)
      case .clampedSum(let minimum): sum < minimum ? (minimum, false) : (sum, true)
      }
    if divisor == 0 { (divisor, isSum) = (1, false) }
    let common = isSum ? mixed / divisor : 0
    for slot in 0..<count {
      gradients[slot] = policy.scaling / divisor * (gradients[slot] - common)
    }
  }

  private func softmax(_ values: UnsafeMutablePointer<Float>, count: Int) {
    var largest = -Float.infinity
    for slot in 0..<count { largest = max(largest, values[slot]) }
    var total: Float = 0
    for slot in 0..<count {
      values[slot] = expf(values[slot] - largest)
      total += values[slot]
    }
    for slot in 0..<count { values[slot] /= total }
  }
}
