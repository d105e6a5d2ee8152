import Statistics

/// How many tokens each expert of one layer received, as servers count them.
public struct RoutingHistogram: Hashable, Sendable {
  /// Where it comes from.
  public let source: RecordingSource
  /// Tokens of each expert, in order of id.
  public let tokensPerExpert: [Int]
  /// False when experts beyond the last that was named may exist without a token.
  let namesAllExperts: Bool

  /// Tokens × K: all choices together.
  var choices: Int { tokensPerExpert.reduce(0, +) }

  /// πᵢ: how often each of so many experts is among the K of a token.
  func popularity(choices: Int, topK: Int) -> [Double] {
    let tokens = Double(self.choices) / Double(topK)
    return padded(to: choices).map { min(1, Double($0) / tokens) }
  }

  /// The counts with a zero for each expert that the file does not name.
  func padded(to choices: Int) -> [Int] {
    tokensPerExpert + Array(repeating: 0, count: max(0, choices - tokensPerExpert.count))
  }
}

extension RoutingHistogram {
  /// Why a router cannot be made to route this way; `nil` when it can.
  func misfit(with router: RouterShape, of owner: String) -> RecordingError? {
    let named = tokensPerExpert.count
    guard named == router.choices || named < router.choices && !namesAllExperts else {
      return RecordingError(
        "it counts \(named) experts, and the router of \(owner) chooses among \(router.choices); "
          + "give counts of such a model, or leave them out")
    }
    return misfit(topK: router.topK, of: owner)
  }

  /// Why the counts cannot come from K distinct experts a token; `nil` when they can.
  func misfit(topK: Int, of owner: String) -> RecordingError? {
    let used = tokensPerExpert.count { $0 > 0 }
    guard used >= topK else {
      return RecordingError(
        "only \(used) of its experts received tokens, and each token of \(owner) goes to "
          + "\(topK) different ones; give counts of such a model, or leave them out")
    }
    // Nobody can be chosen twice by one token, so none has more than all tokens: choices / K.
    guard
      let busiest = tokensPerExpert.indices.max(by: { tokensPerExpert[$0] < tokensPerExpert[$1] }),
      tokensPerExpert[busiest] > choices / topK + (choices % topK > 0 ? 1 : 0)
    else { return nil }
    return RecordingError(
      "expert \(busiest) has \(tokensPerExpert[busiest]) of \(choices) choices, more than the one "
        + "in \(topK) that each token of \(owner) can give it; give counts of such a model, or leave them out"
    )
  }
}
