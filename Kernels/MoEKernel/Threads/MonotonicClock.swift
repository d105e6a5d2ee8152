import Glibc

/// The clock that nothing sets, the same for all threads; a reading takes some tens of nanoseconds.
enum MonotonicClock {
  /// Nanoseconds since a moment in the past, the same for all readings of a process.
  static func nanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
