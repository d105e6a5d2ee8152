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

// How memory is read fastest differs from CPU to CPU: one with a few deep hardware prefetchers likes one
// stream that software runs ahead of, another likes several plain ones. So there are several ways, and the
// fastest on the machine is its ceiling.

/// Reads memory in one sequential stream; see `readStreams`.
@inline(never)
public func readOneStream(_ memory: UnsafeRawPointer, bytes: Int, distance: Int) -> UInt32 {
  var sums = InlineArray<1, Words> { _ in .zero }
  return readStreams(memory, bytes, distance, &sums)
}

/// Reads memory in two sequential streams; see `readStreams`.
@inline(never)
public func readTwoStreams(_ memory: UnsafeRawPointer, bytes: Int, distance: Int) -> UInt32 {
  var sums = InlineArray<2, Words> { _ in .zero }
  return readStreams(memory, bytes, distance, &sums)
}

/// Reads memory in four sequential streams; see `readStreams`.
@inline(never)
public func readFourStreams(_ memory: UnsafeRawPointer, bytes: Int, distance: Int) -> UInt32 {
  var sums = InlineArray<4, Words> { _ in .zero }
  return readStreams(memory, bytes, distance, &sums)
}

/// Reads memory in sequential streams and does nothing else with it.
///
/// Each stream has an accumulator of its own, so that no read waits for another's checksum.
///
/// - Parameters:
///   - bytes: a multiple of 64 for each stream.
///   - distance: how far ahead of each read its stream is prefetched, in bytes; 0 asks for the line that is
///     read anyway and leaves the rest to the hardware's prefetchers. What lies behind the memory is asked
///     for too, which reads nothing that must be there.
/// - Returns: a checksum that keeps the reads alive.
@inline(__always)
private func readStreams<let streams: Int>(
  _ memory: UnsafeRawPointer, _ bytes: Int, _ distance: Int,
  _ sums: inout InlineArray<streams, Words>
) -> UInt32 {
  let segment = bytes / streams
  for offset in Swift.stride(from: 0, to: segment, by: cacheLine) {
    for stream in sums.indices {
      let line = memory + (stream &* segment &+ offset)
      vector_prefetch(line + distance)
      for part in 0..<cacheLine / MemoryLayout<Words>.size {
        sums[stream] ^= line.load(fromByteOffset: part * MemoryLayout<Words>.size, as: Words.self)
      }
    }
  }
  var total = Words.zero
  for stream in sums.indices { total ^= sums[stream] }
  return total.wrappedSum()
}
