import ModelSpec

/// Tells whether the machine did something else during a round, by its counters and never by a time.
struct DisturbanceMeter {
  private let files: SystemFiles
  private let throttling: ThrottleMeter

  /// The part of a round that the host may take from all processors together before it counts as disturbed.
  private static let mostStolenShare = 0.1
  /// Seconds of one tick of /proc/stat (USER_HZ, proc(5)).
  private static let secondsOfATick = 0.01

  init(_ machine: MachineProbe) {
    files = machine.files
    throttling = ThrottleMeter(machine)
  }

  /// Counters at one moment.
  struct Reading {
    let stolenTicks: Double?
    let throttled: ThrottledTime?
    let watch = Stopwatch()
  }

  func read() -> Reading {
    Reading(stolenTicks: stolenTicks, throttled: throttling.read())
  }

  func wasDisturbed(since earlier: Reading) -> Bool {
    if throttling.added(since: earlier.throttled).times > 0 { return true }
    guard let before = earlier.stolenTicks, let now = stolenTicks else { return false }
    // A single tick says little of a round that is as short as a few.
    return now - before > 1
      && (now - before) * Self.secondsOfATick > Self.mostStolenShare * earlier.watch.seconds
  }

  private var stolenTicks: Double? {
    for line in files.lines("/proc/stat") where line.hasPrefix("cpu ") {
      return ProcessorTicks(line.split(separator: " ").dropFirst().map { Int($0) ?? 0 }).stolen
    }
    return nil
  }
}
