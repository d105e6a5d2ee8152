import Glibc
import Synchronization

/// Memory that large buffers are taken from and given back to, so that a run touches fresh pages once.
///
/// A first touch makes the system find and clear a page; on virtual machines whose host takes free
/// memory back, that ran at 0.4 GB/s where rewriting ran at 20 (two-core Zen 5 VM, 2026-11-21). A
/// suite that builds one layer after the other in memory of its own would spend its minutes there.
public enum MemoryReserve {
  private static let state = Mutex<ReservedRange?>(nil)

  /// Sets memory aside for buffers of 2 MiB and more; nothing is touched yet.
  ///
  /// A second call, or a refusal by the system, changes nothing: buffers that do not fit are
  /// mapped one by one.
  public static func reserve(bytes: Int) {
    state.withLock { range in
      guard range == nil, bytes > 0 else { return }
      range = ReservedRange(bytes: bytes)
    }
  }

  /// Zeroed memory on a huge page's boundary, `nil` without a reserve or where it is full.
  static func take(bytes: Int) -> UnsafeMutableRawPointer? {
    guard let place = state.withLock({ $0?.take(bytes: bytes) }) else { return nil }
    let address = UnsafeMutableRawPointer(bitPattern: place.address)
    address?.initializeMemory(as: UInt8.self, repeating: 0, count: place.usedBytes)
    return address
  }

  /// Gives memory back that `take` gave for as many bytes; its pages stay with the process.
  static func give(_ address: UnsafeMutableRawPointer, bytes: Int) {
    state.withLock { $0?.give(address: Int(bitPattern: address), bytes: bytes) }
  }
}

/// A range of addresses and which parts of it are free, in order and never adjoining.
struct ReservedRange {
  private var free: [Range<Int>]
  /// The end of what was taken before and may not be zero; from here on the system's zeros are untouched.
  private var usedEnd: Int

  /// Maps `bytes`, rounded up to huge pages; `nil` when the system refuses.
  init?(bytes: Int) {
    let size = bytes.roundedUp(toMultipleOf: hugePageBytes)
    let address = mmap(
      nil, size + hugePageBytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    let start = Int(bitPattern: address).roundedUp(toMultipleOf: hugePageBytes)
    madvise(UnsafeMutableRawPointer(bitPattern: start), size, MADV_HUGEPAGE)
    self.init(start..<(start + size))
  }

  /// A range that is all free and was never used, mapped or not: tests count with addresses alone.
  init(_ addresses: Range<Int>) {
    free = [addresses]
    usedEnd = addresses.lowerBound
  }

  /// The first free part that is large enough, in whole huge pages, and how many bytes of it may not be zero;
  /// `nil` when there is none.
  mutating func take(bytes: Int) -> (address: Int, usedBytes: Int)? {
    let size = bytes.roundedUp(toMultipleOf: hugePageBytes)
    guard let index = free.firstIndex(where: { $0.count >= size }) else { return nil }
    let part = free[index].lowerBound..<(free[index].lowerBound + size)
    free[index] = part.upperBound..<free[index].upperBound
    if free[index].isEmpty { free.remove(at: index) }
    let used = max(0, min(part.upperBound, usedEnd) - part.lowerBound)
    usedEnd = max(usedEnd, part.upperBound)
    return (part.lowerBound, used)
  }

  /// Takes a part back and joins it with its neighbours.
  mutating func give(address: Int, bytes: Int) {
    var part = address..<(address + bytes.roundedUp(toMultipleOf: hugePageBytes))
    let index = free.firstIndex { $0.lowerBound > part.lowerBound } ?? free.count
    if index < free.count, free[index].lowerBound == part.upperBound {
      part = part.lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
    if index > 0, free[index - 1].upperBound == part.lowerBound {
      free[index - 1] = free[index - 1].lowerBound..<part.upperBound
    } else {
      free.insert(part, at: index)
    }
  }
}
