import ModelSpec

extension MachineIdentity {
  /// What a reader of a run with so many threads should know of where they and their memory were.
  func cautions(threads: Int) -> [String] {
    sharedCores(threads: threads) + distantMemory(threads: threads)
  }

  /// More threads than cores are no error: how much they give is what some runs are about.
  private func sharedCores(threads: Int) -> [String] {
    guard let cores = processors?.cores, threads > cores else { return [] }
    return [
      "\(threads) threads share \(cores) \(cores == 1 ? "core" : "cores"): hardware threads of one core "
        + "have its vector units and caches between them"
    ]
  }

  /// A page lies on the node of the thread that touched it first, and any thread may read it later: weights
  /// are surely beside their readers only where both can be on one node alone.
  private func distantMemory(threads: Int) -> [String] {
    guard let memory, let readers = memory.processorNodes.flatMap({ CPUList($0) }) else {
      return []
    }
    if readers.count > 1, threads > 1 {
      return [
        "the threads may run on the NUMA nodes \(readers), and weights need not lie on the node of "
          + "the thread that reads them; pin the run to one node, with numactl --cpunodebind "
          + "\(readers.sorted[0]) --membind \(readers.sorted[0])"
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
