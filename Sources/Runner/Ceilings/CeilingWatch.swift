import LayerSpec
import MoEKernel
import ModelSpec

/// Keeps an eye on the machine's ceilings while something is measured: before, beside and after.
///
/// On a CPU that the probe does not know it finds nothing, and what is measured has no roofline.
final class CeilingWatch {
  private let probe: CeilingProbe?

  /// What was found so far.
  private(set) var log = CeilingLog()

  /// A watch over one thread and over the threads of a pool, which must be idle whenever it probes.
  ///
  /// - Parameter engine: whose tiles are watched too; `nil` for none.
  init(pool: WorkerPool, precision: Precision, cacheBytes: Int, engine: Engine? = nil) {
    let single = pool.threads > 1 ? [WorkerPool(threads: 1)] : []
    probe = CeilingProbe(
      pools: single + [pool], precisions: [precision], cacheBytes: cacheBytes, engine: engine)
  }

  /// A full probe, before the first measurement and after the last.
  func probeFully() {
    if let probe { log.add(probe.measure(.full)) }
  }

  /// A brief probe of all threads, beside one measurement.
  func probeBriefly() -> Ceiling? {
    let found = probe?.measureAllThreads(.brief) ?? []
    log.raise(by: found)
    return found.first
  }

  /// What is faster than the ceilings even when these were looked for once more: disturbed ceilings
  /// are more likely than a wrong time.
  ///
  /// - Parameter find: what is above the given ceilings, `nil` when nothing is.
  func confirmedExcess<Excess>(_ find: ([Ceiling]) -> Excess?) -> Excess? {
    guard let probe, find(log.highest) != nil else { return nil }
    log.raise(by: probe.measureAllThreads(.patient))
    return find(log.highest)
  }

  /// The ceilings of all threads in words: `462.0 GFLOP/s, 38.5 GB/s`.
  var sentence: String {
    guard let ceiling = log.highest.max(by: { $0.threads < $1.threads }) else { return "unknown" }
    return "\(CeilingLog.giga(ceiling.peakFlopsPerSecond)) GFLOP/s, "
      + "\(CeilingLog.giga(ceiling.readBytesPerSecond)) GB/s"
  }
}
