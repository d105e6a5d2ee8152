/// A count of bytes as people read it.
struct ByteCount: CustomStringConvertible {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// One decimal above bytes: `7.5 GiB`.
  var description: String {
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < Self.units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return unit == 0 ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(Self.units[unit])"
  }

  /// The next whole MiB or GiB in the form that `--memory` reads: `11GiB`.
  static func roundedUp(_ bytes: Int) -> String {
    let unit = bytes >= 4 << 30 ? (1 << 30, "GiB") : (1 << 20, "MiB")
    return "\(bytes / unit.0 + 1)\(unit.1)"
  }
}
