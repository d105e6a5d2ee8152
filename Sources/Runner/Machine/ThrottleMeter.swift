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

  /// What was added since an earlier reading; nothing without counters.
  func added(since earlier: ThrottledTime?) -> ThrottledTime {
    guard let earlier, let now = read() else { return ThrottledTime(times: 0, seconds: 0) }
    return now.since(earlier)
  }
}

extension ThrottledTime {
  /// What a reader of a cell should know that was stopped so while it was timed; empty for no stop.
  ///
  /// Cells that are visited several times add up what each visit saw.
  var cautions: [String] {
    guard times > 0 else { return [] }
    let milliseconds = Int((min(seconds, 1e9) * 1e3).rounded())
    return [
      "the CPU quota of a control group stopped this process "
        + (times == 1 ? "once" : "\(times) times")
        + ", for \(milliseconds) ms in all, while the cell was timed; take fewer --threads, or a "
        + "larger quota"
    ]
  }

  /// Both together.
  static func + (left: ThrottledTime, right: ThrottledTime) -> ThrottledTime {
    let (times, overflow) = left.times.addingReportingOverflow(right.times)
    return ThrottledTime(times: overflow ? .max : times, seconds: left.seconds + right.seconds)
  }
}
