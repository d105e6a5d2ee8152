import LayerSpec
import MoEKernel
import ModelSpec

/// Measures the machine's ceilings before, beside and after what is timed, and keeps what was found.
///
/// On a CPU that the probe does not know it finds nothing, and what is measured has no roofline.
final class CeilingTracker {
  private let probe: CeilingProbe?
  private let effort: MeasuringEffort

  /// What was found so far.
  private(set) var log = CeilingLog()

  /// Probes with one thread and with the threads of a pool, which must be idle whenever it probes.
  ///
  /// - Parameters:
  ///   - sides: the engines whose tiles are measured too, and the formats of their weights.
  ///   - effort: how long it looks, before the first measurement, beside each, and after the last.
  ///   - arena: the memory that weights lie in, where it is large enough to be read for the bandwidth.
  init(
    pool: WorkerPool, sides: [SideResources], cacheBytes: Int, arena: WeightArena?,
    effort: MeasuringEffort
  ) {
    self.effort = effort
    let single = pool.threads > 1 ? [WorkerPool(threads: 1)] : []
    probe = CeilingProbe(
      pools: single + [pool], sides: sides, cacheBytes: cacheBytes, arena: arena)
  }

  /// A full probe, before the first measurement and after the last.
  func probeFully() {
    if let probe { log.add(probe.measure(effort.ceilings)) }
  }

  /// A glance at the ceilings of all threads, beside one visit; empty where there is no probe.
  func probeBriefly() -> [Ceiling] {
    let found = probe?.measureAllThreads(effort.ceilingsBesideCells) ?? []
    log.add(glance: found)
    return found
  }

  /// Whether the ceilings were looked for once more, which one run does once.
  private var hasLookedTwice = false

  /// What is faster than the ceilings even by the most that any probe has found, and when they were looked for
  /// once more: disturbed ceilings are more likely than a wrong time.
  ///
  /// - Parameter find: what is above the ceilings when these further ones are known, `nil` when nothing is.
  func confirmedExcess<Excess>(_ find: ([Ceiling]) -> Excess?) -> Excess? {
    guard let probe, find([]) != nil, let excess = find(log.highest) else { return nil }
    if hasLookedTwice { return excess }
    hasLookedTwice = true
    log.raise(by: probe.measureAllThreads(effort.ceilingsInDoubt))
    return find(log.highest)
  }

  /// The ceilings of all threads in words: `462.0 GFLOP/s, 38.5 GB/s`.
  var sentence: String {
    guard let most = log.highest.map(\.threads).max(),
      let ceiling = log.highest.first(where: { $0.threads == most })
    else { return "unknown" }
    return "\(CeilingLog.giga(ceiling.peakFlopsPerSecond)) GFLOP/s, "
      + "\(CeilingLog.giga(ceiling.readBytesPerSecond)) GB/s"
  }
}
