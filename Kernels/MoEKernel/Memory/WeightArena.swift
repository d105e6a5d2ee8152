import CThread
import LayerSpec
import Statistics

/// Random weights in one piece of memory, written once, of which the layers of a run are views.
///
/// A panel of random numbers is the packing of some random matrix, and the rows of that matrix can be read
/// back for a check. So a layer that is a view of an arena costs no time to build, whatever its size, and
/// many layers share the memory of the largest: measuring one again later in a run, at its full width, is
/// free. One layer does not find its weights in a cache because another used the same memory: a pass over a
/// layer larger than the caches leaves nothing of its beginning there.
///
/// Words are valid in every format that stores weights as they are. Both halves of a word are numbers of
/// bf16, uniform in ±`amplitude`, and the word as a 32-bit float is that of its upper half with a random
/// fraction behind. No half is 0, so no word is a denormal float.
public final class WeightArena {
  /// Weights are uniform in ± this: their root mean square is 0.018, which keeps the products of the
  /// layers that there are, of some hundred to some ten thousand inputs, at the scale of their inputs.
  static let amplitude: Float = 0x1p-5

  /// Bytes that are written, whole huge pages: no view can be larger.
  public var bytes: Int { written * hugePageBytes }

  /// Huge pages that are written, from the first on.
  private var written = 0
  /// Huge pages that may be.
  private let pages: Int
  private let seed: UInt64
  private let memory: AlignedBuffer<UInt32>
  /// Its first word.
  var start: UnsafeRawPointer { UnsafeRawPointer(memory.base) }
  /// Where the next view begins, in bytes.
  private var next = 0
  /// How often views began again at the start: 0 while each has memory of its own.
  public private(set) var laps = 0

  /// Views begin at multiples of this, a page as buffers of their own do: panels are aligned for vectors, and
  /// no two views share a cache line.
  static let alignment = 4096

  private static let wordBytes = MemoryLayout<UInt32>.stride

  /// Writes the arena with all threads of the pool; the same for a seed with any number of them.
  ///
  /// Writing takes as long as the system needs to find the memory: on a virtual machine that had to ask its
  /// host, 0.4 GB/s were seen. So an arena may be written only as far as it is needed; what is not takes
  /// addresses and no memory.
  ///
  /// - Parameters:
  ///   - bytes: what is written at once, rounded up to huge pages.
  ///   - capacity: bytes to which it can grow; no more unless given.
  public init(bytes: Int, capacity: Int? = nil, seed: UInt64, pool: WorkerPool) {
    let capacity = capacity ?? bytes
    precondition(bytes >= 0 && capacity >= bytes, "\(bytes) of \(capacity) bytes")
    self.seed = seed
    pages = Self.pages(capacity)
    memory = AlignedBuffer(count: pages * hugePageBytes / Self.wordBytes)
    write(upTo: Self.pages(bytes), pool: pool)
  }

  /// Writes further, to so many bytes or its capacity.
  ///
  /// - Parameter goesOn: asked before each part whether it is to be written.
  public func grow(to bytes: Int, pool: WorkerPool, goesOn: () -> Bool = { true }) {
    let wanted = min(pages, Self.pages(bytes))
    while written < wanted, goesOn() {
      write(upTo: min(wanted, written + Self.pagesOfAPart * pool.threads), pool: pool)
    }
  }

  /// Huge pages that hold so many bytes, one at least.
  private static func pages(_ bytes: Int) -> Int {
    max(1, bytes).roundedUp(toMultipleOf: hugePageBytes) / hugePageBytes
  }

  /// Pages that each thread writes of a part: long against the start of a region.
  private static let pagesOfAPart = 8

  private func write(upTo page: Int, pool: WorkerPool) {
    let wordsPerPage = hugePageBytes / Self.wordBytes
    pool.forEach(
      page - written,
      in: (start: memory.base, first: written, words: wordsPerPage, seed: seed),
      home: { UnsafeRawPointer($0.start + ($0.first + $1) * $0.words) }, staysHome: true
    ) { arena, _, index in
      let page = arena.first + index
      Self.fill(
        arena.start + page * arena.words, words: arena.words, page: UInt64(page), seed: arena.seed)
    }
    written = page
  }

