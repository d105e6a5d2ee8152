import Runner

/// A routing as the command line names it, before any file is read.
enum RoutingArgument: Hashable {
  /// A routing that is drawn and needs no file.
  case drawn(Routing)
  /// A recorded routing, whose file is not read yet.
  case recording(RecordingArgument)

  private static let prefix = "trace:"

  /// Reads `trace:FILE`, and what `Routing` reads.
  init?(_ text: String) {
    if text.hasPrefix(Self.prefix) {
      guard let recording = RecordingArgument(String(text.dropFirst(Self.prefix.count))) else {
        return nil
      }
      self = .recording(recording)
    } else if let routing = Routing(text) {
      self = .drawn(routing)
    } else {
      return nil
    }
  }

  /// The routing, its file read and checked.
  func resolve() throws(Failure) -> Routing {
    switch self {
    case .drawn(let routing): routing
    case .recording(let argument):
      try argument.read { (recorded) throws(RecordingError) in
        try recorded.routing(ofLayer: argument.layer, name: argument.path)
      }
    }
  }

  /// All routings, each once, their files read and checked.
  static func resolve(_ arguments: [RoutingArgument]) throws(Failure) -> [Routing] {
    var routings: [Routing] = []
    for argument in arguments {
      let routing = try argument.resolve()
      if !routings.contains(routing) { routings.append(routing) }
    }
    return routings
  }
}

/// A file of recorded routing and a layer in it: `chat.jsonl` or `chat.jsonl#layer=3`.
struct RecordingArgument: Hashable {
  let path: String
  /// `nil` for the layer with most choices.
  let layer: Int?

  private static let layerMark = "#layer="

  /// Fails for an empty path and for a layer that is no number.
  init?(_ text: String) {
    let parts = text.split(separator: Self.layerMark, omittingEmptySubsequences: false)
    if parts.count > 1, let last = parts.last {
      guard let number = Int(last), number >= 0 else { return nil }
      layer = number
      path = String(text.dropLast(Self.layerMark.count + last.count))
    } else {
      layer = nil
      path = text
    }
    guard !path.isEmpty else { return nil }
  }

  /// The largest file that is read, which holds some hundred million choices.
  private static let largestBytes = 1 << 30

  /// Reads the file and hands its routing to `body`.
  ///
  /// - Throws: `Failure` with status 65 for a file that is missing or malformed.
  func read<Result>(
    _ body: (RecordedRouting) throws(RecordingError) -> Result
  ) throws(Failure) -> Result {
    let bytes = try InputFile.read(path, as: "routing", atMost: Self.largestBytes)
    do {
      return try body(RecordedRouting(parsing: bytes))
    } catch {
      throw Failure(.badInput, "the routing \(path) is refused: \(error)")
    }
  }
}
