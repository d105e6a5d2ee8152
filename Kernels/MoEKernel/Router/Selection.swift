import LayerSpec

// Steps 3 to 6 of `RouterPolicy`: selection and weights of one token.

enum Selection {
  /// Selects K of the choices and gives them weights, in ascending order of id.
  ///
  /// - Parameters:
  ///   - logits: The token's finished logits, padded with -∞.
  ///   - selectionBias: A bias on the scores for selection only.
  ///   - experts: Where the K ids go.
  ///   - weights: Where the K weights go.
  static func route(
    _ logits: UnsafeMutablePointer<Float>, layer: SparseLayerSpec,
    selectionBias: UnsafeMutablePointer<Float>?, scratch: RouterScratch,
    experts: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>
  ) {
    let (policy, choices, topK) = (layer.router, layer.choices, layer.topK)
    Scores.score(logits, count: choices, policy: policy, into: scratch.scores)
    let choice = scratch.choice
    choice.update(from: scratch.scores, count: choices)
    if let bias = selectionBias { for index in 0..<choices { choice[index] += bias[index] } }
    if let groups = policy.groups {
      mask(choice, count: choices, groups: groups, scratch: scratch)
    }
    TopK.select(topK, of: choice, count: choices, keys: scratch.keys)
    for slot in 0..<topK {
      let expert = TopK.index(of: scratch.keys[slot])
      experts[slot] = Int32(truncatingIfNeeded: expert)
      weights[slot] = scratch.scores[expert]
    }
    switch policy.score.weights {
    case .scores: break
    case .softmaxOfSelected: softmax(weights, count: topK)
    case .mixer(let jitter):
      mix(logits, count: choices, jitter: jitter, experts: experts, weights: weights)
    }
    normalise(weights, count: topK, policy: policy)
    sortById(experts, weights, count: topK)
  }

  /// Gives every choice outside the best groups the masked value.
  private static func mask(
    _ choice: UnsafeMutablePointer<Float>, count: Int, groups: RouterPolicy.Groups,
    scratch: RouterScratch
  ) {
    let size = count / groups.count
    let terms =
      switch groups.score {
      case .maximum: 1
      case .topTwoSum: 2
      }
    let best = min(size, terms)
    for group in 0..<groups.count {
      TopK.select(best, of: choice + group * size, count: size, keys: scratch.keys)
      var score: Float = 0
      for rank in 0..<best { score += choice[group * size + TopK.index(of: scratch.keys[rank])] }
      scratch.groups[group] = score
    }
    TopK.select(groups.kept, of: scratch.groups, count: groups.count, keys: scratch.keys)
    for group in 0..<groups.count {
      var isKept = false
      for rank in 0..<groups.kept where TopK.index(of: scratch.keys[rank]) == group {
        isKept = true
      }
      if !isKept { (choice + group * size).update(repeating: groups.maskedChoice, count: size) }
    }
  }

  /// Softmax over the K selected logits in place, one by one: K is small, and rows of K are not padded.
  ///
  /// As in `Scores.softmax`, NaN takes no part in the sum and stays NaN.
  private static func softmax(_ values: UnsafeMutablePointer<Float>, count: Int) {
    var largest = -Float.infinity
    for slot in 0..<count where values[slot] > largest { largest = values[slot] }
    var total: Float = 0
    for slot in 0..<count {
      values[slot] = exponential(Vector(repeating: values[slot] - largest))[0]
      if !values[slot].isNaN { total += values[slot] }
    }
    for slot in 0..<count { values[slot] /= total }
  }

  /// Phi's sparse mixer at inference, for the two experts already selected.
  ///
  /// Each weight is the softmax of the winner over the logits that are close to it: those with
  /// (largest - s) / max(|s|, largest) of at most 2·jitter; the second round leaves the first
  /// winner out (transformers, PhimoeSparseMoeBlock; arXiv 2409.12136).
  private static func mix(
    _ logits: UnsafeMutablePointer<Float>, count: Int, jitter: Float,
    experts: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>
  ) {
    for round in 0..<2 {
      let largest = logits[Int(experts[round])]
      var total: Float = 0
      for index in 0..<count {
        if round == 1 && index == Int(experts[0]) { continue }
        let logit = logits[index]
        if logit.isNaN { continue }
        // Asked this way round, a winner of 0 (0 / 0) is close to itself.
        let isFar = (largest - logit) / max(logit.magnitude, largest) > 2 * jitter
        if !isFar { total += exponential(Vector(repeating: logit - largest))[0] }
      }
      weights[round] = largest.isNaN ? .nan : 1 / total
    }
  }

  private static func normalise(
    _ weights: UnsafeMutablePointer<Float>, count: Int, policy: RouterPolicy
  ) {
    var sum: Float = 0
    for slot in 0..<count { sum += weights[slot] }
    let divisor: Float =
      switch policy.normalization {
      case .none: 1
      case .sum(let epsilon): sum + epsilon
      case .clampedSum(let minimum): sum < minimum ? minimum : sum
      }
    for slot in 0..<count { weights[slot] = weights[slot] / divisor * policy.scaling }
  }

  /// Sorts by ascending id, in which order the combine adds experts up whatever their scores: an insertion
  /// sort, since K is small.
  private static func sortById(
    _ experts: UnsafeMutablePointer<Int32>, _ weights: UnsafeMutablePointer<Float>, count: Int
  ) {
    for next in 1..<max(count, 1) {
      let (expert, weight) = (experts[next], weights[next])
      var place = next
      while place > 0 && experts[place &- 1] > expert {
        experts[place] = experts[place &- 1]
        weights[place] = weights[place &- 1]
        place &-= 1
      }
      experts[place] = expert
      weights[place] = weight
    }
  }
}
