import Tile

/// Memory that is read from end to end and nothing else: its time is the least that weights can take to
/// arrive.
///
/// It is the arena of the weights itself where that is large enough, and else lies on huge pages out of the
/// `MemoryReserve` as weights do: where memory lies decides how fast it is read.
public final class ReadBuffer {
  /// A way to read memory from end to end.
  public typealias Pattern = ReadPattern

  /// Bytes of the memory: what was asked for, rounded up to huge pages.
  public let bytes: Int

  /// Keeps `start` alive.
  private let owner: AnyObject
  private let start: UnsafeRawPointer
  private let kernels: TileKernels
  /// The page that the next read begins with.
  private var nextPage = 0
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
    self.bytes = max(1, bytes).roundedUp(toMultipleOf: Self.taskBytes)
    kernels = TileKernels(level: level, format: .f32)
    let memory = AlignedBuffer<UInt64>(count: self.bytes / Self.wordBytes)
    owner = memory
    start = UnsafeRawPointer(memory.base)
    checksums = AlignedBuffer(count: pool.threads * Self.stride)
    let words = Self.taskBytes / Self.wordBytes
    pool.forEach(
      self.bytes / Self.taskBytes, in: memory.base,
      home: { UnsafeRawPointer($0 + $1 * words) }, staysHome: true
    ) { base, _, task in
      // No two pages are alike: a host that merges equal pages would keep only one of them.
      for word in task * words..<(task + 1) * words { base[word] = UInt64(word) &+ 1 }
    }
  }

  /// The memory of an arena, which is read and never written.
  ///
  /// - Returns: `nil` for a CPU that runs no kernel.
  public init?(arena: WeightArena, pool: WorkerPool) {
    guard let level = TileLevel.supported.last else { return nil }
    bytes = arena.bytes
    kernels = TileKernels(level: level, format: .f32)
    owner = arena
    start = arena.start
    checksums = AlignedBuffer(count: pool.threads * Self.stride)
  }

  /// Reads so many huge pages, from the one behind the last that was read on: threads take them from one
  /// counter, as a layer's tasks are taken (on several NUMA nodes from that of their own first), and read each in the streams of the pattern.
  ///
  /// - Parameters:
  ///   - count: huge pages; after the last comes the first again.
  ///   - pool: no more threads than the memory was made for.
  /// - Returns: bytes read by all threads together.
  public func read(pages count: Int, pattern: ReadPattern, pool: WorkerPool) -> Int {
    precondition(count >= 0, "\(count) pages")
    precondition(pool.threads * Self.stride <= checksums.count, "more threads than were announced")
    let first = nextPage
    pool.forEach(
      count, in: (buffer: self, first: first, pattern: pattern),
      home: { $0.buffer.page($0.first + $1) }
    ) { read, worker, task in
      read.buffer.read(read.first + task, pattern: read.pattern, worker: worker)
    }
    nextPage = (first + count) % pages
    return count * Self.taskBytes
  }

  private func read(_ page: Int, pattern: ReadPattern, worker: Int) {
    checksums[worker * Self.stride] ^= kernels.read(
      self.page(page), bytes: Self.taskBytes, pattern: pattern)
  }

  /// Where a page begins; after the last comes the first again.
  private func page(_ index: Int) -> UnsafeRawPointer { start + index % pages * Self.taskBytes }

  /// Huge pages of the memory.
  public var pages: Int { bytes / Self.taskBytes }

  /// The exclusive or of what all reads so far found, for tests that every word is read.
  var checksum: UInt32 {
    (0..<checksums.count).reduce(0) { $0 ^ checksums[$1] }
  }
}
