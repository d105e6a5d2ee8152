import MoEKernel
import ModelSpec

extension MachineIdentity {
  /// What a reader of a run with so many threads should know of where they and their memory were.
  ///
  /// - Parameter placement: where weights were found; `nil` where that is not known.
  func cautions(threads: Int, placement: WeightPlacement? = nil) -> [String] {
    sharedCores(threads: threads) + distantMemory(threads: threads, placement)
  }

  /// More threads than cores are no error: how much they give is what some runs are about.
  private func sharedCores(threads: Int) -> [String] {
    guard let cores = processors?.cores, threads > cores else { return [] }
    return [
      "\(threads) threads share \(cores) \(cores == 1 ? "core" : "cores"): hardware threads of one core "
        + "have its vector units and caches between them"
    ]
  }

  /// Weights are written first by the threads that read them first, but where a node has no memory left, or a
  /// policy of the process says otherwise, they lie on another one.
  private func distantMemory(threads: Int, _ placement: WeightPlacement?) -> [String] {
    guard let memory, let readers = memory.processorNodes.flatMap({ CPUList($0) }) else {
      return []
    }
    if readers.count > 1, threads > 1 || placement != nil {
      let (first, pin) = (readers.sorted[0], "pin the run to one node, with numactl --cpunodebind")
      guard let placement else {
        return [
          "the threads may run on the NUMA nodes \(readers), and whether weights lie on the node of "
            + "the thread that reads them was not looked at; \(pin) \(first) --membind \(first)"
        ]
      }
      guard placement.isDistant else { return [] }
      return [
        "\(placement.elsewhere) of \(placement.pages) pages of weights that were looked at lie on "
          + "another NUMA node than the threads that read them; see which node has free memory with "
          + "numactl --hardware, and \(pin) and --membind"
      ]
    }
    guard let sources = memory.allowedNodes.flatMap({ CPUList($0) }),
      sources.intersection(readers).count < readers.count
    else { return [] }
    return [
      "the threads run on NUMA node \(readers) and may have memory of node \(sources) alone, so "
        + "weights come from another node"
    ]
  }
}

extension WeightPlacement {
  /// What several runs found together; `nil` when one of them does not know.
  init?(_ runs: [WeightPlacement?]) {
    let known = runs.compactMap(\.self)
    guard !known.isEmpty, known.count == runs.count else { return nil }
    self.init(
      pages: known.reduce(0) { $0 + $1.pages }, elsewhere: known.reduce(0) { $0 + $1.elsewhere })
  }

  /// More than a tenth of the pages elsewhere: at half the speed, what they cost is beyond the 5 % that an
  /// interval may span.
  var isDistant: Bool { 10 * elsewhere > pages }
}

extension MachineIdentity {
  /// A last-level cache of servers of the last years, where the system does not tell.
  private static let usualCacheBytes = 32 << 20

  /// Bytes of the last-level caches that so many threads can fill: each may run beside another one.
  func cacheBytes(threads: Int) -> Int {
    let (bytes, overflow) = (lastLevelCacheBytes ?? Self.usualCacheBytes)
      .multipliedReportingOverflow(by: max(1, min(threads, lastLevelCaches ?? 1)))
    return overflow ? .max : bytes
  }
}
