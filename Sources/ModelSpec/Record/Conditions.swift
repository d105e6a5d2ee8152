import LayerSpec

/// The conditions that a pairing is measured under: everything but its candidate and its baseline.
///
/// Ids, columns of tables and command lines are all made from `parts`, so that a condition that is
/// added there is in all of them.
public struct Conditions: Hashable, Sendable {
  /// What a pass does, and its sizes.
  public var workload: Workload
  /// Worker threads.
  public var threads: Int
  /// The engine by name, such as `tile`.
  public var engine: String
  /// The weight format of networks.
  public var format: WeightFormat
  /// How tokens are sent to experts; `nil` for a workload that routes nothing.
  public var routing: RoutingCondition?

  /// Conditions, which this version need not know (`isKnown`).
  public init(
    workload: Workload, threads: Int, engine: String, format: WeightFormat,
    routing: RoutingCondition?
  ) {
    self.workload = workload
    self.threads = threads
    self.engine = engine
    self.format = format
    self.routing = routing
  }

  /// One condition in the words of ids, tables, sentences and command lines.
  public struct Part: Hashable, Sendable {
    /// What it is called in tables and columns: `tokens`.
    public let name: String
    /// Its value in a word: `16`, `zipf:0.8`.
    public let value: String
    /// The value where it stands among others without its name: `16-tokens`.
    public let word: String
    /// The value in a sentence: `16 tokens per pass`.
    public let phrase: String
    /// The option that asks for it; `nil` where none does.
    public let option: Option?

    /// An option of the command line with its value.
    public struct Option: Hashable, Sendable {
      /// `--tokens`.
      public let name: String
      /// `16`.
      public var value: String

      /// An option with its value.
      public init(name: String, value: String) {
        self.name = name
        self.value = value
      }
    }
  }

  /// Every condition, in the order that ids have them; sizes that a workload does not have are left out.
  public var parts: [Part] {
    let kind = workload.kind
    var parts = [
      Part(
        name: "workload", value: kind.rawValue, word: kind.rawValue, phrase: kind.rawValue,
        option: kind == .usual ? nil : .init(name: "--workload", value: kind.rawValue))
    ]
    parts += workload.sizes.map { Part($0, workload[$0]) }
    if let routing {
      parts.append(
        Part(
          name: "routing", value: routing.label, word: routing.label,
          phrase: "\(routing.label) routing",
          option: .init(name: "--routing", value: routing.option)))
    }
    return parts + [
      Part("engine", engine), Part("precision", format.name),
      Part("threads", threads, phrase: "\(threads) thread\(threads == 1 ? "" : "s")"),
    ]
  }

  /// The conditions that must be said: all but the usual workload.
  public var partsToSay: [Part] {
    parts.filter { $0.name != "workload" || workload.kind != .usual }
  }

  /// The conditions as one word: `ffn-forward/16-tokens/uniform/tile/f32/2-threads`.
  public var id: String { parts.map(\.word).joined(separator: "/") }

  /// Whether this version knows what was measured, so that it may judge by it.
  public var isKnown: Bool { unknownParts.isEmpty }

  /// The conditions that this version does not know, each as the end of a sentence; among them is a
  /// size that passes of the workload do not have.
  public var unknownParts: [String] {
    var parts: [String] = []
    if let traits = workload.kind.traits {
      parts += Workload.Size.allCases
        .filter { workload[$0] != $0.absent && !traits.sizes.contains($0) }
        .map { "the \($0) of \(workload.kind)" }
    } else {
      parts.append("the workload \(workload.kind)")
    }
    if let routing, !RoutingCondition.knownKinds.contains(routing.kind) {
      parts.append("the routing \(routing.kind)")
    }
    return parts + (format.isKnown ? [] : ["the precision \(format)"])
  }

  /// The conditions that this version cannot measure under, as the end of a sentence; `nil` when it can.
  ///
  /// It can judge by an engine of which it knows only the name, but cannot measure with one.
  public var unmeasurablePart: String? {
    var parts = unknownParts
    if workload.kind.traits?.isOfArchitectures == false {
      parts.append("the workload \(workload.kind)")
    }
    if EngineTraits.named(engine) == nil { parts.append("the engine \(engine)") }
    return parts.isEmpty ? nil : parts.joined(separator: " and ")
  }

  /// The names of the parts in which conditions differ; one that only some have is among them.
  public static func differing(among conditions: [Conditions]) -> Set<String> {
    let values = conditions.map {
      Dictionary($0.parts.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    return Set(values.flatMap(\.keys)).filter { name in Set(values.map { $0[name] }).count > 1 }
  }
}

extension Conditions.Part {
  /// A condition whose value is a word of its own.
  fileprivate init(_ name: String, _ value: String) {
    self.init(
      name: name, value: value, word: value, phrase: value,
      option: .init(name: "--\(name)", value: value))
  }

  /// A condition that is a count: `16-tokens`, `16 tokens per pass`.
  fileprivate init(_ name: String, _ count: Int, phrase: String) {
    self.init(
      name: name, value: "\(count)", word: "\(count)-\(name)", phrase: phrase,
      option: .init(name: "--\(name)", value: "\(count)"))
  }

  /// A size of a pass.
  fileprivate init(_ size: Workload.Size, _ count: Int) {
    self.init(
      size.rawValue, count, phrase: size.counted(count) + (size == .tokens ? " per pass" : ""))
  }
}

/// How tokens are sent to experts, as it was asked for; `RoutingSummary` says what came of it.
public struct RoutingCondition: Codable, Hashable, Sendable {
  /// One of `knownKinds`, or what a later version knows.
  public var kind: String
  /// Exponent of a Zipf routing, `nil` for other kinds.
  public var alpha: Double?
  /// The file of a recorded routing as its user named it, `nil` for other kinds.
  public var source: String?
  /// The recorded layer, `nil` where the file names none.
  public var layer: Int?

  /// The kinds that this version knows; `trace` is of recorded tokens, `histogram` of recorded popularity.
  public static let knownKinds = ["uniform", "zipf", "single", "trace", "histogram"]

  /// A kind of routing with its parameters.
  public init(kind: String, alpha: Double? = nil, source: String? = nil, layer: Int? = nil) {
    self.kind = kind
    self.alpha = alpha
    self.source = source
    self.layer = layer
  }

  /// The kind with its parameter: `uniform`, `zipf:0.8`, `trace:chat.jsonl`.
  ///
  /// A recording is called by the last part of its path, and by the layer where it has one: paths differ
  /// from machine to machine. An exponent has all its digits, so that no two look alike.
  public var label: String {
    if let source {
      let name = source.split(separator: "/").last.map(String.init) ?? source
      return "\(kind):\(name)" + (layer.map { "#\($0)" } ?? "")
    }
    guard let alpha else { return kind }
    return "\(kind):" + (Int(exactly: alpha).map(String.init) ?? "\(alpha)")
  }

  /// What `--routing` takes to route like this: `zipf:0.8`, `trace:chat.jsonl#layer=3`.
  public var option: String {
    if let source { return "trace:\(source)" + (layer.map { "#layer=\($0)" } ?? "") }
    return alpha.map { "\(kind):\($0)" } ?? kind
  }
}
