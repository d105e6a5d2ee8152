import Tile

/// Memory that is read from end to end and nothing else: its time is the least that weights can take to
/// arrive.
///
/// It lies on huge pages and comes out of the `MemoryReserve`, as weights do, so that it misses the TLB as
/// rarely as they do.
public final class ReadBuffer {
  /// Bytes of the memory: what was asked for, rounded up to huge pages.
  public let bytes: Int

  private let memory: AlignedBuffer<UInt64>
  private let kernels: TileKernels
  /// A checksum of each worker's reads, which the compiler may therefore not drop.
  private let checksums: AlignedBuffer<UInt32>

  /// Words from one worker's checksum to the next, a cache line, against false sharing: a line that two cores
  /// write to would travel between them.
  private static let stride = 16

  /// Bytes that a thread takes at a time: a huge page, which takes some 50 µs at 40 GB/s and so is long
  /// against an atomic addition, and which no two threads share.
  private static let taskBytes = hugePageBytes

  private static let wordBytes = MemoryLayout<UInt64>.stride

  /// Allocates the memory and writes to all of it: a page that was never written is the system's one
  /// page of zeros, which never leaves the cache.
  ///
  /// - Parameters:
  ///   - bytes: many times the machine's caches; rounded up to huge pages.
  ///   - pool: its threads write to the memory, so that no page is only one thread's.
  /// - Returns: `nil` for a CPU that runs no kernel.
  public init?(bytes: Int, pool: WorkerPool) {
    precondition(bytes >= 0, "\(bytes) bytes")
    guard let level = TileLevel.supported.last else { return nil }
    self.bytes = bytes.roundedUp(toMultipleOf: Self.taskBytes)
    kernels = TileKernels(level: level, format: .f32)
    memory = AlignedBuffer(count: self.bytes / Self.wordBytes)
    checksums = AlignedBuffer(count: pool.threads * Self.stride)
    pool.forEach(self.bytes / Self.taskBytes) { _, task in
      let words = Self.taskBytes / Self.wordBytes
      // No two pages are alike: a host that merges equal pages would keep only one of them.
      for word in task * words..<(task + 1) * words { memory.base[word] = UInt64(word) &+ 1 }
    }
  }

  /// Reads all of the memory once: threads take huge pages from one counter, as a layer's tasks are
  /// taken, and read each in several streams.
  ///
  /// - Parameter pool: no more threads than the memory was made for.
  /// - Returns: bytes read by all threads together.
  public func read(pool: WorkerPool) -> Int {
    precondition(pool.threads * Self.stride <= checksums.count, "more threads than were announced")
    let start = UnsafeRawPointer(memory.base)
    pool.forEach(bytes / Self.taskBytes) { worker, task in
      checksums[worker * Self.stride] ^= kernels.readStreams(
        start + task * Self.taskBytes, bytes: Self.taskBytes)
    }
    return bytes
  }

  /// The exclusive or of what all reads so far found, for tests that every word is read.
  var checksum: UInt32 {
    (0..<checksums.count).reduce(0) { $0 ^ checksums[$1] }
  }
}
