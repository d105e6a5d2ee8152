/// Where the seconds of one side's median pass went, all of its layers at full size.
///
/// Products are shared by the threads: each of them multiplies (busy), and then waits for the last one
/// (waiting). What is left of the products' seconds went into waking the threads and joining them.
public struct PhaseSeconds: Hashable, Sendable {
  /// Wall-clock seconds of matrix products, of networks and of projections around them.
  public var productSeconds: Double
  /// Multiplying within products, mean over the threads.
  public var productBusySeconds: Double
  /// Waiting for the last thread that multiplies, mean over the threads.
  public var productWaitingSeconds: Double
  /// Every other phase that the pass has.
  public var others: [Phase: Double]

  /// Seconds of products and of every other phase.
  public init(
    productSeconds: Double, productBusySeconds: Double, productWaitingSeconds: Double,
    others: [Phase: Double] = [:]
  ) {
    self.productSeconds = productSeconds
    self.productBusySeconds = productBusySeconds
    self.productWaitingSeconds = productWaitingSeconds
    self.others = others
  }

  /// Seconds of a phase outside of products, 0 for one that the pass does not have.
  public subscript(phase: Phase) -> Double { others[phase, default: 0] }

  /// The phases of no pass.
  public static let zero = PhaseSeconds(
    productSeconds: 0, productBusySeconds: 0, productWaitingSeconds: 0)

  /// Phases of passes one after the other.
  public static func + (left: PhaseSeconds, right: PhaseSeconds) -> PhaseSeconds {
    PhaseSeconds(
      productSeconds: left.productSeconds + right.productSeconds,
      productBusySeconds: left.productBusySeconds + right.productBusySeconds,
      productWaitingSeconds: left.productWaitingSeconds + right.productWaitingSeconds,
      others: left.others.merging(right.others, uniquingKeysWith: +))
  }

  /// Phases of so many equal passes, or of a share of one.
  public static func * (factor: Double, phases: PhaseSeconds) -> PhaseSeconds {
    PhaseSeconds(
      productSeconds: factor * phases.productSeconds,
      productBusySeconds: factor * phases.productBusySeconds,
      productWaitingSeconds: factor * phases.productWaitingSeconds,
      others: phases.others.mapValues { factor * $0 })
  }
}

// In JSON a phase is a key: `router_seconds`, `dispatch_and_combine_seconds`.
extension PhaseSeconds: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    static let product = Key(stringValue: "productSeconds")
    static let busy = Key(stringValue: "productBusySeconds")
    static let waiting = Key(stringValue: "productWaitingSeconds")
    private static let ending = "Seconds"

    /// The key of a phase: words in camel case.
    init(_ phase: Phase) {
      let words = phase.rawValue.split(separator: "-")
      stringValue =
        (words.prefix(1).map(String.init) + words.dropFirst().map(\.capitalised)).joined()
        + Self.ending
    }

    /// The phase of a key; `nil` for a key of products, or of something else than seconds.
    var phase: Phase? {
      guard
        ![Self.product, Self.busy, Self.waiting].contains(where: { $0.stringValue == stringValue }),
        stringValue.hasSuffix(Self.ending)
      else { return nil }
      let name = stringValue.dropLast(Self.ending.count).reduce(into: "") { name, letter in
        name += letter.isUppercase ? "-\(letter.lowercased())" : String(letter)
      }
      return Phase(rawValue: name)
    }
  }

  /// Reads all phases, also those that this version does not know.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      productSeconds: try container.decode(Double.self, forKey: .product),
      productBusySeconds: try container.decode(Double.self, forKey: .busy),
      productWaitingSeconds: try container.decode(Double.self, forKey: .waiting))
    for key in container.allKeys {
      if let phase = key.phase { others[phase] = try container.decode(Double.self, forKey: key) }
    }
  }

  /// Writes the phases that the pass has, also where they took no time.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(productSeconds, forKey: .product)
    try container.encode(productBusySeconds, forKey: .busy)
    try container.encode(productWaitingSeconds, forKey: .waiting)
    for (phase, seconds) in others { try container.encode(seconds, forKey: Key(phase)) }
  }
}

extension Substring {
  /// The word with its first letter in upper case.
  fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
