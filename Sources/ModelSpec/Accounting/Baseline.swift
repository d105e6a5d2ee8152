/// What a candidate is held against in a pairing.
public enum Baseline: Hashable, Sendable {
  /// A dense FFN with the parameters that one token activates.
  case isoActive
  /// A dense FFN with all of the layer's parameters.
  case isoTotal
  /// An architecture, with all of its feed-forward layers.
  case named(Architecture)

  /// The name in records and on the command line: `iso-active`, `iso-total` or the architecture's
  /// id.
  public var id: String {
    switch self {
    case .isoActive: "iso-active"
    case .isoTotal: "iso-total"
    case .named(let architecture): architecture.id
    }
  }
}
