import ModelSpec

/// Tells whether a quota stopped this process while something was timed.
///
/// A stopped pass takes the rest of a period, mostly 100 ms, longer than the machine needs for it: its time
/// is the quota's and not the machine's.
public struct ThrottleMeter {
  /// The counters as they are now; `nil` without any.
  let read: () -> ThrottledTime?

  /// - Parameter read: how the counters are read.
  public init(read: @escaping () -> ThrottledTime?) { self.read = read }

  /// The meter of a machine's control groups.
  public init(_ machine: MachineProbe) {
    read = { machine.throttled }
  }

  /// A meter without counters, which notices nothing.
  public static var none: ThrottleMeter { ThrottleMeter { nil } }

  /// What a reader of a cell should know of the quota since an earlier reading; empty when nothing was
  /// stopped, or nothing counted it.
  func cautions(since earlier: ThrottledTime?) -> [String] {
    guard let earlier, let now = read() else { return [] }
    let added = now.since(earlier)
    guard added.times > 0 else { return [] }
    let milliseconds = Int((added.seconds * 1e3).rounded())
    return [
      "the CPU quota of a control group stopped this process "
        + (added.times == 1 ? "once" : "\(added.times) times") + ", for "
        + "\(milliseconds) ms in all, while the cell was timed; take fewer --threads, or a larger quota"
    ]
  }
}

extension MachineIdentity {
  /// What a reader of a run with so many threads should know of the nodes that its memory lies on.
  ///
  /// A page lies on the node of the thread that touched it first, and any thread may read it later: weights
  /// are surely beside their readers only where both can be on one node alone.
  func memoryCautions(threads: Int) -> [String] {
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
