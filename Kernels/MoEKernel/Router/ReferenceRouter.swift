import Glibc
import LayerSpec

/// The routing of one token in double precision, written for reading and sharing no code with the
/// pass: what a pass is checked against.
struct ReferenceRouter {
  let layer: SparseLayerSpec
  let selectionBias: [Double]?

  /// The K chosen ids in ascending order, their weights, and the least difference of choice values, of experts
  /// or of groups, that would have changed the choice.
  struct Choice {
    var experts: [Int]
    var weights: [Double]
    var margin: Double
  }

  /// Routes one token by its raw logits W·x + bias, before multiplier and softcap.
  func route(_ product: [Double]) -> Choice {
    let policy = layer.router
    let logits = finished(product)
    let scores = self.scores(logits)
    var choice = scores
    if let selectionBias { choice = zip(scores, selectionBias).map { $0 + $1 } }
    var margin = Double.infinity
    if let groups = policy.groups { margin = keepBest(groups, of: &choice) }
    let order = ranking(choice)
    let chosen = Array(order.prefix(layer.topK))
    if order.count > layer.topK {
      margin = min(margin, choice[order[layer.topK - 1]] - choice[order[layer.topK]])
    }
    let weights = normalised(self.weights(of: chosen, logits: logits, scores: scores))
    let byId = zip(chosen, weights).sorted { $0.0 < $1.0 }
    return Choice(experts: byId.map { $0.0 }, weights: byId.map { $0.1 }, margin: margin)
  }

  /// The weights that these choices have, in their order, whatever the product would choose.
  func weights(ofChosen chosen: [Int], product: [Double]) -> [Double] {
    let logits = finished(product)
    return normalised(weights(of: chosen, logits: logits, scores: scores(logits)))
  }

  private func finished(_ product: [Double]) -> [Double] {
    let policy = layer.router
    return product.map { value in
      let scaled = value * Double(policy.logitMultiplier)
      return policy.softcap.map { Double($0) * tanh(scaled / Double($0)) } ?? scaled
    }
  }

  private func scores(_ logits: [Double]) -> [Double] {
    switch layer.router.score {
    case .softmax: Self.softmax(logits)
    case .sigmoid: logits.map { 1 / (1 + exp(-$0)) }
    case .sqrtSoftplus: logits.map { (max($0, 0) + log1p(exp(-abs($0)))).squareRoot() }
    case .softmaxOverSelected, .sparseMixer: logits
    }
  }

  private func weights(of chosen: [Int], logits: [Double], scores: [Double]) -> [Double] {
    switch layer.router.score {
    case .softmax, .sigmoid, .sqrtSoftplus: return chosen.map { scores[$0] }
    case .softmaxOverSelected: return Self.softmax(chosen.map { logits[$0] })
    case .sparseMixer(let jitter):
      var taken: Set<Int> = []
      return chosen.map { winner in
        let largest = logits[winner]
        if largest.isNaN { return .nan }
        let near = logits.indices.filter { index in
          if logits[index].isNaN { return false }
          let distance = (largest - logits[index]) / max(abs(logits[index]), largest)
          return !taken.contains(index) && !(distance > 2 * Double(jitter))
        }
        taken.insert(winner)
        return 1 / near.map { exp(logits[$0] - largest) }.reduce(0, +)
      }
    }
  }

  private func normalised(_ weights: [Double]) -> [Double] {
    let sum = weights.reduce(0, +)
    let divisor =
      switch layer.router.normalization {
      case .none: 1.0
      case .sum(let epsilon): sum + Double(epsilon)
      case .clampedSum(let minimum): max(sum, Double(minimum))
      }
    return weights.map { $0 / divisor * Double(layer.router.scaling) }
  }

  /// Masks all but the best groups and returns how far the last kept one was from the next.
  private func keepBest(_ groups: RouterPolicy.Groups, of choice: inout [Double]) -> Double {
    let size = choice.count / groups.count
    let terms =
      switch groups.score {
      case .maximum: 1
      case .topTwoSum: 2
      }
    let values = (0..<groups.count).map { group in
      choice[(group * size)..<((group + 1) * size)].sorted(by: >).prefix(terms).reduce(0, +)
    }
    let order = ranking(values)
    for group in order.dropFirst(groups.kept) {
      for index in (group * size)..<((group + 1) * size) {
        choice[index] = Double(groups.maskedChoice)
      }
    }
    guard groups.kept < groups.count else { return .infinity }
    return values[order[groups.kept - 1]] - values[order[groups.kept]]
  }

  /// Indices from the largest value to the smallest, ties to the lower index, NaN last.
  private func ranking(_ values: [Double]) -> [Int] {
    values.indices.sorted { a, b in
      if values[a].isNaN || values[b].isNaN {
        return values[a].isNaN == values[b].isNaN ? a < b : values[b].isNaN
      }
      return values[a] == values[b] ? a < b : values[a] > values[b]
    }
  }

  private static func softmax(_ values: [Double]) -> [Double] {
    let largest = values.filter { !$0.isNaN }.max() ?? 0
    let raised = values.map { exp($0 - largest) }
    let total = raised.filter { !$0.isNaN }.reduce(0, +)
    return raised.map { $0 / total }
  }
}
