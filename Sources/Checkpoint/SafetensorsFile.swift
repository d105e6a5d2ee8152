/// Named tensors in the safetensors format, checked as a whole before any of them is read.
///
/// The format (https://github.com/huggingface/safetensors): the length N of the header as a
/// little-endian 64-bit number, N bytes of JSON, then the data. Every byte of the data belongs to
/// exactly one tensor. Elements are little-endian and row-major.
public struct SafetensorsFile: Sendable {
  /// One entry of the header, checked against the data: its range has as many bytes as shape and type need.
  public struct Tensor: Hashable, Sendable {
    /// The name, unique in the file; it may hold any characters.
    public let name: String
    /// How the elements are encoded, which decides whether they can be read as floats or integers.
    public let dataType: DataType
    /// The dimensions, outermost first; empty for a single value.
    public let shape: [Int]
    /// The tensor's bytes, counted from the first of the file.
    let range: Range<Int>
  }

  /// The format's own bound on the header, in bytes.
  static let headerLimit = 100_000_000

  /// The tensors in the order of their data, which need not be that of the header.
  public let tensors: [Tensor]
  /// The strings under `__metadata__`, which the writer left beside the tensors; empty without them.
  public let metadata: [String: String]

  let bytes: [UInt8]
  private let indexByName: [String: Int]

  /// Reads the header and checks that it describes the bytes.
  ///
  /// - Throws: `CheckpointError` with the first thing found wrong. Nothing the header claims is
  ///   allocated or read before it is checked against the bytes that are there.
  public init(bytes: [UInt8]) throws(CheckpointError) {
    let lengthBytes = 8
    guard bytes.count >= lengthBytes else { throw .fileTooShort(bytes: bytes.count) }
    let length = bytes.span.littleEndian64(at: 0)
    guard length <= UInt64(Self.headerLimit) else {
      throw .headerTooLong(length: length, limit: Self.headerLimit)
    }
    guard length <= UInt64(bytes.count - lengthBytes) else {
      throw .headerBeyondFile(length: length, available: bytes.count - lengthBytes)
    }
    let dataStart = lengthBytes + Int(length)
    var scanner = try HeaderScanner(Array(bytes[lengthBytes..<dataStart]))
    let header = try scanner.scan()

    self.tensors = try Self.place(
      header.entries, dataStart: dataStart, dataCount: bytes.count - dataStart)
    self.metadata = header.metadata
    self.bytes = bytes
    self.indexByName = Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of this name, `nil` when there is none.
  public subscript(name: String) -> Tensor? {
    indexByName[name].map { tensors[$0] }
  }

  /// Checks every entry alone, then that together they fill the data without gap or overlap.
  private static func place(
    _ entries: [HeaderEntry], dataStart: Int, dataCount: Int
  ) throws(CheckpointError) -> [Tensor] {
    for entry in entries {
      if let flaw = flaw(of: entry, dataCount: dataCount) {
        throw .tensor(name: entry.name, flaw: flaw)
      }
    }
    var tensors: [Tensor] = []
    tensors.reserveCapacity(entries.count)
    var end = 0
    // Empty tensors come before the one that starts at the same byte.
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      if entry.begin < end, let previous = tensors.last {
        throw .overlap(first: previous.name, second: entry.name)
      }
      guard entry.begin == end else { throw .unclaimedBytes(from: end, to: entry.begin) }
      end = entry.end
      tensors.append(
        Tensor(
          name: entry.name, dataType: entry.dataType, shape: entry.shape,
          range: dataStart + entry.begin..<dataStart + entry.end))
    }
    guard end == dataCount else { throw .unclaimedBytes(from: end, to: dataCount) }
    return tensors
  }

  private static func flaw(of entry: HeaderEntry, dataCount: Int) -> TensorFlaw? {
    guard entry.begin <= entry.end else {
      return .offsetsInverted(begin: entry.begin, end: entry.end)
    }
    guard let needed = entry.dataType.bytes(shape: entry.shape) else {
      return .uncountable(shape: entry.shape, type: entry.dataType)
    }
    guard needed == entry.end - entry.begin else {
      return .spanDisagrees(
        shape: entry.shape, type: entry.dataType, needed: needed, span: entry.end - entry.begin)
    }
    guard entry.end <= dataCount else {
      return .beyondFile(end: entry.end, available: dataCount)
    }
    return nil
  }
}
