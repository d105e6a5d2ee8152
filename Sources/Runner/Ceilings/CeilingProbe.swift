import LayerSpec
import MoEKernel
import ModelSpec

/// Measures how fast this machine computes and reads at most.
///
/// Peak FLOP/s: products on registers only. Read bandwidth: memory of `bufferBytes`, each thread its own
/// part in several streams. All threads work at once; the best of several tries counts, because
/// whatever disturbs a try makes it slower.
public final class CeilingProbe {
  /// How long to look for the best.
  public struct Effort: Sendable {
    /// Tries of computing, for each of the instruction sets that are tried.
    let slices: Int
    /// Seconds of reading, whole passes.
    let readSeconds: Double

    /// Before and after a run: about a third of a second for each number of threads.
    public static let full = Effort(slices: 5, readSeconds: 0.15)
    /// Beside a cell, so that a drift is seen where it happened.
    public static let brief = Effort(slices: 2, readSeconds: 0.08)
    /// When a figure is in doubt: seconds, for most of what disturbs a try is over by then.
    public static let patient = Effort(slices: 25, readSeconds: 1)
  }

  /// One try of computing: long against the start of a region, short against the time for which the
  /// system leaves a CPU to one thread.
  private static let sliceSeconds = 0.020

  /// Rounds of the first try, which tells how many a slice takes: below a millisecond.
  private static let firstRounds = 50_000

  /// The memory is at least this many times the last-level caches, so that hardly any of a pass is
  /// still there at the next.
  private static let cacheMultiple = LayerPlan.cacheMultiple
  /// Less would be over in a few milliseconds.
  private static let leastBytes = 256 << 20

  private let pools: [WorkerPool]
  private let precisions: [Precision]
  private let work: [Precision: [RegisterWork]]
  private let buffer: ReadBuffer

  /// Bytes of the memory that is read.
  static func bufferBytes(cacheBytes: Int) -> Int {
    let (bytes, overflow) = cacheBytes.multipliedReportingOverflow(by: cacheMultiple)
    return overflow ? .max : max(leastBytes, bytes)
  }

  /// A probe with threads of its own.
  ///
  /// - Parameter threads: numbers of threads, each of them measured.
  /// - Returns: `nil` for a CPU that has no vector unit the kernels know.
  public convenience init?(threads: [Int], precisions: [Precision], machine: MachineIdentity) {
    self.init(
      pools: threads.map { WorkerPool(threads: $0) }, precisions: precisions,
      cacheBytes: machine.cacheBytes(threads: threads.max() ?? 1))
  }

  /// A probe on the threads of others, which must be idle while it measures.
  init?(pools: [WorkerPool], precisions: [Precision], cacheBytes: Int) {
    guard let largest = pools.max(by: { $0.threads < $1.threads }),
      let buffer = ReadBuffer(bytes: Self.bufferBytes(cacheBytes: cacheBytes), pool: largest)
    else { return nil }
    self.pools = pools
    self.precisions = precisions
    self.buffer = buffer
    work = Dictionary(
      uniqueKeysWithValues: Set(precisions).map {
        ($0, RegisterWork.strongest(precision: $0, threads: largest.threads))
      })
  }

  /// The ceilings of every number of threads and every precision.
  public func measure(_ effort: Effort) -> [Ceiling] {
    pools.flatMap { measure(effort, on: $0) }
  }

  /// The ceilings of the most threads alone.
  func measureAllThreads(_ effort: Effort) -> [Ceiling] {
    pools.max { $0.threads < $1.threads }.map { measure(effort, on: $0) } ?? []
  }

  private func measure(_ effort: Effort, on pool: WorkerPool) -> [Ceiling] {
    let readRate = readRate(seconds: effort.readSeconds, on: pool)
    return precisions.map { precision in
      Ceiling(
        threads: pool.threads, precision: precision,
        peakFlopsPerSecond: peak(precision, slices: effort.slices, on: pool),
        readBytesPerSecond: readRate)
    }
  }

  /// The best of all passes that begin within `seconds`, two at least.
  private func readRate(seconds: Double, on pool: WorkerPool) -> Double {
    var (best, passed, passes) = (0.0, 0.0, 0)
    while passes < 2 || passed < seconds {
      let (bytes, seconds) = Self.timed { buffer.read(pool: pool) }
      best = max(best, Double(bytes) / seconds)
      passed += seconds
      passes += 1
    }
    return best
  }

  /// The best of a short try and `slices` slices, over the instruction sets.
  private func peak(_ precision: Precision, slices: Int, on pool: WorkerPool) -> Double {
    var best = 0.0
    for work in work[precision] ?? [] {
      var rounds = Self.firstRounds
      for _ in 0...slices {
        let (flops, seconds) = Self.timed { work.run(rounds: rounds, pool: pool) }
        best = max(best, Double(flops) / seconds)
        rounds = max(1, Int(Double(rounds) * Self.sliceSeconds / seconds))
      }
    }
    return best
  }

  /// What `body` did, and how long it took: never zero seconds.
  private static func timed(_ body: () -> Int) -> (amount: Int, seconds: Double) {
    let clock = SuspendingClock()
    let start = clock.now
    let amount = body()
    return (amount, max(start.duration(to: clock.now).seconds, 1e-9))
  }
}
