/// What two records say about two builds.
public enum CompareVerdict: String, Codable, Hashable, Sendable, CaseIterable {
  /// Slower beyond the tolerance.
  case regression
  /// The records cannot tell.
  case inconclusive
  /// Faster beyond the tolerance.
  case improvement
  /// No slower: a slowdown that matters would have been seen.
  case pass

  /// Most urgent first.
  var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// How the verdict stands out.
  var tone: Table.Tone {
    switch self {
    case .regression: .bad
    case .inconclusive: .open
    case .improvement: .good
    case .pass: .plain
    }
  }
}
