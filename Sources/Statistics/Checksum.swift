/// FNV-1a with 64 bits: a checksum that tells contents apart, not a protection against forgery.
///
/// Fowler, Noll and Vo; RFC 9923, whose offset basis and prime for 64 bits these are.
public struct FNV1a: Hashable, Sendable {
  /// The checksum of what was appended so far.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The checksum of nothing.
  public init() {}

  /// Appends one byte.
  public mutating func append(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// Appends a number as its bytes, the lowest first.
  public mutating func append(littleEndian number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The checksum in 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
