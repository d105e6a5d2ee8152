import Glibc

/// Seconds that the last pass spent in each of its phases.
///
/// They are taken at the barriers between phases, by the caller: a handful of clock readings of some
/// tens of nanoseconds each, made in every pass so that no pass is timed differently.
public struct PassPhases: Hashable, Sendable {
  /// Router product, top-k, way into the latent space, sorting and gathering of rows.
  public internal(set) var routingSeconds = 0.0
  /// Gate, up, activation and down of every expert, shared or dense network.
  public internal(set) var networkSeconds = 0.0
  /// Weighted sums and the way out of the latent space.
  public internal(set) var combineSeconds = 0.0
}

/// Splits a pass into its phases.
struct PhaseClock {
  private var last = Self.now()

  /// Seconds since the last call, or since this was made.
  mutating func lap() -> Double {
    let now = Self.now()
    defer { last = now }
    return Double(now - last) * 1e-9
  }

  /// Nanoseconds of the clock that nothing sets.
  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
