/// Bytes between what two threads write (`WorkerMemory`).
private let gapBytes = 128 << 10

/// Memory of a pool's threads, a part for each that no other touches, and so far apart that none is fetched by
/// another's core either.
///
/// A core's prefetchers follow strides beyond the end of what its thread reads, over pages: into what lies behind it.
/// A line that another core has written must come back from there before it can be written again. On a Zen 5 whose
/// two CPUs had no cache in common, attention of 256 tokens was at 0.64 of the peak with the threads' scratch end to
/// end or on pages of its own, at 0.67, 0.69, 0.70 and 0.71 with 16, 32, 64 and 128 KiB between, and at no more with
/// up to 4 MiB (medians of eight runs, 2026-11-30). What lies between is never touched.
struct WorkerMemory<Element: BitwiseCopyable> {
  private let buffer: AlignedBuffer<Element>
  private let stride: Int

  /// `count` elements for each of some workers, every byte zero.
  init(workers: Int, count: Int) {
    stride = Self.stride(count, workers: workers)
    buffer = AlignedBuffer(count: workers * stride)
  }

  /// A worker's elements.
  subscript(worker: Int) -> UnsafeMutablePointer<Element> { buffer.base + worker * stride }

  /// Elements from one worker's to the next one's, in whole cache lines; `Int.max` where they cannot be counted.
  static func stride(_ count: Int, workers: Int) -> Int {
    let gap = workers > 1 ? gapBytes / MemoryLayout<Element>.stride : 0
    let elements = Saturating.sum(count, gap + 63)
    return elements == .max ? .max : elements / 64 * 64
  }
}

extension Matrix {
  /// A row of at least so many floats for each of some workers, as far apart as `WorkerMemory` has them.
  static func scratch(workers: Int, floats: Int) -> Matrix {
    Matrix(rows: workers, columns: WorkerMemory<Float>.stride(floats, workers: workers))
  }

  /// Bytes of such a matrix before it is made; `Int.max` where they cannot be counted.
  static func scratchBytes(workers: Int, floats: Int) -> Int {
    Saturating.product(
      workers,
      Saturating.product(
        WorkerMemory<Float>.stride(floats, workers: workers), MemoryLayout<Float>.stride))
  }
}
