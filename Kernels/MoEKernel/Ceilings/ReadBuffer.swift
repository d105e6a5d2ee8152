import Tile

/// Memory that is read from end to end and nothing else: whoever times it knows how fast weights can
/// come at most.
///
/// It lies on huge pages and comes out of the `MemoryReserve`, as weights do.
public final class ReadBuffer {
  /// Bytes of the memory.
  public let bytes: Int

  private let memory: AlignedBuffer<UInt64>
  private let kernels: TileKernels
  /// A checksum that keeps the reads alive, of every worker.
  private let checksums: AlignedBuffer<UInt32>

  /// Checksums of two workers are this many words apart, a cache line: none waits for another's.
  private static let stride = 16

  /// Every worker's part is a multiple of it, as `TileKernels.readStreams` asks.
  private static let unit = 256

  private static let wordBytes = MemoryLayout<UInt64>.stride

  /// Allocates the memory and writes to all of it: a page that was never written is the system's one
  /// page of zeros, which never leaves the cache.
  ///
  /// - Parameters:
  ///   - bytes: many times the machine's caches.
  ///   - pool: its threads write what they will read, so that it is near to them.
  /// - Returns: `nil` for a CPU that runs no kernel.
  public init?(bytes: Int, pool: WorkerPool) {
    precondition(bytes >= pool.threads * Self.unit, "\(bytes) bytes for \(pool.threads) threads")
    guard let level = TileLevel.supported.last else { return nil }
    self.bytes = bytes / Self.unit * Self.unit
    kernels = TileKernels(level: level, precision: .f32)
    memory = AlignedBuffer(count: self.bytes / Self.wordBytes)
    checksums = AlignedBuffer(count: pool.threads * Self.stride)
    pool.run { worker in
      let part = part(of: worker, among: pool.threads)
      // No two pages are alike: a host may keep only one of those that are.
      for word in part.lowerBound / Self.wordBytes..<part.upperBound / Self.wordBytes {
        memory.base[word] = UInt64(word) &+ 1
      }
    }
  }

  /// Reads all of the memory once; every thread reads its own part, in several streams.
  ///
  /// - Parameter pool: no more threads than the memory was made for.
  /// - Returns: bytes read by all threads together.
  public func read(pool: WorkerPool) -> Int {
    precondition(pool.threads * Self.stride <= checksums.count, "more threads than were announced")
    pool.run { worker in
      let part = part(of: worker, among: pool.threads)
      checksums[worker * Self.stride] = kernels.readStreams(
        UnsafeRawPointer(memory.base) + part.lowerBound, bytes: part.count)
    }
    return bytes
  }

  /// The bytes that a worker reads: nearly equal parts of whole units, all of the memory together.
  func part(of worker: Int, among threads: Int) -> Range<Int> {
    let units = bytes / Self.unit
    return worker * units / threads * Self.unit..<(worker + 1) * units / threads * Self.unit
  }
}
