/// What a matrix is for, which decides the format that it is stored in.
///
/// An open value, so that a later workload may bring matrices of another role.
public struct WeightRole: RawRepresentable, Hashable, Sendable, Codable {
  /// The name of the role, by which roles are told apart.
  public let rawValue: String

  /// The role of that name; a plan stores roles that it does not know in `f32`.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Networks: routed experts, shared experts, dense feed-forward networks.
  public static let network = WeightRole(rawValue: "network")

  /// Projections around networks: into and out of a latent space, and matrices that stand alone.
  public static let projection = WeightRole(rawValue: "projection")

  /// The router: always 32-bit, because a rounded logit would choose other experts.
  public static let router = WeightRole(rawValue: "router")

  /// Biases, norm scales and one-row gates: always 32-bit, and few.
  public static let vector = WeightRole(rawValue: "vector")
}

/// Which role's matrices have which format, in one layer.
public struct FormatPlan: Hashable, Sendable {
  /// The format of networks, nearly all of a layer's bytes.
  public var networks: WeightFormat
  /// The format of projections around networks.
  public var projections: WeightFormat
  /// Formats of roles that this version does not know.
  private var others: [WeightRole: WeightFormat] = [:]

  /// Networks and projections in one format; routers and vectors stay 32-bit.
  public init(_ format: WeightFormat) {
    self.init(networks: format, projections: format)
  }

  /// Networks and projections in a format each; routers and vectors stay 32-bit.
  public init(networks: WeightFormat, projections: WeightFormat) {
    self.networks = networks
    self.projections = projections
  }

  /// The format of a role: 32-bit unless the plan says otherwise, and for routers and vectors always.
  public subscript(role: WeightRole) -> WeightFormat {
    get {
      switch role {
      case .network: networks
      case .projection: projections
      case .router, .vector: .f32
      default: others[role] ?? .f32
      }
    }
    set {
      switch role {
      case .network: networks = newValue
      case .projection: projections = newValue
      case .router, .vector:
        precondition(newValue == .f32, "a \(role.rawValue) is stored in 32 bits")
      default: others[role] = newValue
      }
    }
  }

  /// Every format that some role has, each once: the networks' first.
  public var formats: [WeightFormat] {
    var formats = [networks]
    for format in [projections, .f32] + others.values.sorted(by: { $0.name < $1.name })
    where !formats.contains(format) {
      formats.append(format)
    }
    return formats
  }
}
