import ModelSpec

/// Checks of what else runs on this machine and on its host, by counters some time apart.
enum LoadChecks {
  typealias Finding = DoctorDocument.Finding

  static let all: [Doctor.Check] = [steal, load, siblings, swapping]

  /// A share of the time from which on a figure moves: what intervals on an idle machine are wide.
  private static let noticeableShare = 0.01
  /// A share that no paired measurement makes good.
  private static let largeShare = 0.05
  /// A thread that is busy for less is a daemon's.
  private static let busyShare = 0.1

  /// The host ran others while processors wanted to run.
  @Sendable static func steal(_ examination: Doctor.Examination) -> Finding? {
    let shares = shares(of: examination.machine.processors.usable, examination)
    let mean = shares.values.reduce(0) { $0 + $1.stolen } / Double(max(1, shares.count))
    guard mean >= noticeableShare else { return nil }
    return Finding(
      id: "steal", severity: mean >= largeShare ? .high : .medium,
      what: "the host took \(percent(mean)) of the time of the CPUs that may be used",
      why:
        "neighbours on the host run instead of this machine, and take memory bandwidth too; measure "
        + "at another hour or on a host of your own, or let a larger budget average it",
      cost:
        "two threads read between 37 and 77 GB/s from one minute to the next (shared two-vCPU Zen 5 "
        + "virtual machine, Kernels/README.md)",
      mend: "tenfold run --budget 2m")
  }

  /// Others run on the processors that may be used.
  @Sendable static func load(_ examination: Doctor.Examination) -> Finding? {
    let shares = shares(of: examination.machine.processors.usable, examination)
    let busy = shares.values.reduce(0) { $0 + $1.busy }
    guard busy >= busyShare else { return nil }
    return Finding(
      id: "load", severity: busy >= 0.5 ? .high : .medium,
      what: "other processes keep the CPUs that may be used busy, "
        + "\(ProcessorProbe.figure(busy)) of \(shares.count)",
      why:
        "they take processors, caches and memory bandwidth from passes; paired rounds share the loss "
        + "among both sides, and intervals grow",
      mend: "ps -eo pid,psr,pcpu,comm --sort=-pcpu | head")
  }

  /// Others run on hardware threads of the cores that may be used.
  @Sendable static func siblings(_ examination: Doctor.Examination) -> Finding? {
    let probe = examination.machine.processors
    guard let cores = probe.cores(of: probe.usable) else { return nil }
    let shared = cores.filter { $0.count > 1 }
    let all = CPUList(shared.flatMap(\.numbers))
    let busy = CPUList(
      shares(of: all, examination).filter { $0.value.busy >= busyShare }.map(\.key))
    guard busy.count > 0 else { return nil }
    return Finding(
      id: "sibling-busy", severity: .medium,
      what: "hardware threads of cores that may be used are busy: \(busy.named)",
      why:
        "the other thread of such a core has its vector units and caches for a part of the time only",
      mend: "ps -eLo pid,psr,pcpu,comm --sort=-pcpu | awk 'NR == 1 || "
        + busy.sorted.map { "$2 == \($0)" }.joined(separator: " || ") + "' | head")
  }

  /// Pages go to and from swap.
  @Sendable static func swapping(_ examination: Doctor.Examination) -> Finding? {
    guard let pages = zip(examination.earlier.swappedPages, examination.later.swappedPages),
      pages.1 > pages.0
    else { return nil }
    return Finding(
      id: "swapping", severity: .high,
      what: "\(pages.1 - pages.0) pages were swapped within this second",
      why: "a pass whose weights are on a disk measures the disk",
      mend: "ps -eo pid,rss,comm --sort=-rss | head")
  }

  /// Where the time of processors went between both readings, of those that tell.
  private static func shares(
    of processors: CPUList?, _ examination: Doctor.Examination
  ) -> [Int: (busy: Double, stolen: Double)] {
    var shares: [Int: (busy: Double, stolen: Double)] = [:]
    for (cpu, later) in examination.later.processors {
      guard processors?.numbers.contains(cpu) ?? true else { continue }
      shares[cpu] = examination.earlier.processors[cpu].flatMap { later.shares(since: $0) }
    }
    return shares
  }

  private static func percent(_ share: Double) -> String {
    "\(ProcessorProbe.figure(share * 100)) %"
  }
}