  /// Looks at some pages, evenly spread, for the NUMA node that each lies on; `nil` where threads are not bound
  /// to any, and where the system does not tell, as in containers that may not ask.
  ///
  /// - Parameter pool: whose threads wrote the arena.
  public func placement(for pool: WorkerPool) -> WeightPlacement? {
    let pages = bytes / hugePageBytes
    // As many pages after each other as the nodes are repeated in, or a step might meet one node alone.
    let neighbours = pool.homesPeriod
    let step = max(neighbours, pages / Self.pagesLookedAt * neighbours)
    let places = stride(from: 0, to: pages, by: step)
      .flatMap { $0..<min($0 + neighbours, pages) }.map { start + $0 * hugePageBytes }
    let nodes = places.map { Int(cthread_node_of_page($0)) }
    let belonging = places.compactMap(pool.node(of:))
    guard belonging.count == nodes.count, nodes.allSatisfy({ $0 >= 0 }) else { return nil }
    return WeightPlacement(
      pages: places.count, elsewhere: zip(belonging, nodes).count { $0 != $1 })
  }

  /// Places that are looked at: enough to tell a tenth from none.
  private static let pagesLookedAt = 100

  /// The next part of so many bytes, from the beginning again where the end is too near.
  ///
  /// - Precondition: the arena has as many.
  func take(bytes: Int) -> UnsafeMutableRawPointer {
    precondition(
      bytes >= 0 && bytes <= self.bytes, "a view of \(bytes) bytes of an arena of \(self.bytes)")
    let size = bytes.roundedUp(toMultipleOf: Self.alignment)
    if next + size > self.bytes { (next, laps) = (0, laps + 1) }
    defer { next += size }
    return UnsafeMutableRawPointer(memory.base) + next
  }

  /// Words of one page, from a hash of their places as `RandomFill` makes it.
  private static func fill(
    _ target: UnsafeMutablePointer<UInt32>, words: Int, page: UInt64, seed: UInt64
  ) {
    let key = SeededGenerator.mix(seed &+ SeededGenerator.mix(page))
    let raw = UnsafeMutableRawPointer(target)
    var hash = RandomFill.Hash(key: key)
    for word in stride(from: 0, to: words, by: RandomFill.lanes) {
      let bits = hash.next()
      let upper = bf16(bits &>> 16)
      let lower = bf16(bits & 0xffff)
      raw.storeBytes(
        of: upper &<< 16 | lower, toByteOffset: word &* wordBytes, as: SIMD16<UInt32>.self)
    }
  }

  /// The bf16 numbers of 16 random bits each: odd multiples of 2⁻¹⁵ · `amplitude`, cut to 8 significant
  /// bits.
  @inline(__always)
  private static func bf16(_ bits: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let odd = SIMD16<Float>(SIMD16<Int32>(truncatingIfNeeded: bits | 1) &- 0x8000)
    return unsafeBitCast(odd * (amplitude * 0x1p-15), to: SIMD16<UInt32>.self) &>> 16
  }
}

/// On which nodes weights were found.
public struct WeightPlacement: Hashable, Sendable {
  /// Pages that were looked at.
  public let pages: Int
  /// Those that lie on another node than the threads that read them first.
  public let elsewhere: Int

  /// What a look at some pages found.
  public init(pages: Int, elsewhere: Int) {
    self.pages = pages
    self.elsewhere = elsewhere
  }
}

/// Where matrices are to put their weights; an arena is an offer that an engine need not take.
public enum WeightMemory {
  /// In memory of their own, zeros until they are stored.
  case own
  /// In the next part of an arena, where they are already.
  case view(WeightArena)

  /// This memory for a format that stores weights one by one; memory of their own for one whose blocks share a
  /// scale, which a random word cannot stand for.
  func holding(_ format: WeightFormat) -> WeightMemory {
    Self.canHold(format) ? self : .own
  }

  /// Whether random words are weights of the format.
  static func canHold(_ format: WeightFormat) -> Bool { format.block?.elements == 1 }

  /// True for a part of an arena, where weights are already and nothing is stored.
  var isView: Bool {
    if case .view = self { true } else { false }
  }
}
