/// A count of FLOPs that cannot be made, with the sentence that says why.
public enum AccountingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of tokens is negative.
  case negativeTokens(Int)
  /// There are more than `mostTokens`, or their FLOPs do not fit in 63 bits.
  case tooManyTokens(Int)

  /// One clause for the user: what is wrong, and what to give instead.
  public var description: String {
    switch self {
    case .negativeTokens(let tokens):
      "the number of tokens is \(tokens); give 0 or more"
    case .tooManyTokens(let tokens):
      "the FLOPs of \(tokens) tokens are too many to count; give fewer tokens"
    }
  }

  /// The largest accepted number of tokens: its square times the widest attention that an
  /// `Architecture` may have still fits in 127 bits.
  static let mostTokens = Int(Int32.max)

  static func check(tokens: Int) throws(AccountingError) {
    guard tokens >= 0 else { throw .negativeTokens(tokens) }
    guard tokens <= mostTokens else { throw .tooManyTokens(tokens) }
  }

  static func narrow(_ count: Count, tokens: Int) throws(AccountingError) -> Int {
    guard let narrowed = Int(exactly: count) else { throw .tooManyTokens(tokens) }
    return narrowed
  }
}
