/// A number as its source prints it, with what its rounding leaves open.
///
/// `70.6B` is 70.6·10⁹ and, printed to a tenth of a billion, anywhere from 70.55·10⁹ to 70.65·10⁹: half a
/// unit of the last printed digit either way. Nothing says that a source rounds to fewer digits than it
/// prints, so a zero at the end counts as printed: `10` is 9.5 to 10.5.
public struct PrintedFigure: Hashable, Sendable, CustomStringConvertible {
  /// The number in the source's digits, with its suffix: `70.6B`, `2.38M`, `0.20`.
  public let text: String
  /// The number and what its rounding leaves open.
  public let value: RoundedValue

  /// A positive decimal number, with `K`, `M`, `B` or `T` behind it for powers of a thousand.
  ///
  /// - Returns: `nil` for any other text.
  public init?(_ text: String) {
    guard let last = text.last else { return nil }
    let scale = Self.scales[last]
    let digits = scale == nil ? text[...] : text.dropLast()
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let number = Double(digits), number > 0, number.isFinite
    else { return nil }
    var unit = 1.0
    for _ in 0..<(parts.count == 2 ? parts[1].count : 0) { unit /= 10 }
    let factor = scale ?? 1
    self.text = text
    value = RoundedValue(
      number * factor, low: (number - unit / 2) * factor, high: (number + unit / 2) * factor)
  }

  /// The number as it is printed.
  public var description: String { text }

  private static let scales: [Character: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
}

extension PrintedFigure: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let figure = PrintedFigure(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription:
          "\"\(text)\" is no positive decimal number with K, M, B, T or nothing behind")
    }
    self = figure
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
