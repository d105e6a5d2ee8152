/// What a candidate is held against.
public enum Baseline: Hashable, Sendable {
  /// A dense FFN with the parameters that one token activates.
  case isoActive
  /// A dense FFN with all of the layer's parameters.
  case isoTotal
  /// Another architecture.
  case named(Architecture)

  /// The name that records use.
  public var id: String {
    switch self {
    case .isoActive: "iso-active"
    case .isoTotal: "iso-total"
    case .named(let architecture): architecture.id
    }
  }
}
