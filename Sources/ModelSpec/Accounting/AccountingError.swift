/// A count that cannot be told, with the sentence that says why.
public enum AccountingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The number of tokens is negative.
  case negativeTokens(Int)
  /// The FLOPs of so many tokens do not fit in 63 bits.
  case tooManyTokens(Int)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .negativeTokens(let tokens):
      "the number of tokens is \(tokens); give 0 or more"
    case .tooManyTokens(let tokens):
      "the FLOPs of \(tokens) tokens do not fit in 63 bits; give fewer tokens"
    }
  }

  static func narrow(_ count: Count, tokens: Int) throws(AccountingError) -> Int {
    guard tokens >= 0 else { throw .negativeTokens(tokens) }
    guard let narrowed = Int(exactly: count) else { throw .tooManyTokens(tokens) }
    return narrowed
  }
}
