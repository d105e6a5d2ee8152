import Statistics

/// The experts of one token after the other, in one layer, as a router chose them.
///
/// A copy shares the memory of the original.
public struct RoutingTrace: Hashable, Sendable {
  /// Where it comes from.
  public let source: RecordingSource
  /// K, the experts of each token.
  public let topK: Int
  /// Tokens × K ids, token by token.
  let experts: [UInt16]
  /// The line of the file that the first token is on, from 1.
  let firstLine: Int
  /// The largest id and the line that it is on.
  let largest: (expert: Int, line: Int)

  /// Tokens, at least one.
  public var tokens: Int { experts.count / topK }

  /// The K ids of a token, distinct and in the order of the file.
  func experts(ofToken token: Int) -> ArraySlice<UInt16> {
    experts[token * topK..<(token + 1) * topK]
  }

  /// How many tokens went to each of so many experts.
  func tokensPerExpert(choices: Int) -> [Int] {
    precondition(largest.expert < choices, "expert \(largest.expert) of \(choices)")
    var counts = [Int](repeating: 0, count: choices)
    for expert in experts { counts[Int(expert)] += 1 }
    return counts
  }

  /// The checksum stands for the ids: traces may hold millions.
  public static func == (left: RoutingTrace, right: RoutingTrace) -> Bool {
    left.source == right.source && left.topK == right.topK && left.tokens == right.tokens
  }

  /// Hashes what makes two traces equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
  }
}

/// Walks through a trace, token by token, and begins again after the last.
struct TraceCursor {
  private let trace: RoutingTrace
  private var token: Int

  /// Starts at a token that the seed decides.
  init(_ trace: RoutingTrace, seed: UInt64) {
    self.trace = trace
    var generator = SeededGenerator(seed: seed, purpose: "place in the trace")
    token = Int.random(in: 0..<trace.tokens, using: &generator)
  }

  /// The K ids of the next token.
  mutating func next() -> ArraySlice<UInt16> {
    defer { token = (token + 1) % trace.tokens }
    return trace.experts(ofToken: token)
  }
}
