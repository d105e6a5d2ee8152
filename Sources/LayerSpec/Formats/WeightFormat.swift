/// How a weight is stored, whoever multiplies it: its name, the blocks that it is stored in, and the
/// arithmetic of its products, which always accumulate in 32-bit floats or wider.
///
/// An open value. Records hold the name alone; a name that this version does not know has no block and
/// is shown, never judged. Values are equal when their names are.
public struct WeightFormat: Sendable {
  /// The name, as `--precision` takes it and records carry it: `f32`.
  public let name: String

  /// How elements are stored; `nil` for a name that this version does not know.
  public let block: Block?

  /// Consecutive elements of a row that are stored together, under one scale where the format has scales.
  public struct Block: Hashable, Sendable {
    /// Elements of a block, at least 1, such as 32; rows are whole blocks.
    public let elements: Int
    /// Bytes of a block, scales included, such as 18.
    public let bytes: Int
    /// Root mean square of what storing does to a weight, relative to that of weights; 0 where they
    /// are kept as they are.
    public let roundingError: Double
    /// What a product with such weights is computed in: the peak that bounds it.
    public let arithmetic: Arithmetic
  }

  /// A format whose rows are stored in blocks.
  ///
  /// - Parameter roundingError: root mean square of what storing does to a weight, relative to that of
  ///   weights; what `tenfold verify` forgives follows from it.
  /// - Precondition: a block has elements and bytes, and the error is a fraction of a weight.
  public init(
    name: String, blockElements: Int, blockBytes: Int, roundingError: Double,
    arithmetic: Arithmetic
  ) {
    precondition(
      (0..<1).contains(roundingError), "storing \(name) weights does not lose \(roundingError)")
    precondition(
      !name.isEmpty && blockElements > 0 && blockBytes > 0,
      "a block of \(blockElements) elements in \(blockBytes) bytes is no weight format")
    self.name = name
    block = Block(
      elements: blockElements, bytes: blockBytes, roundingError: roundingError,
      arithmetic: arithmetic)
  }

  /// The format of that name, without a block where this version knows none of that name.
  public init(named name: String) {
    if let known = Self.known.first(where: { $0.name == name }) {
      self = known
    } else {
      self.name = name
      block = nil
    }
  }

  /// IEEE 754 binary32: weights as routers and references have them, and as every engine multiplies them.
  public static let f32 = WeightFormat(
    name: "f32", blockElements: 1, blockBytes: 4, roundingError: 0, arithmetic: .f32)

  /// bfloat16, the upper half of a binary32, which halves the bytes that a pass reads.
  public static let bf16 = WeightFormat(
    name: "bf16", blockElements: 1, blockBytes: 2, roundingError: bf16RoundingError,
    arithmetic: .bf16)

  /// Root mean square of the relative error of rounding a value to bf16.
  ///
  /// Rounding to nearest in 8 significant bits is off by 2⁻⁸ of a value at worst. Over values whose
  /// leading digits are spread as those of products and of weights are (Benford), the root mean square is
  /// 2⁻⁷/√12 · √0.541 = 0.85 · 2⁻⁹; 2⁻⁹ is taken.
  public static let bf16RoundingError = 0x1p-9

  /// The formats that this version can explain, in the order that help pages list them.
  public static let known: [WeightFormat] = [.f32, .bf16]

  /// Whether this version, or whoever made the value, knows how it is stored.
  public var isKnown: Bool { block != nil }

  /// Bytes that one weight takes, on average over a block; `nil` for an unknown format.
  public var bytesPerWeight: Double? { block.map { Double($0.bytes) / Double($0.elements) } }

  /// Bytes of a matrix of rows × columns.
  ///
  /// - Returns: `nil` for an unknown format, where a row is no whole number of blocks, and where the
  ///   bytes do not fit in 63 bits.
  public func bytes(rows: Int, columns: Int) -> Int? {
    guard let block, rows >= 0, columns >= 0, columns % block.elements == 0 else { return nil }
    let (blocks, overflow) = rows.multipliedReportingOverflow(by: columns / block.elements)
    let (bytes, byteOverflow) = blocks.multipliedReportingOverflow(by: block.bytes)
    return overflow || byteOverflow ? nil : bytes
  }
}

extension WeightFormat: Hashable, CustomStringConvertible {
  /// The name, as records carry it.
  public var description: String { name }

  /// Equal names are equal formats, also where only one of the values knows its block.
  public static func == (left: WeightFormat, right: WeightFormat) -> Bool {
    left.name == right.name
  }

  /// Hashes the name alone, as equality compares it.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension WeightFormat: Codable {
  /// Reads a name, known to this version or not.
  public init(from decoder: any Decoder) throws {
    self.init(named: try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the name alone; readers know its block or show the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
