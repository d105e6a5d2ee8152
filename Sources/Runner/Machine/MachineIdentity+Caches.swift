import ModelSpec

extension MachineIdentity {
  /// A last-level cache of servers of the last years, where the system does not tell.
  private static let usualCacheBytes = 32 << 20

  /// Bytes of the last-level caches that so many threads can fill: each may run beside another one.
  func cacheBytes(threads: Int) -> Int {
    let (bytes, overflow) = (lastLevelCacheBytes ?? Self.usualCacheBytes)
      .multipliedReportingOverflow(by: max(1, min(threads, lastLevelCaches ?? 1)))
    return overflow ? .max : bytes
  }
}
