import Glibc
import LayerSpec

// Steps 1 and 2 of `RouterPolicy`: logits and scores. Rows are padded to vectors.

enum Scores {
  /// Adds the bias, multiplies and applies the softcap, in place.
  ///
  /// Padding becomes -∞, so that whole vectors may be scored: its softmax and its sigmoid are 0.
  static func finishLogits(
    _ logits: UnsafeMutablePointer<Float>, count: Int, policy: RouterPolicy,
    bias: UnsafeMutablePointer<Float>?
  ) {
    if let bias { for index in 0..<count { logits[index] += bias[index] } }
    if policy.logitMultiplier != 1 {
      for index in 0..<count { logits[index] *= policy.logitMultiplier }
    }
    if let cap = policy.softcap {
      for index in 0..<count { logits[index] = cap * hyperbolicTangent(logits[index] / cap) }
    }
    for index in count..<paddedToVector(count) { logits[index] = -.infinity }
  }

  /// Writes the scores of all choices; for policies that select on logits these are the logits.
  static func score(
    _ logits: UnsafeMutablePointer<Float>, count: Int, policy: RouterPolicy,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let padded = paddedToVector(count)
    switch policy.score {
    case .softmax:
      scores.update(from: logits, count: padded)
      softmax(scores, padded: padded)
    case .sigmoid:
      for index in stride(from: 0, to: padded, by: vectorLanes) {
        scores.store(logistic(logits.vector(at: index)), at: index)
      }
    case .sqrtSoftplus:
      for index in 0..<count { scores[index] = softplus(logits[index]).squareRoot() }
    case .softmaxOverSelected, .sparseMixer:
      scores.update(from: logits, count: padded)
    }
  }

  /// Softmax in place over a padded row whose padding is -∞.
  ///
  /// NaN takes no part: it stays NaN and the others are a softmax among themselves, so that one
  /// broken choice does not hide the order of the rest.
  static func softmax(_ values: UnsafeMutablePointer<Float>, padded: Int) {
    let lowest = Vector(repeating: -.infinity)
    var largest = lowest
    for index in stride(from: 0, to: padded, by: vectorLanes) {
      let value = values.vector(at: index)
      largest.replace(with: value, where: value .> largest)
    }
    let maximum = largest.max()
    var sums = Vector.zero
    for index in stride(from: 0, to: padded, by: vectorLanes) {
      let raised = exponential(values.vector(at: index) - maximum)
      values.store(raised, at: index)
      sums += raised.replacing(with: Vector.zero, where: raised .!= raised)
    }
    let total = sums.sum()
    for index in stride(from: 0, to: padded, by: vectorLanes) {
      values.store(values.vector(at: index) / total, at: index)
    }
  }
}

// Functions that a router needs once per logit; the loops over hidden units do not use them.

func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }

/// ln(1 + eˣ) as max(x, 0) + ln(1 + e^−|x|), which does not overflow for large x.
func softplus(_ x: Float) -> Float { max(x, 0) + log1pf(expf(-x.magnitude)) }
