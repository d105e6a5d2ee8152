import LayerSpec
import Tile

/// Multiply-adds on registers and nothing else: no product can be faster.
///
/// It is the ceiling of the CPU's vector units, and so of every engine that computes with them, the
/// BLAS library's included. Matrix units beside them (AMX) would be above it; no engine here uses them.
public final class RegisterWork {
  private let kernels: TileKernels
  /// FLOPs of every worker, and a checksum that keeps them alive.
  private let results: AlignedBuffer<Int>

  /// Words from one worker's results to the next, a cache line, against false sharing.
  private static let stride = 8

  /// Rounds of a task: some 70 µs with 512-bit vectors at 230 GFLOP/s, long against taking a task and short
  /// against a slice that is measured.
  private static let roundsPerTask = 20_000

  /// A multiply-add makes x·½ + ½ of an accumulator, which tends to 1, and a dot product adds ¼ to it, 5000 in
  /// all rounds of a task: far from overflow and from denormal numbers.
  private static let (factor, addend): (Float, Float) = (0.5, 0.5)

  private init(level: TileLevel, format: WeightFormat, threads: Int) {
    kernels = TileKernels(level: level, format: format)
    results = AlignedBuffer(count: threads * Self.stride)
  }

  /// The work of the CPU's two strongest instruction sets, with the product that the arithmetic has
  /// there: bf16 dot products where the CPU takes them, else 32-bit multiply-adds.
  ///
  /// Two, because the widest vectors may run at a lower clock, and some BLAS libraries prefer the others for
  /// it.
  ///
  /// - Parameter threads: the most that will ever work at once.
  /// - Returns: none for a CPU that runs no kernel, and for arithmetic that no kernel is in.
  public static func strongest(arithmetic: Arithmetic, threads: Int) -> [RegisterWork] {
    precondition(threads >= 1, "\(threads) threads")
    let format = TileKernels.formats.first { $0.block?.arithmetic == arithmetic }
    guard let format else { return [] }
    return TileLevel.supported.suffix(2).map {
      RegisterWork(level: $0, format: format, threads: threads)
    }
  }

  /// Does tasks of equal work, shared out as a layer's are, on all threads of the pool.
  ///
  /// Taken, not dealt out: where other programs use a processor, both halves of a static division would
  /// wait for the slower one, and a layer would seem faster than the machine.
  ///
  /// - Parameter tasks: how many; a task is `roundsPerTask` rounds on every accumulator.
  /// - Returns: FLOPs done by all threads together.
  public func run(tasks: Int, pool: WorkerPool) -> Int {
    precondition(tasks >= 0, "\(tasks) tasks")
    precondition(pool.threads * Self.stride <= results.count, "more threads than were announced")
    for worker in 0..<pool.threads { results[worker * Self.stride] = 0 }
    pool.forEach(tasks) { worker, _ in
      let work = kernels.multiplyInRegisters(
        rounds: Self.roundsPerTask, factor: Self.factor, addend: Self.addend)
      results[worker * Self.stride] += work.flops
      results[worker * Self.stride + 1] = Int(work.checksum.bitPattern)
    }
    return (0..<pool.threads).reduce(0) { $0 + results[$1 * Self.stride] }
  }
}
