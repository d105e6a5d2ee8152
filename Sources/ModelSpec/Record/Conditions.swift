import LayerSpec

/// The conditions that a pairing is measured under: everything but its candidate and its baseline.
///
/// Ids, columns of tables, places in reports and command lines are all made from `parts`, so that a
/// condition that is added to `Name` is in all of them.
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

  /// What conditions there are.
  public enum Name: Hashable, Sendable, CustomStringConvertible {
    case workload, routing, engine, precision, threads
    /// A size of passes.
    case size(Workload.Size)

    /// All of them, in the order that ids have them.
    public static let all: [Name] =
      [.workload] + Workload.Size.allCases.map(Name.size)
      + [.routing, .engine, .precision, .threads]

    /// What it is called in columns and options: `tokens`.
    public var description: String {
      switch self {
      case .workload: "workload"
      case .size(let size): size.rawValue
      case .routing: "routing"
      case .engine: "engine"
      case .precision: "precision"
      case .threads: "threads"
      }
    }
  }

  /// The value of a condition.
  public enum Value: Hashable, Sendable, CustomStringConvertible {
    /// `16`.
    case count(Int)
    /// `zipf:0.8`.
    case word(String)

    /// The value as text.
    public var description: String {
      switch self {
      case .count(let count): "\(count)"
      case .word(let word): word
      }
    }
  }

  /// One condition in the words of ids, tables, sentences and command lines.
  public struct Part: Hashable, Sendable {
    /// Which condition it is.
    public let name: Name
    /// Its value: `16`, `zipf:0.8`.
    public let value: Value
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

      /// The option that asks for values of a condition; a list has commas.
      public init(_ condition: Name, _ values: [String]) {
        self.init(name: "--\(condition)", values)
      }

      /// The option of that name with values; a list has commas.
      public init(name: String, _ values: [String]) {
        self.name = name
        value = values.joined(separator: ",")
      }
    }
  }

  /// Every condition, in the order that ids have them; sizes that a workload does not have are left out.
  public var parts: [Part] { parts(routing: routing?.label ?? "") }

  /// Every condition, with the routing by a label that tells it apart from others.
  public func parts(routing label: String) -> [Part] {
    let sizes = workload.sizes
    return Name.all.compactMap { part($0, among: sizes, routing: label) }
  }

  /// One condition; `nil` where there is none of that name.
  private func part(_ name: Name, among sizes: [Workload.Size], routing label: String) -> Part? {
    switch name {
    case .workload:
      Part(
        name, workload.kind.rawValue,
        option: workload.kind == .usual ? nil : workload.kind.rawValue)
    case .size(let size) where sizes.contains(size):
      Part(name, workload[size], phrase: size.perPass(workload[size]))
    case .size: nil
    case .routing:
      routing.map { Part(name, label, phrase: "\(label) routing", option: $0.option) }
    case .engine: Part(name, engine, option: engine)
    case .precision: Part(name, format.name, option: format.name)
    case .threads: Part(name, threads, phrase: "\(threads) thread\(threads == 1 ? "" : "s")")
    }
  }

  /// The conditions that must be said: all but the usual workload.
  public var partsToSay: [Part] { partsToSay(routing: routing?.label ?? "") }

  /// The conditions that must be said, with the routing by a label that tells it apart from others.
  public func partsToSay(routing label: String) -> [Part] {
    parts(routing: label).filter { $0.name != .workload || workload.kind != .usual }
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
  ///
  /// Recordings of one name in two folders differ, since their options do.
  public static func differing(among conditions: [Conditions]) -> Set<Name> {
    let parts = conditions.map {
      Dictionary($0.parts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return Set(Name.all.filter { name in Set(parts.map { $0[name] }).count > 1 })
  }
}

extension Conditions.Part {
  /// A condition whose value is a word of its own.
  ///
  /// - Parameter option: what its option takes; `nil` where none asks for it.
  fileprivate init(
    _ name: Conditions.Name, _ word: String, phrase: String? = nil, option: String?
  ) {
    self.init(
      name: name, value: .word(word), word: word, phrase: phrase ?? word,
      option: option.map { Option(name, [$0]) })
  }

  /// A condition that is a count: `16-tokens`, `16 tokens per pass`.
  fileprivate init(_ name: Conditions.Name, _ count: Int, phrase: String) {
    self.init(
      name: name, value: .count(count), word: "\(count)-\(name)", phrase: phrase,
      option: Option(name, ["\(count)"]))
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
  public var label: String { label(pathParts: 1) }

  /// The label with so many of the last parts of a recording's path.
  private func label(pathParts: Int) -> String {
    if let source {
      let name = source.split(separator: "/").suffix(pathParts).joined(separator: "/")
      return "\(kind):\(name.isEmpty ? source : name)" + (layer.map { "#\($0)" } ?? "")
    }
    guard let alpha else { return kind }
    return "\(kind):" + (Int(exactly: alpha).map(String.init) ?? "\(alpha)")
  }

  /// Labels that tell routings of one record apart: recordings of one name in several folders have as many
  /// more parts of their paths as that takes, `trace:monday/chat.jsonl`.
  public static func labels(of routings: Set<RoutingCondition>) -> [RoutingCondition: String] {
    var labels: [RoutingCondition: String] = [:]
    for (label, alike) in Dictionary(grouping: routings, by: \.label) {
      let most = alike.compactMap(\.source).map { $0.split(separator: "/").count }.max() ?? 1
      let parts = (1...max(1, most)).first { parts in
        Set(alike.map { $0.label(pathParts: parts) }).count == alike.count
      }
      for routing in alike { labels[routing] = parts.map(routing.label(pathParts:)) ?? label }
    }
    return labels
  }

  /// What `--routing` takes to route like this: `zipf:0.8`, `trace:chat.jsonl#layer=3`.
  public var option: String {
    if let source { return "trace:\(source)" + (layer.map { "#layer=\($0)" } ?? "") }
    return alpha.map { "\(kind):\($0)" } ?? kind
  }
}
