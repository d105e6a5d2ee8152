import Statistics

/// What a file of recorded routing holds: for every layer the experts of its tokens, or how many
/// tokens each expert had.
///
/// The accepted forms, with the recorders that write them, are in README.md beside this file.
public struct RecordedRouting: Sendable {
  /// One layer of the file.
  public struct Layer: Hashable, Sendable {
    /// Its number, `nil` when the file names none.
    public let number: Int?
    /// Tokens, `nil` where only counts were recorded.
    public let tokens: Int?
    /// Choices of experts: tokens × K.
    public let choices: Int
  }

  private let recorded: [RecordingBuilder.Layer]

  /// Reads a whole file.
  ///
  /// - Throws: `RecordingError` for what is none of the accepted forms, naming the line.
  public init(parsing bytes: [UInt8]) throws(RecordingError) {
    if let kind = BinaryKind(bytes) {
      throw RecordingError(
        "it is \(kind.rawValue), not text; README.md in Sources/Runner/RoutingInputs/Recordings shows how "
          + "to turn it into JSON lines")
    }
    var scanner = ByteScanner(bytes)
    scanner.skipWhitespace()
    let isJSON = scanner.current == Byte.openBracket || scanner.current == Byte.openBrace
    let builder =
      if isJSON {
        try JSONRecordingReader.read(scanner)
      } else if scanner.current == nil {
        RecordingBuilder()
      } else {
        try CSVRecordingReader.read(scanner)
      }
    recorded = builder.layers
    guard recorded.contains(where: { $0.choices > 0 }) else {
      throw RecordingError("it holds no token; give one line of expert ids for each")
    }
  }

  /// The layers in the order of the file, at least one.
  public var layers: [Layer] {
    recorded.map {
      Layer(number: $0.number, tokens: $0.topK > 0 ? $0.tokens : nil, choices: $0.choices)
    }
  }

  /// One layer's routing, to be replayed.
  ///
  /// - Parameters:
  ///   - layer: the layer's number; `nil` takes the one with most choices, of equals the first.
  ///   - name: the file as its user named it.
  /// - Throws: `RecordingError` when the file has no such layer, or none of its tokens.
  public func routing(ofLayer layer: Int?, name: String) throws(RecordingError) -> Routing {
    let chosen =
      if let layer {
        recorded.first { $0.number == layer }
      } else {
        recorded.max { $0.choices < $1.choices }
      }
    guard let chosen, chosen.choices > 0 else {
      throw RecordingError("it holds no token of layer \(layer ?? 0); \(offer)")
    }
    let source = RecordingSource(name: name, layer: chosen.number, digest: chosen.digest)
    if chosen.topK > 0 {
      return .trace(
        RoutingTrace(
          source: source, topK: chosen.topK, experts: chosen.experts, firstLine: chosen.firstLine,
          largest: chosen.largest))
    }
    return .histogram(
      RoutingHistogram(
        source: source, tokensPerExpert: chosen.counts, namesAllExperts: chosen.namesAllExperts))
  }

  /// Which layers can be asked for.
  private var offer: String {
    let numbers = recorded.filter { $0.choices > 0 }.compactMap(\.number).sorted()
    guard let first = numbers.first, let last = numbers.last else {
      return "it names no layers, so leave #layer= out"
    }
    let isGapless = last - first + 1 == numbers.count
    return numbers.count == 1
      ? "give #layer=\(first)"
      : isGapless
        ? "give one from #layer=\(first) to #layer=\(last)"
        : "it has \(numbers.count) layers, the first is \(first) and the last \(last)"
  }
}

extension RecordingBuilder.Layer {
  fileprivate var tokens: Int { topK > 0 ? experts.count / topK : 0 }

  fileprivate var choices: Int { topK > 0 ? experts.count : counts.reduce(0, +) }

  /// A checksum of K and of everything that was read of the layer.
  fileprivate var digest: String {
    var checksum = FNV1a()
    checksum.append(littleEndian: UInt32(truncatingIfNeeded: topK))
    for expert in experts { checksum.append(littleEndian: expert) }
    for count in counts { checksum.append(littleEndian: count) }
    return checksum.hexadecimal
  }
}

/// Files that recorders write and that are no text, by the bytes that they begin with.
private enum BinaryKind: String {
  case torch = "a file of torch.save"
  case pickle = "a Python pickle"
  case parquet = "a Parquet file"
  case numpy = "a NumPy file"
  case gzip = "a gzip file"
  case zstandard = "a Zstandard file"
  case other = "a binary file"

  private static let beginnings: [(kind: BinaryKind, bytes: [UInt8])] = [
    (.torch, [0x50, 0x4B, 0x03, 0x04]), (.pickle, [0x80]), (.parquet, Array("PAR1".utf8)),
    (.numpy, [0x93] + Array("NUMPY".utf8)), (.gzip, [0x1F, 0x8B]),
    (.zstandard, [0x28, 0xB5, 0x2F, 0xFD]),
  ]

  /// Bytes that are looked at for some that no text has.
  private static let probedBytes = 512

  /// The kind of a file that is no text, `nil` for text.
  init?(_ bytes: [UInt8]) {
    if let known = Self.beginnings.first(where: { bytes.starts(with: $0.bytes) }) {
      self = known.kind
    } else if bytes.prefix(Self.probedBytes).contains(where: { $0 < Byte.space && !$0.isWhitespace }
    ) {
      self = .other
    } else {
      return nil
    }
  }
}

extension UInt8 {
  fileprivate var isWhitespace: Bool {
    self == Byte.tab || self == Byte.newline || self == Byte.carriageReturn
  }
}
