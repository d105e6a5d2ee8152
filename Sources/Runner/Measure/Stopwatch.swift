/// Seconds since it was made, by the clock that neither stops for others nor is ever set
/// (`CLOCK_MONOTONIC` on Linux).
struct Stopwatch {
  private let clock = SuspendingClock()
  private let start: SuspendingClock.Instant

  init() { start = clock.now }

  /// Seconds so far.
  var seconds: Double {
    let parts = start.duration(to: clock.now).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}
