import ModelSpec

/// What the kernel has counted until now: two readings show what happens between them.
public struct SystemCounters: Sendable {
  /// Where the time of each processor went, in the kernel's own ticks.
  let processors: [Int: ProcessorTicks]
  /// Pages that were swapped in and out.
  let swappedPages: Int?
  /// How often control groups stopped this process.
  let throttled: ThrottledTime?

  /// Counters at one moment: the difference of two readings is what happened in between.
  public init(_ machine: MachineProbe) {
    var processors: [Int: ProcessorTicks] = [:]
    for line in machine.files.lines("/proc/stat") where line.hasPrefix("cpu") {
      let words = line.split(separator: " ")
      guard let name = words.first, let cpu = Int(name.dropFirst(3)) else { continue }
      processors[cpu] = ProcessorTicks(words.dropFirst().map { Int($0) ?? 0 })
    }
    self.processors = processors
    let swaps = ["pswpin", "pswpout"].compactMap {
      machine.files.counter($0, of: "/proc/vmstat")
    }
    swappedPages =
      swaps.count == 2 && swaps.allSatisfy { 0 <= $0 && $0 < .max / 2 }
      ? swaps[0] + swaps[1] : nil
    throttled = machine.throttled
  }
}

/// Where the time of a processor went since the system started.
struct ProcessorTicks: Hashable {
  /// Running anything, also interrupts.
  let busy: Double
  /// Wanting to run while the host ran something else.
  let stolen: Double
  /// Time in any state, idle ones included.
  let total: Double

  /// The columns of /proc/stat, proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
  ///
  /// Guests count as user there.
  init(_ columns: [Int]) {
    let ticks = (0..<8).map { $0 < columns.count ? Double(columns[$0]) : 0 }
    busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
    stolen = ticks[7]
    total = busy + stolen + ticks[3] + ticks[4]
  }

  /// The shares of the time since an earlier reading; `nil` when none has passed.
  func shares(since earlier: ProcessorTicks) -> (busy: Double, stolen: Double)? {
    let time = total - earlier.total
    guard time > 0 else { return nil }
    return (max(0, busy - earlier.busy) / time, max(0, stolen - earlier.stolen) / time)
  }
}
