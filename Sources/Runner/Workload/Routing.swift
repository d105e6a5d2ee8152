/// How popular the experts of a layer are made for a measurement.
public enum Routing: Hashable, Sendable, LosslessStringConvertible {
  /// Every expert is equally likely.
  case uniform
  /// The r-th most popular expert is chosen in proportion to r^−alpha; which expert is how popular
  /// is shuffled by the seed.
  case zipf(alpha: Double)
  /// Every token goes to the same K experts: the worst imbalance there is.
  case single

  /// The exponent in the middle of what was seen in trained models: OLMoE's measured Gini
  /// coefficients of 0.27–0.56 correspond to 0.55–1.15, and TensorRT-LLM's benchmark uses 0.8.
  public static let typicalAlpha = 0.8

  /// Exponents beyond this give one expert practically everything and say nothing new.
  public static let largestAlpha = 10.0

  /// Reads `uniform`, `zipf` (with the typical exponent), `zipf:ALPHA` and `single`.
  public init?(_ description: String) {
    switch description {
    case "uniform": self = .uniform
    case "zipf": self = .zipf(alpha: Self.typicalAlpha)
    case "single": self = .single
    default:
      guard description.hasPrefix("zipf:"), let alpha = Double(description.dropFirst(5)),
        alpha >= 0, alpha <= Self.largestAlpha
      else { return nil }
      self = .zipf(alpha: alpha)
    }
  }

  /// The form that `init` reads.
  public var description: String {
    switch self {
    case .uniform: "uniform"
    case .zipf(let alpha): "zipf:\(alpha)"
    case .single: "single"
    }
  }

  /// The kind alone, as records name it.
  public var kind: String {
    switch self {
    case .uniform: "uniform"
    case .zipf: "zipf"
    case .single: "single"
    }
  }

  /// The exponent of a Zipf routing, `nil` for other kinds.
  public var alpha: Double? {
    if case .zipf(let alpha) = self { alpha } else { nil }
  }
}
