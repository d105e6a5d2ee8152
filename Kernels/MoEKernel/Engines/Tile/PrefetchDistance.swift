import Glibc
import Tile

/// How far ahead of itself a single tile asks for its weights, found once on this CPU.
///
/// A product of few rows waits for memory, and how weights arrive fastest differs from CPU to CPU. Asked for by
/// PREFETCHT1, they came with 35 to 44 GB/s to two Zen 4 cores, and with 45 to 58 by the hardware's own
/// prefetchers (Kernels/README.md); on Zen 5, 8 KiB was the best of 2 to 32 KiB ahead, with which eight rows took
/// 0.7 to 0.8 of the time. So both are tried on memory that is in no cache, before the first kernel is made. No
/// result depends on it.
enum PrefetchDistance {
  /// Bytes; 0 leaves it to the hardware.
  static let ofThisCPU: Int = measured() ?? 0

  /// Nothing, and the best of 2 to 32 KiB on Zen 5.
  private static let candidates = [0, 8192]

  /// Several times what one core's share of a last-level cache holds, so that a pass over it reads memory.
  private static let bytes = 64 << 20

  /// Steps of a panel: a panel of common width, which a core reads in some microseconds.
  private static let steps = 2048
  /// Panels that are timed together: 2 MiB, long against a look at the clock.
  private static let panelsOfASlice = 16

  /// Rows that are multiplied: a single one is so soon done with a step that both choices wait for memory alike,
  /// within the noise of a slice on Zen 5, where of two rows on one is faster.
  private static func rows(_ kernels: TileKernels) -> Int { max(1, kernels.maximumRows / 2) }

  /// Asking must be faster by more than this, for it takes a place among the loads of every step.
  private static let worthwhile = 1.03

  /// The candidate whose median slice is the fastest; `nil` where there is no memory to find out.
  private static func measured() -> Int? {
    guard let level = TileLevel.supported.last,
      let memory = AlignedBuffer<Float>(ifAvailable: bytes / MemoryLayout<Float>.stride)
    else { return nil }
    // A page that was never written is the system's one page of zeros, which is in the caches.
    let page = Int(getpagesize()) / MemoryLayout<Float>.stride
    for start in stride(from: 0, to: memory.count, by: page) { memory.base[start] = 1 }
    let kernels = candidates.map { TileKernels(level: level, format: .f32, prefetchBytes: $0) }
    let panel = steps * kernels[0].panelBytesPerStep / MemoryLayout<Float>.stride
    let rows = rows(kernels[0])
    let tile = AlignedBuffer<Float>(
      count: steps * kernels[0].tileBytesPerStep(rows: rows) / MemoryLayout<Float>.stride)
    let block = AlignedBuffer<Float>(count: kernels[0].blockCapacity)
    let shares = kernels.map { $0.prefetchShares(tiles: 1) }
    var nanoseconds = candidates.map { _ in [Int]() }
    for slice in 0..<memory.count / (panel * panelsOfASlice) {
      let choice = slice % candidates.count
      let start = MonotonicClock.nanoseconds()
      for index in slice * panelsOfASlice..<(slice + 1) * panelsOfASlice {
        let weights = UnsafeRawPointer(memory.base + index * panel)
        kernels[choice].multiply(
          panel: weights, tile: UnsafeRawPointer(tile.base), steps: steps, rows: rows,
          block: block.base,
          prefetch: shares[choice].prefetch(
            tile: 0, panel: weights, next: weights, steps: steps))
      }
      nanoseconds[choice].append(MonotonicClock.nanoseconds() - start)
    }
    return candidates[fastest(nanoseconds)]
  }

  /// Which candidate to take by what their slices took, the same number of each: the one with the least median,
  /// and the first unless that is worth it.
  static func fastest(_ nanoseconds: [[Int]]) -> Int {
    let medians = nanoseconds.map { $0.sorted()[$0.count / 2] }
    let best = medians.indices.min { medians[$0] < medians[$1] } ?? 0
    return Double(medians[0]) > Double(medians[best]) * worthwhile ? best : 0
  }
}
