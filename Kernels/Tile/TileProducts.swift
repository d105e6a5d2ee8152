import CVector
import LayerSpec

extension TileKernels {
  /// Prefetches memory that is read soon, into L2.
  @inline(__always)
  public func prefetch(_ address: UnsafeRawPointer, bytes: Int) {
    var line = address
    let end = address + bytes
    while line < end {
      vector_prefetch(line)
      line += 64
    }
  }

  /// Prefetches memory that an epilogue will write, before the product whose block it waits for.
  ///
  /// The lines are mostly in no cache near the core, and a store must wait for its line; without this the
  /// stores of one block waited longer than the activation took.
  @inline(__always)
  public func prefetchToWrite(_ address: UnsafeMutableRawPointer, bytes: Int) {
    for offset in stride(from: 0, to: bytes + 63, by: 64) {
      vector_prefetch_to_write(address + min(offset, max(bytes - 1, 0)))
    }
  }

  /// block = panel × tile, or block += panel × tile: `panelWidth` sums for each of `rows` rows.
  ///
  /// Deterministic, but not to the last bit the same for every number of rows: with one or two rows
  /// consecutive steps go to several accumulators. The error of a sum over `n` inputs is at most
  /// γ(2n + 5)·Σ|w·x| with γ(k) = k·u / (1 - k·u), u = 2⁻²⁴ (Higham 2002, section 3.1).
  ///
  /// - Parameters:
  ///   - panel: `steps` steps of a panel, aligned to 64 bytes.
  ///   - tile: `steps` steps of a tile of `rows` rows.
  ///   - steps: the whole product, or a part of it whose blocks are accumulated; panel and tile
  ///     advance by `panelBytesPerStep` and `tileBytesPerStep(rows:)`. 0 is an empty sum.
  ///   - rows: 1 to `maximumRows`.
  ///   - block: `rows` × `panelWidth` floats, aligned to 64 bytes.
  ///   - accumulates: true to add to the block.
  ///   - streams: true to write a block past the caches, which reads no line of it first: for blocks that are not
  ///     added to and not needed soon. Other threads see them after `finishStreaming`.
  ///   - prefetch: memory that is needed soon; nil for none, which prefetches the panel's first line over and
  ///     over, so that the loop has no branch.
  @inlinable
  @inline(__always)
  public func multiply(
    panel: UnsafeRawPointer, tile: UnsafeRawPointer, steps: Int, rows: Int,
    block: UnsafeMutablePointer<Float>, accumulates: Bool = false,
    streams: Bool = false, prefetch: TilePrefetch? = nil
  ) {
    precondition(!(accumulates && streams), "what is added to is in a cache")
    precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
    precondition(steps >= 0, "\(steps) steps")
    product.pointee.multiply(
      panel, tile, steps, rows, block, accumulates, streams, prefetch?.start ?? panel,
      prefetch?.bytesPerStep ?? 0)
  }

  /// Makes blocks that this thread streamed visible to all that it hands on from now on.
  public func finishStreaming() { vector_stream_fence() }

  /// Copies rows into a tile, rounded to bf16 where `usesBF16Dot`.
  ///
  /// - Parameters:
  ///   - source: row-major floats; row `r` starts at `indices[r]·stride`, or at `r·stride`.
  ///   - stride: floats from one row to the next.
  ///   - indices: which rows, `rows` of them; nil for the first ones in order.
  ///   - rows: 1 to `maximumRows`.
  ///   - depth: inputs of a row.
  ///   - tile: `tileBytes(rows:depth:)` bytes.
  public func packTile(
    source: UnsafePointer<Float>, stride: Int, indices: UnsafePointer<Int32>? = nil, rows: Int,
    depth: Int, tile: UnsafeMutableRawPointer
  ) {
    precondition(rows >= 1 && rows <= maximumRows, "\(rows) rows of at most \(maximumRows)")
    product.pointee.packTile(
      source, stride, indices, rows, depth, steps(depth: depth) * inputsPerStep, tile)
  }

  /// FLOPs of `rounds` rounds in registers only, with the kind of product that `multiply` uses.
  ///
  /// Call it with a `factor` of about 0.5 and time it: nothing can compute faster.
  public func multiplyInRegisters(
    rounds: Int, factor: Float, addend: Float
  ) -> (flops: Int, checksum: Float) {
    product.pointee.compute(rounds, factor, addend)
  }

  /// Reads `bytes` bytes in sequential streams, for the bandwidth of reading alone.
  ///
  /// - Parameters:
  ///   - memory: aligned to 64 bytes; huge pages give the machine's best.
  ///   - bytes: a multiple of 256.
  /// - Returns: a checksum that keeps the reads alive.
  public func read(_ memory: UnsafeRawPointer, bytes: Int, pattern: ReadPattern) -> UInt32 {
    precondition(bytes >= 0 && bytes % 256 == 0, "\(bytes) bytes are not a multiple of 256")
    return build.pointee.reads[pattern.entry](memory, bytes, pattern.prefetchBytes)
  }
}

/// A way to read memory from end to end.
public struct ReadPattern: Hashable, Sendable {
  /// Sequential streams that are read by turns, a cache line each.
  public let streams: Int
  /// How far ahead of its reads each stream is prefetched; 0 for the hardware's prefetchers alone.
  public let prefetchBytes: Int

  /// The numbers of streams that there are kernels for.
  static let streamCounts = [1, 2, 4]

  /// Every number of streams with the distances among which CPUs were seen to differ: a Zen 3 read fastest
  /// 256 bytes to 2 KiB ahead, a Zen 5 16 KiB ahead, and both did without in several streams.
  public static let all = streamCounts.flatMap { streams in
    [0, 256, 1 << 10, 4 << 10, 16 << 10].map { ReadPattern(streams: streams, prefetchBytes: $0) }
  }

  var entry: Int {
    guard let entry = Self.streamCounts.firstIndex(of: streams) else {
      preconditionFailure("there is no kernel of \(streams) streams")
    }
    return entry
  }
}
