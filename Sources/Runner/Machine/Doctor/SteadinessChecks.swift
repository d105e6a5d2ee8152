import ModelSpec

/// Checks of what a watch saw: whether the machine gives the same from moment to moment.
enum SteadinessChecks {
  typealias Finding = DoctorDocument.Finding

  static let all: [Doctor.Check] = [memory, cores]

  /// Reading from memory is faster at one moment than at another.
  @Sendable static func memory(_ examination: Doctor.Examination) -> Finding? {
    guard let spread = examination.watch?.readBytesPerSecond else { return nil }
    return finding(
      "memory-unsteady", "reading from memory", spread, unit: "GB/s", perUnit: 1e9,
      why:
        "neighbours on the host share its memory; passes that wait for weights go with it, and ratios to "
        + "passes that compute too, so that intervals hold both states",
      cost:
        "the default suite had 20 and 22 of 24 intervals below 10 % where memory was steady beside 23 "
        + "cells or more, and 4 to 19 elsewhere; ten minutes made 24 of 24 (shared two-CPU Zen 4 "
        + "virtual machine, Results/calibration/coverage.md)")
  }

  /// Computing is faster at one moment than at another.
  @Sendable static func cores(_ examination: Doctor.Examination) -> Finding? {
    guard let spread = examination.watch?.peakFlopsPerSecond else { return nil }
    return finding(
      "cores-unsteady", "computing on registers", spread, unit: "GFLOP/s", perUnit: 1e9,
      why:
        "neighbours, other threads of the cores or the clock take processors from passes; both sides of a "
        + "round share the loss, and intervals grow")
  }

  private static func finding(
    _ id: String, _ what: String, _ spread: DoctorDocument.Spread, unit: String, perUnit: Double,
    why: String, cost: String = Finding.unmeasured
  ) -> Finding? {
    guard let swing = spread.swing, swing > CeilingLog.swingLimit else { return nil }
    let low = ProcessorProbe.figure(spread.lowTenth / perUnit)
    let high = ProcessorProbe.figure(spread.highTenth / perUnit)
    return Finding(
      id: id, severity: .medium,
      what: "\(what) went between \(low) and \(high) \(unit) while it was watched", why: why,
      cost: cost, mend: "tenfold run --budget 10m")
  }
}
