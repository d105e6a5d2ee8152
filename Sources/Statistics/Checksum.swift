/// FNV-1a with 64 bits: a checksum that tells contents apart, not a protection against forgery.
///
/// Fowler, Noll and Vo; RFC 9923, whose offset basis and prime for 64 bits these are.
public struct FNV1a: Hashable, Sendable {
  /// The checksum of all bytes appended so far, in their order; the offset basis before the first.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The checksum of no bytes, to be appended to.
  public init() {}

  /// Appends one byte: first the exclusive or, then the product, which FNV-1 has the other way round.
  public mutating func append(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// Appends a number as its bytes, the lowest first, so that a checksum is the same on every CPU.
  public mutating func append(littleEndian number: some FixedWidthInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The checksum in 16 lower-case hexadecimal digits, leading zeros included, as records carry it.
  public var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
