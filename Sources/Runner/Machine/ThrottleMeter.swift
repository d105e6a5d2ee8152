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

  /// What was stopped since an earlier reading; `nil` where nothing counts it.
  func added(since earlier: ThrottledTime?) -> ThrottledTime? {
    guard let earlier, let now = read() else { return nil }
    return now.since(earlier)
  }

  /// What a reader of a cell should know of the quota; empty where nothing was stopped.
  static func cautions(of stopped: ThrottledTime) -> [String] {
    guard stopped.times > 0 else { return [] }
    let milliseconds = Int((stopped.seconds * 1e3).rounded())
    return [
      "the CPU quota of a control group stopped this process "
        + (stopped.times == 1 ? "once" : "\(stopped.times) times") + ", for "
        + "\(milliseconds) ms in all, while the cell was timed; take fewer --threads, or a larger quota"
    ]
  }
}
