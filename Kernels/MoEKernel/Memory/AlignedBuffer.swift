import Glibc

/// Owned, zeroed, aligned memory for plain values; the only place that allocates for kernels.
///
/// Small buffers start on a page, and so on a cache line. Large ones start on a 2 MiB boundary and ask for
/// huge pages, one TLB entry for what would take 512: on the machine the design was measured on that raised
/// streaming from 27 to 35 GB/s per core.
final class AlignedBuffer<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let bytes: Int
  private let origin: Origin

  /// Where the memory came from, which decides what becomes of it at the end.
  private enum Origin {
    case mapped, reserved
    case arena(WeightArena)
  }

  /// Memory for `count` elements, every byte zero, or a part of an arena with what it holds.
  ///
  /// The process ends with a sentence where the system has no memory.
  init(count: Int, in memory: WeightMemory = .own) {
    precondition(count >= 0, "a buffer cannot have \(count) elements")
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    precondition(!overflow && bytes < Int.max / 2, "\(count) elements cannot be addressed")
    self.count = count
    self.bytes = bytes
    let start: UnsafeMutableRawPointer
    if case .view(let arena) = memory {
      start = arena.take(bytes: bytes)
      origin = .arena(arena)
    } else if bytes >= hugePageBytes, let reserved = MemoryReserve.take(bytes: bytes) {
      start = reserved
      origin = .reserved
    } else {
      guard let mapped = Self.map(bytes: bytes) else {
        fatalError("the system gave no memory for \(bytes) bytes")
      }
      start = mapped
      origin = .mapped
    }
    base = start.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// Memory of its own; `nil` where the system has none.
  init?(ifAvailable count: Int) {
    let bytes = Saturating.product(count, MemoryLayout<Element>.stride)
    guard bytes < Int.max / 2, let start = Self.map(bytes: bytes) else { return nil }
    self.count = count
    self.bytes = bytes
    origin = .mapped
    base = start.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit {
    switch origin {
    case .mapped: munmap(UnsafeMutableRawPointer(base), max(bytes, 1))
    case .reserved: MemoryReserve.give(UnsafeMutableRawPointer(base), bytes: bytes)
    case .arena: break
    }
  }

  /// A mapping of its own, which the system fills with zeros page by page when they are touched.
  ///
  /// It starts on a page, which is more than a cache line; a large one is cut out of one that
  /// is a huge page longer, from its first boundary of huge pages on.
  ///
  /// - Returns: `nil` where the system has no memory.
  private static func map(bytes: Int) -> UnsafeMutableRawPointer? {
    let isLarge = bytes >= hugePageBytes
    let mapped = max(bytes, 1) + (isLarge ? hugePageBytes : 0)
    let address = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    guard isLarge else { return address }
    let before =
      Int(bitPattern: address).roundedUp(toMultipleOf: hugePageBytes) - Int(bitPattern: address)
    if before > 0 { munmap(address, before) }
    let start = address + before
    let used = bytes.roundedUp(toMultipleOf: Int(getpagesize()))
    if mapped > before + used { munmap(start + used, mapped - before - used) }
    madvise(start, bytes, MADV_HUGEPAGE)
    return start
  }

  /// The element at `index`, checked; loops that are fast go through `base`.
  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      base[index] = newValue
    }
  }
}

/// Bytes of a huge page on x86-64, and on arm64 with pages of 4 KiB.
let hugePageBytes = 2 << 20

extension Int {
  /// The least multiple of a positive number that is not below this.
  func roundedUp(toMultipleOf unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
