/// The processors that a process may use, as far as the system tells; what it does not tell is absent.
///
/// Lists are written as Linux writes them: `0-3,8`.
public struct ProcessorUse: Codable, Hashable, Sendable {
  /// Processors that are switched on.
  public var online: String?
  /// Processors that are there and switched off; absent where there are none.
  public var offline: String?
  /// Processors that the affinity mask of the process allows.
  public var affinity: String?
  /// Processors that the cpuset of its control group allows; absent where it has none.
  public var cpuset: String?
  /// The tightest quota among its control group and all ancestors, in processors; absent without one.
  public var quota: Double?
  /// The control group that has this quota.
  public var quotaGroup: String?
  /// Physical cores among the processors that may be used: hardware threads of one core count once.
  public var cores: Int?
  /// Hardware threads of the core that has the most; 1 without simultaneous multithreading.
  public var threadsPerCore: Int?
  /// Sockets that the processors in use are on.
  public var sockets: Int?

  /// No field is known yet; what reads the system fills them in.
  public init() {}
}

/// Where and how a process gets its memory; what the system does not tell is absent.
public struct MemoryUse: Codable, Hashable, Sendable {
  /// NUMA nodes that the machine has.
  public var nodes: Int?
  /// Nodes of the processors that may be used, as a list.
  public var processorNodes: String?
  /// Nodes that memory may come from, as a list.
  public var allowedNodes: String?
  /// Which memory gets huge pages: `always`, `madvise` or `never`.
  public var hugePages: String?
  /// What a first touch does when no huge page is free: `always`, `defer`, `madvise`, `never`, ….
  public var hugePageDefrag: String?

  /// No field is known yet; what reads the system fills them in.
  public init() {}
}

/// How often and how long control groups kept a process from running since they were made.
public struct ThrottledTime: Codable, Hashable, Sendable {
  /// Periods in which the quota was used up.
  public var times: Int
  /// Seconds that processors were stopped for, summed over processors.
  public var seconds: Double

  /// A reading of the counters.
  public init(times: Int, seconds: Double) {
    self.times = times
    self.seconds = seconds
  }

  /// What was added since an earlier reading; nothing when counters were set back.
  public func since(_ earlier: ThrottledTime) -> ThrottledTime {
    // A record may state anything, also numbers whose difference is none.
    let (added, overflow) = times.subtractingReportingOverflow(earlier.times)
    return ThrottledTime(
      times: overflow ? 0 : max(0, added), seconds: max(0, seconds - earlier.seconds))
  }
}

/// The counters of throttling at both ends of a run.
public struct Throttling: Codable, Hashable, Sendable {
  /// The counters when the run began.
  public var before: ThrottledTime
  /// The counters when it had ended.
  public var after: ThrottledTime

  /// The readings before and after a run.
  public init(before: ThrottledTime, after: ThrottledTime) {
    self.before = before
    self.after = after
  }
}
