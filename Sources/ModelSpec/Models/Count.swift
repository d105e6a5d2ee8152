/// A count wide enough that sums and products of 63-bit sizes are exact before they are narrowed.
///
/// Three 31-bit sizes already overflow 63 bits, and a configuration file can name any size. Counting
/// in 128 bits and narrowing once turns an overflow into a sentence instead of a trap.
public typealias Count = Int128

extension Count {
  /// The largest count of parameters that is accepted: their bytes at four each fit in 63 bits.
  static let parameterLimit = Count(Int.max / 4)
}
