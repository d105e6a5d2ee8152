import CVector

// What the machine can do at most: the denominators of every roofline.

/// Accumulators that do not depend on each other: as many as the largest tile keeps in registers, and more
/// than the 4 or 8 that hide the latency of an FMA.
#if TILE_V4 || arch(arm64)
  private typealias Chains = InlineArray<24, Vector>
#else
  private typealias Chains = InlineArray<12, Vector>
#endif

/// Does `rounds` rounds of one multiply-add per accumulator, in registers only.
///
/// Every product has an accumulator as a factor, so that none can be hoisted out of the loop; the factor and
/// the addend are the caller's, so that none is known when this is compiled.
///
/// - Returns: FLOPs done, and a checksum that keeps the work alive.
@inline(never)
public func multiplyInRegisters(
  rounds: Int, factor: Float, addend: Float
) -> (flops: Int, checksum: Float) {
  let factors = Vector(repeating: factor)
  let addends = Vector(repeating: addend)
  var sums = Chains { _ in addends }
  for _ in 0..<rounds {
    for chain in sums.indices { sums[chain] = multiplyAdd(sums[chain], factors, addends) }
  }
  return (rounds * sums.count * lanes * 2, checksum(sums))
}

#if TILE_V4
  /// Does `rounds` rounds of one bf16 dot product per accumulator, in registers only; the CPU must have
  /// AVX512_BF16.
  ///
  /// The bits of `factor` and `addend` are pairs of bf16. For a float whose lower half is 0, an accumulator
  /// grows by `factor`·`addend` in every round.
  ///
  /// - Returns: FLOPs done, four a lane for two multiply-adds, and a checksum that keeps the work alive.
  @inline(never)
  public func dotInRegisters(
    rounds: Int, factor: Float, addend: Float
  ) -> (flops: Int, checksum: Float) {
    let factors = unsafeBitCast(Vector(repeating: factor), to: Words.self)
    let addends = unsafeBitCast(Vector(repeating: addend), to: Words.self)
    var sums = Chains { _ in .zero }
    for _ in 0..<rounds {
      for chain in sums.indices { sums[chain] = vector_dot_bf16(sums[chain], factors, addends) }
    }
    return (rounds * sums.count * lanes * 4, checksum(sums))
  }
#endif

/// The sum of all accumulators: the compiler may drop none whose value is returned.
@inline(__always)
private func checksum(_ sums: Chains) -> Float {
  var total = Vector.zero
  for chain in sums.indices { total += sums[chain] }
  return total.sum()
}

/// Reads memory in four sequential streams and does nothing else with it.
///
/// There is no software prefetch: the hardware prefetchers follow the streams, and each stream has an
/// accumulator of its own, so that no read waits for another's checksum.
///
/// - Parameter bytes: a multiple of 4 × 64.
/// - Returns: a checksum that keeps the reads alive.
@inline(never)
public func readStreams(_ memory: UnsafeRawPointer, bytes: Int) -> UInt32 {
  let segment = bytes / 4
  var sums = InlineArray<4, Words> { _ in .zero }
  for offset in Swift.stride(from: 0, to: segment, by: cacheLine) {
    for stream in sums.indices {
      let line = memory + (stream &* segment &+ offset)
      for part in 0..<cacheLine / MemoryLayout<Words>.size {
        sums[stream] ^= line.load(fromByteOffset: part * MemoryLayout<Words>.size, as: Words.self)
      }
    }
  }
  var total = Words.zero
  for stream in sums.indices { total ^= sums[stream] }
  return total.wrappedSum()
}
