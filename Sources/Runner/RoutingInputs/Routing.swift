import ModelSpec
import Statistics

/// How popular the experts of a layer are made for a measurement.
public enum Routing: Hashable, Sendable, CustomStringConvertible {
  /// Every expert is equally likely.
  case uniform
  /// The r-th most popular expert is chosen in proportion to r^−alpha; which expert is how popular
  /// is shuffled by the seed.
  case zipf(alpha: Double)
  /// Every token goes to the same K experts: the worst imbalance there is.
  case single
  /// Tokens go where recorded ones went, one after the other as they were recorded.
  case trace(RoutingTrace)
  /// Every expert is as popular as it was when it was counted; tokens are drawn independently.
  case histogram(RoutingHistogram)

  /// The exponent in the middle of what was seen in trained models: OLMoE's measured Gini
  /// coefficients of 0.27–0.56 correspond to 0.55–1.15, and TensorRT-LLM's benchmark uses 0.8.
  public static let typicalAlpha = 0.8

  /// Exponents beyond this give one expert practically everything and say nothing new.
  public static let largestAlpha = ZipfFit.largestAlpha

  /// Reads `uniform`, `zipf` (with the typical exponent), `zipf:ALPHA` and `single`: the routings that
  /// need no file.
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

  /// The form that the command line reads: `zipf:0.8`, `trace:chat.jsonl#layer=3`.
  public var description: String {
    switch self {
    case .uniform, .single: kind
    case .zipf(let alpha): "zipf:\(alpha)"
    case .trace(let trace): "trace:\(trace.source)"
    case .histogram(let histogram): "trace:\(histogram.source)"
    }
  }

  /// What messages call it: a file by its last name, without the directories.
  var name: String {
    guard let source else { return description }
    return "\(kind):\(source.name.split(separator: "/").last.map(String.init) ?? source.name)"
  }

  /// The kind alone, as records name it.
  public var kind: String {
    switch self {
    case .uniform: "uniform"
    case .zipf: "zipf"
    case .single: "single"
    case .trace: "trace"
    case .histogram: "histogram"
    }
  }

  /// The exponent of a Zipf routing, `nil` for other kinds.
  public var alpha: Double? {
    if case .zipf(let alpha) = self { alpha } else { nil }
  }

  /// The tokens that are replayed, `nil` for other kinds.
  public var trace: RoutingTrace? {
    if case .trace(let trace) = self { trace } else { nil }
  }

  /// Where a recorded routing comes from, `nil` for other kinds.
  public var source: RecordingSource? {
    switch self {
    case .uniform, .zipf, .single: nil
    case .trace(let trace): trace.source
    case .histogram(let histogram): histogram.source
    }
  }

  /// What records say of it, apart from what comes of it.
  var condition: RoutingCondition {
    RoutingCondition(kind: kind, alpha: alpha, source: source?.name, layer: source?.layer)
  }
}
