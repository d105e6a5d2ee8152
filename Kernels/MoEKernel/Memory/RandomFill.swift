import Statistics

/// Random floats whose value depends on the seed, the row and the column only, so that threads may
/// fill a matrix in any order and a packed layout holds the same numbers as a plain one.
enum RandomFill {
  /// Elements that one step hashes at once, in every build of the module: numbers depend on it no more than
  /// on threads.
  static let lanes = 16

  /// Fills one row with floats uniform in ±`amplitude`.
  ///
  /// Each column is hashed with two 32-bit keys of its row. The hash is "lowbias32" by Chris Wellons
  /// (nullprogram.com, "Prospecting for Hash Functions", 2018), with the second key added between
  /// its multiplications so that two rows share a sequence only if they share 64 bits of key.
  static func fill(
    _ target: UnsafeMutablePointer<Float>, count: Int, row: UInt64, seed: UInt64, amplitude: Float
  ) {
    var hash = Hash(key: SeededGenerator.mix(seed &+ SeededGenerator.mix(row)))
    let raw = UnsafeMutableRawPointer(target)
    var column = 0
    while column &+ lanes <= count {
      raw.storeBytes(
        of: uniform(hash.next(), amplitude), toByteOffset: column &* 4, as: SIMD16<Float>.self)
      column &+= lanes
    }
    if column < count {
      let last = uniform(hash.next(), amplitude)
      for lane in 0..<(count - column) { target[column + lane] = last[lane] }
    }
  }

  /// Half the width of a uniform distribution that keeps a product of `inputs` terms at the scale
  /// of one of its inputs: the variance of ±a is a²/3, and `inputs` of them are to add up to 1.
  static func amplitude(inputs: Int) -> Float { (3 / Float(inputs)).squareRoot() }

  /// Random words of consecutive places, a counter hashed under a key.
  struct Hash {
    private let first: SIMD16<UInt32>
    private let second: SIMD16<UInt32>
    private var counter = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

    /// Words that depend on 64 bits of key and on their place.
    @inline(__always)
    init(key: UInt64) {
      first = SIMD16(repeating: UInt32(truncatingIfNeeded: key))
      second = SIMD16(repeating: UInt32(truncatingIfNeeded: key >> 32))
    }

    /// The words of the next `lanes` places; the sequence repeats after 2³² of them.
    @inline(__always)
    mutating func next() -> SIMD16<UInt32> {
      var x = counter ^ first
      x ^= x &>> 16
      x &*= 0x7feb_352d
      x ^= x &>> 15
      x &+= second
      x &*= 0x846c_a68b
      x ^= x &>> 16
      counter &+= SIMD16<UInt32>(repeating: UInt32(lanes))
      return x
    }
  }

  @inline(__always)
  private static func uniform(_ x: SIMD16<UInt32>, _ amplitude: Float) -> SIMD16<Float> {
    // The upper 23 bits become the fraction of a float in 1..<2.
    let bits = (x &>> 9) | 0x3f80_0000
    return (unsafeBitCast(bits, to: SIMD16<Float>.self) - 1.5) * (2 * amplitude)
  }
}

extension Matrix {
  /// Fills all rows with floats uniform in ±`amplitude`, the same for a seed with any number of threads.
  public func fill(seed: UInt64, amplitude: Float = 1, pool: WorkerPool) {
    let rows = all
    pool.forEach(rows.count) { _, row in
      RandomFill.fill(
        rows[row], count: rows.stride, row: UInt64(row), seed: seed, amplitude: amplitude)
    }
  }
}
