import Statistics

/// Where a recorded routing comes from, and which one it is.
public struct RecordingSource: Hashable, Sendable, CustomStringConvertible {
  /// The file as its user named it.
  public let name: String
  /// The model's layer that was recorded, `nil` when the file names none.
  public let layer: Int?
  /// FNV-1a checksum of what was read, 16 hexadecimal digits: two files of one name differ in it.
  public let digest: String

  /// What the command line reads behind `trace:`, such as `chat.jsonl#layer=3`.
  public var description: String {
    name + (layer.map { "#layer=\($0)" } ?? "")
  }
}

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

extension RoutingTrace {
  /// Why a router cannot be made to route this way; `nil` when it can.
  func misfit(with router: RouterShape, of owner: String) -> RecordingError? {
    guard topK == router.topK else {
      return RecordingError(
        line: firstLine,
        "a token has \(topK) experts, and the router of \(owner) chooses \(router.topK); "
          + "give a trace of such a model, or leave it out")
    }
    guard largest.expert < router.choices else {
      return RecordingError(
        line: largest.line,
        "there is no expert \(largest.expert) in \(owner), whose router chooses among "
          + "0 to \(router.choices - 1); give a trace of such a model, or leave it out")
    }
    guard let groups = router.groups else { return nil }
    let size = router.choices / groups.count
    for token in 0..<tokens {
      let reached = Set(experts(ofToken: token).map { Int($0) / size }).count
      guard reached <= groups.kept else {
        return RecordingError(
          "token \(token + 1) goes to \(reached) groups of experts, and the router of \(owner) "
            + "reaches \(groups.kept) of its \(groups.count); give a trace of such a model, or leave it out"
        )
      }
    }
    return nil
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
