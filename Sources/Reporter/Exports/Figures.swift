import ModelSpec

/// How numbers are printed: at most three significant digits, with their unit.
public enum Figures {
  /// A ratio, such as `5.39x`, `4.9x`, `0.361x`; zeros at the end are left out.
  public static func ratio(_ value: Double) -> String { significant(value, trimmed: true) + "x" }

  /// A ratio for a column of measured ratios, zeros at the end kept: `4.90x`.
  public static func measuredRatio(_ value: Double) -> String { significant(value) + "x" }

  /// A factor of a chain, such as `×0.43`, `×1.02`: hundredths, or two digits where that says nothing.
  public static func factor(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    guard hundredths >= 10, hundredths < 100_000 else {
      return "×" + significant(value, digits: 2, trimmed: true)
    }
    let (whole, part) = Int(hundredths).quotientAndRemainder(dividingBy: 100)
    return "×\(whole).\(part < 10 ? "0" : "")\(part)"
  }

  /// An interval of ratios: `[4.85, 4.95]`.
  public static func interval(_ low: Double, _ high: Double) -> String {
    "[\(significant(low)), \(significant(high))]"
  }

  /// A fraction as a percentage: `91 %`, `0.52 %`.
  public static func percent(_ fraction: Double) -> String {
    significant(fraction * 100, trimmed: true) + " %"
  }

  /// Seconds in a unit that fits them: `61.0 ms`.
  public static func seconds(_ seconds: Double) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")]
    let (unit, name) = units.first { abs(seconds) >= $0.0 } ?? (1e-9, "ns")
    return "\(significant(seconds / unit)) \(name)"
  }

  /// Operations per second: `12.3 GFLOP/s`.
  public static func rate(flopsPerSecond: Double) -> String {
    let units = [(1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s"), (1e3, "kFLOP/s")]
    for (unit, name) in units where flopsPerSecond >= unit {
      return "\(significant(flopsPerSecond / unit, trimmed: true)) \(name)"
    }
    return "\(significant(flopsPerSecond, trimmed: true)) FLOP/s"
  }

  /// Bytes per second, in decimal units as memory is sold: `50.1 GB/s`.
  public static func rate(bytesPerSecond: Double) -> String {
    let units = [(1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s")]
    for (unit, name) in units where bytesPerSecond >= unit {
      return "\(significant(bytesPerSecond / unit)) \(name)"
    }
    return "\(significant(bytesPerSecond)) B/s"
  }

  /// Bytes in binary units: `15.6 GiB`.
  public static func bytes(_ count: Int) -> String {
    for (shift, name) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
    where count >> shift > 0 {
      return "\(significant(Double(count) / Double(1 << shift), trimmed: true)) \(name)"
    }
    return "\(count) bytes"
  }

  /// A large number in thousands, millions and so on, to hundredths: `116.83B`, `22T`, `34.6K`.
  ///
  /// - Parameter digits: significant digits instead, at most three: `890B`.
  public static func large(_ value: Double, digits: Int? = nil) -> String {
    let units = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")]
    for (unit, name) in units where value >= unit && value < 1e15 {
      if let digits { return significant(value / unit, digits: digits, trimmed: true) + name }
      let hundredths = Int((value / unit * 100).rounded())
      var text = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
      while text.last == "0" { text.removeLast() }
      return (text.last == "." ? String(text.dropLast()) : text) + name
    }
    return significant(value, trimmed: true)
  }

  /// Bytes in decimal units as accelerators are sold: `65.2 GB`.
  public static func gigabytes(_ bytes: Double) -> String {
    "\(significant(bytes / 1e9, trimmed: true)) GB"
  }

  /// Operations: `62.9 TFLOP`.
  public static func flops(_ count: Double) -> String {
    let units = [(1e15, "PFLOP"), (1e12, "TFLOP"), (1e9, "GFLOP"), (1e6, "MFLOP")]
    for (unit, name) in units where count >= unit {
      return "\(significant(count / unit, trimmed: true)) \(name)"
    }
    return "\(significant(count, trimmed: true)) FLOP"
  }

  /// A whole number with its digits in groups of three: `35,136`.
  public static func grouped(_ value: Int) -> String {
    let digits = Array("\(value.magnitude)")
    let grouped = digits.enumerated().map { index, digit in
      (index > 0 && (digits.count - index).isMultiple(of: 3) ? "," : "") + String(digit)
    }
    return (value < 0 ? "-" : "") + grouped.joined()
  }

  /// A counted ratio with four digits and what rounding leaves open: `15.01x`, `17.8x [16.6, 19]`.
  static func counted(_ ratio: RoundedValue) -> String {
    ratio.isExact
      ? counted(exactly: ratio.value)
      : "\(self.ratio(ratio.value)) \(interval(ratio.low, ratio.high))"
  }

  /// A counted ratio that nothing leaves open: `15.01x`.
  static func counted(exactly ratio: Double) -> String {
    significant(ratio, digits: 4, trimmed: true) + "x"
  }

  /// A count with its noun: `1 token`, `16 tokens`.
  public static func count(_ value: Int, _ noun: String) -> String {
    value == 1 ? "1 \(noun)" : "\(value) \(noun)s"
  }

  /// At most `digits` significant digits, without a unit; `-` for what is not a number.
  ///
  /// Zeros at the end are dropped when `trimmed`. Below 0.001 and from a million on in powers of
  /// ten, such as `1.23e-4`.
  public static func significant(_ value: Double, digits: Int = 3, trimmed: Bool = false) -> String
  {
    precondition(digits > 0 && digits < 16, "a Double has no more digits")
    guard value.isFinite else { return "-" }
    guard value != 0 else { return "0" }
    var (mantissa, exponent) = decimal(value.magnitude, digits: digits)
    let sign = value < 0 ? "-" : ""
    if exponent < -3 || exponent >= 6 {
      return "\(sign)\(pointed(&mantissa, after: 1, trimmed: trimmed))e\(exponent)"
    }
    if exponent < 0 {
      mantissa = String(repeating: "0", count: -exponent) + mantissa
      return sign + pointed(&mantissa, after: 1, trimmed: trimmed)
    }
    return sign + pointed(&mantissa, after: exponent + 1, trimmed: trimmed)
  }

  /// The first `digits` digits of a positive number, rounded, and the power of ten of the first.
  private static func decimal(_ value: Double, digits: Int) -> (digits: String, exponent: Int) {
    var exponent = 0
    var leading = value
    while leading >= 10 {
      leading /= 10
      exponent += 1
    }
    while leading < 1 {
      leading *= 10
      exponent -= 1
    }
    var scale = 1.0
    for _ in 1..<digits { scale *= 10 }
    var rounded = Int((leading * scale).rounded())
    if rounded >= Int(scale) * 10 {
      rounded /= 10
      exponent += 1
    }
    return (String(rounded), exponent)
  }

  private static func pointed(_ digits: inout String, after place: Int, trimmed: Bool) -> String {
    if digits.count <= place {
      return digits + String(repeating: "0", count: place - digits.count)
    }
    digits.insert(".", at: digits.index(digits.startIndex, offsetBy: place))
    if trimmed {
      while digits.last == "0" { digits.removeLast() }
      if digits.last == "." { digits.removeLast() }
    }
    return digits
  }
}
