import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// SplitMix64: a small generator whose whole state is one number, so that every random choice of a
/// run follows from its seed.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A stream of its own for each purpose, so that adding a draw to one leaves the others alone.
  ///
  /// The purpose enters by its checksum.
  public init(seed: UInt64, purpose: String) {
    var checksum = FNV1a()
    for byte in purpose.utf8 { checksum.append(byte) }
    state = seed ^ checksum.value
  }

  /// The next 64 bits, uniform; the sequence repeats after 2⁶⁴ of them.
  public mutating func next() -> UInt64 {
    defer { state &+= Self.increment }
    return Self.mix(state)
  }

  /// What the state grows by: 2⁶⁴ over the golden ratio, made odd.
  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The output that follows a state, which also serves as a hash of it.
  @inlinable
  public static func mix(_ state: UInt64) -> UInt64 {
    var word = state &+ 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word &>> 31)
  }

  /// Uniform in the open interval (0, 1): never 0, so that its logarithm is finite.
  public mutating func nextOpenUnit() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  /// A value of the standard Gumbel distribution, by inversion.
  public mutating func nextGumbel() -> Double {
    -log(-log(nextOpenUnit()))
  }

  /// Independent standard normal values, by the Box–Muller transform.
  public mutating func normals(count: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count + 1)
    while values.count < count {
      let radius = sqrt(-2 * log(nextOpenUnit()))
      let angle = 2 * Double.pi * nextOpenUnit()
      values.append(Float(radius * cos(angle)))
      values.append(Float(radius * sin(angle)))
    }
    if values.count > count { values.removeLast() }
    return values
  }
}
