/// A part of a pass that takes time of its own.
///
/// An open value: a later workload brings phases of its own, and a record of a later version may name one
/// that this version does not know.
public struct Phase: RawRepresentable, Hashable, Sendable, Codable {
  /// The name in words with hyphens: `dispatch-and-combine`.
  public let rawValue: String

  /// The phase of that name, whether this version knows it or not.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Matrix products of networks.
  public static let network = Phase(rawValue: "network")

  /// Matrix products around networks: into and out of a latent space, or a product alone.
  public static let projection = Phase(rawValue: "projection")

  /// Products between tokens, or between a token and the state of a recurrence.
  public static let attention = Phase(rawValue: "attention")

  /// Router product and choice of experts; none in a dense layer.
  ///
  /// A layer with a latent space computes the router's logits among its projections.
  public static let router = Phase(rawValue: "router")

  /// Norms, rotation, residuals and filling of caches in a block.
  public static let elementwise = Phase(rawValue: "elementwise")

  /// Sorting, gathering and staging of rows before the networks, and weighted sums after them.
  public static let dispatchAndCombine = Phase(rawValue: "dispatch-and-combine")
}
