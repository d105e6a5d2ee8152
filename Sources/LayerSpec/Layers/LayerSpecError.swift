/// A layer that cannot exist, with the sentence that says why.
public enum LayerSpecError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A size is zero or negative, or a number of identity experts is negative.
  case notPositive(what: String, value: Int)
  /// K exceeds the choices of the router; `experts` counts identity experts too.
  case topKExceedsExperts(topK: Int, experts: Int)
  /// The width of a network is not that of the place where it stands: H, or L for routed experts in a latent
  /// space.
  case widthsDisagree(what: String, width: Int, expected: Int)
  /// The groups do not divide the experts, or leave fewer than K of them.
  case groupsDoNotFit(count: Int, kept: Int, experts: Int, topK: Int)
  /// The sparse mixer is defined for two experts per token, and K is another number.
  case sparseMixerNeedsTwo(topK: Int)
  /// Query heads that heads of keys and values do not divide.
  case headsDoNotDivide(heads: Int, keyValueHeads: Int)
  /// Rotation pairs elements, and these are an odd number.
  case oddRotaryWidth(Int)
  /// A base of rotary frequencies that is not above 1, or a scaling that makes no finite numbers of it.
  case noRotation(base: Double)
  /// Four times a number of parameters, its bytes in 32-bit floats, does not fit in 63 bits.
  case tooLarge(what: String)

  /// What is wrong, with the values; where they stand is known to whoever read them.
  public var description: String {
    switch self {
    case .notPositive(let what, let value):
      "the \(what) must be at least 1, and it is \(value)"
    case .topKExceedsExperts(let topK, let experts):
      "top-k \(topK) exceeds the number of experts, \(experts)"
    case .widthsDisagree(let what, let width, let expected):
      "the \(what) has width \(width) where the layer needs \(expected)"
    case .groupsDoNotFit(let count, let kept, let experts, let topK):
      "\(kept) of \(count) groups of \(experts) experts cannot give \(topK) experts per token"
    case .sparseMixerNeedsTwo(let topK):
      "the sparse mixer router is defined for 2 experts per token, and top-k is \(topK)"
    case .headsDoNotDivide(let heads, let keyValueHeads):
      "\(keyValueHeads) key-value heads do not divide \(heads) attention heads"
    case .oddRotaryWidth(let width):
      "rotation turns pairs of elements, and \(width) is odd"
    case .noRotation(let base):
      "rotary embedding of base \(base) and its scaling give no finite frequencies"
    case .tooLarge(let what):
      "the \(what) are too many to address"
    }
  }

  static func requirePositive(_ value: Int, _ what: String) throws(LayerSpecError) {
    guard value > 0 else { throw .notPositive(what: what, value: value) }
  }

  /// The product of the factors, or `tooLarge` where it overflows.
  static func product(_ factors: [Int], _ what: String) throws(LayerSpecError) -> Int {
    var result = 1
    for factor in factors {
      let (partial, overflow) = result.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw .tooLarge(what: what) }
      result = partial
    }
    return result
  }
}
