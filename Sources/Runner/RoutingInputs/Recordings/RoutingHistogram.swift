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
