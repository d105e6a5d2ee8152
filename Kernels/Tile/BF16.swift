/// The upper half of a binary32, bfloat16, and how floats become one: the same rounding as VCVTNE2PS2BF16 but
/// for subnormal numbers, which are kept here.
public enum BF16 {
  /// The bits of the number nearest to `value`, ties to even; NaN becomes a quiet NaN.
  @inline(__always)
  public static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// The float that the bits stand for: every bf16 is one exactly.
  @inline(__always)
  public static func value(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
