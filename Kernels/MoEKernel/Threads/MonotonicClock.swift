import Glibc

/// The clock that nothing sets, the same for all threads; a reading takes some tens of nanoseconds.
enum MonotonicClock {
  /// Nanoseconds since some moment in the past.
  static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
