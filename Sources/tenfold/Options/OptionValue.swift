import LayerSpec
import ModelSpec
import Runner

/// A value on the command line that is refused, with the sentence that says why.
struct OptionError: Error, CustomStringConvertible {
  let description: String

  init(_ sentence: String) {
    self.description = sentence
  }
}

/// Reads the values of options; each throws a sentence that names what is accepted.
enum OptionValue {
  /// Tokens per pass that are accepted: beyond the longest published context, and small enough
  /// that the FLOPs of the largest published model stay countable in 63 bits.
  static let tokenRange = 1...(1 << 20)

  /// `256`: one token count.
  static func tokenCount(_ text: String) throws(OptionError) -> Int {
    try whole(text, named: "a token count", in: tokenRange)
  }

  /// A whole number of a range.
  static func whole(
    _ text: String, named noun: String, in range: ClosedRange<Int>
  ) throws(OptionError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw OptionError(
        "'\(text)' is not \(noun); give a whole number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }

  /// Rows and columns of a matrix that are accepted: more than any published layer has, and few enough
  /// that their product stays countable in 63 bits.
  static let sizeRange = 1...(1 << 24)

  /// `1536`: rows or columns of a matrix.
  static func size(_ text: String) throws(OptionError) -> Int {
    try whole(text, named: "a size", in: sizeRange)
  }

  /// `ffn-forward`: what a pass does.
  static func workload(_ text: String) throws(OptionError) -> any MeasurableWorkload {
    guard let workload = Workloads.workload(named: text) else {
      let names = Workloads.table.map(\.kind.rawValue).joined(separator: ", ")
      throw OptionError("'\(text)' is not a workload; give one of: \(names)")
    }
    return workload
  }

  /// `bf16`: how weights are stored.
  static func format(_ text: String) throws(OptionError) -> WeightFormat {
    let format = WeightFormat(named: text)
    guard format.isKnown else {
      let names = WeightFormat.known.map(\.name).joined(separator: ", ")
      throw OptionError("'\(text)' is not a precision; give one of: \(names)")
    }
    return format
  }

  /// `uniform,zipf:0.8,trace:chat.jsonl`: how tokens are sent to experts.
  static func routings(_ text: String) throws(OptionError) -> [RoutingArgument] {
    var routings: [RoutingArgument] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let routing = RoutingArgument(String(item)) else {
        throw OptionError(
          "'\(item)' is not a routing; give uniform, single, zipf:ALPHA with an exponent from 0 "
            + "to \(Int(Routing.largestAlpha)), or trace:FILE with a name that has no comma")
      }
      routings.append(routing)
    }
    return routings
  }

  /// `chat.jsonl#layer=3`: a file of recorded routing.
  static func recording(_ text: String) throws(OptionError) -> RecordingArgument {
    guard let recording = RecordingArgument(text) else {
      throw OptionError("'\(text)' names no recording; give FILE, or FILE#layer=N with a number")
    }
    return recording
  }

  /// `4`: a count of at least one thing.
  static func count(_ text: String) throws(OptionError) -> Int {
    guard let count = Int(text), count > 0 else {
      throw OptionError("'\(text)' is not a count; give a whole number from 1 up")
    }
    return count
  }

  /// `42`: what random choices follow from.
  static func seed(_ text: String) throws(OptionError) -> UInt64 {
    guard let seed = UInt64(text) else {
      throw OptionError("'\(text)' is not a seed; give a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }

  /// `3%`, `0.5%` as a fraction.
  static func percentage(_ text: String) throws(OptionError) -> Double {
    guard text.hasSuffix("%"), let value = Double(text.dropLast()), value >= 0.1, value <= 50 else {
      throw OptionError(
        "'\(text)' is not accepted; give a percentage from 0.1% to 50%, such as 3%")
    }
    return value / 100
  }

  /// `1/4`, or `1/4,1`: one fraction of the width, and another to hold it against.
  static func width(_ text: String) throws(OptionError) -> ForcedWidth {
    let divisors = text.split(separator: ",", omittingEmptySubsequences: false).map { item in
      item == "1" ? 1 : WidthFraction(String(item)).flatMap { $0.measured == 1 ? $0.whole : nil }
    }
    guard let first = divisors.first ?? nil, divisors.count <= 2, !divisors.contains(nil),
      divisors.allSatisfy({ ForcedWidth.divisors.contains($0 ?? 0) }),
      Set(divisors).count == divisors.count
    else {
      let names = ForcedWidth.divisors.dropFirst().map { "1/\($0)" }
      throw OptionError(
        "'\(text)' is not a width; give 1, \(names.joined(separator: ", ")), or two of them with a comma"
      )
    }
    return ForcedWidth(divisor: first, other: divisors.count > 1 ? divisors[1] : nil)
  }

  /// `500ms`, `60s`, `2m`, `1h` as seconds; a bare number is seconds.
  static func seconds(_ text: String) throws(OptionError) -> Double {
    let (number, unit) = split(text)
    let factors = ["ms": 1e-3, "": 1, "s": 1, "m": 60, "h": 3600]
    guard let value = Double(number), let factor = factors[unit], (value * factor).isFinite,
      value > 0
    else {
      throw OptionError("'\(text)' is not a time; give one above zero, such as 500ms, 60s or 2m")
    }
    return value * factor
  }

  /// `8GiB`, `512MiB`, `4GB`, `1.5TiB` as bytes; a bare number is bytes.
  static func bytes(_ text: String) throws(OptionError) -> Int {
    let (number, unit) = split(text)
    let factors: [String: Double] = [
      "": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
      "KiB": 0x1p10, "MiB": 0x1p20, "GiB": 0x1p30, "TiB": 0x1p40,
    ]
    guard let value = Double(number), let factor = factors[unit],
      let bytes = Int(exactly: (value * factor).rounded(.down)), bytes > 0
    else {
      throw OptionError("'\(text)' is not an amount of memory; give one such as 8GiB or 512MiB")
    }
    return bytes
  }

  /// The number in front and the letters behind it.
  private static func split(_ text: String) -> (number: Substring, unit: String) {
    let unit = text.reversed().prefix { $0.isLetter }.reversed()
    return (text.dropLast(unit.count), String(unit))
  }
}
