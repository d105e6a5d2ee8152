import ModelSpec

/// Checks of the memory that weights stream from.
enum MemoryChecks {
  typealias Finding = DoctorDocument.Finding

  static let all: [Doctor.Check] = [tooSmall, hugePages, defrag, swap]

  private static let directory = "/sys/kernel/mm/transparent_hugepage"

  /// Less memory than the default suite needs.
  @Sendable static func tooSmall(_ examination: Doctor.Examination) -> Finding? {
    guard let refusal = examination.suiteRefusal else { return nil }
    let free = examination.machine.availableMemoryBytes.map { "\($0 >> 20) MiB" } ?? "too little"
    return Finding(
      id: "memory-small", severity: .high,
      what: "\(free) of memory can be had, too little for the default suite",
      why: refusal,
      mend: "tenfold run olmoe-1b-7b --tokens 1")
  }

  /// Weights get small pages.
  @Sendable static func hugePages(_ examination: Doctor.Examination) -> Finding? {
    let files = examination.machine.files
    let isRefused = files.field("THP_enabled", of: "/proc/self/status") == "0"
    guard files.choice("\(directory)/enabled") == "never" || isRefused else { return nil }
    return Finding(
      id: "huge-pages-off", severity: .high,
      what: isRefused
        ? "transparent huge pages are switched off for this process"
        : "transparent huge pages are switched off",
      why: "weights stream from pages of 4 KiB, so the core waits for translations of addresses",
      cost:
        "a core read 27 GB/s without them and 35 with them (the machine that Tenfold was designed "
        + "on, Kernels/MoEKernel/Memory/AlignedBuffer.swift)",
      mend: isRefused
        ? "systemd-run --user --scope tenfold run"
        : "echo madvise | sudo tee \(directory)/enabled")
  }

  /// Huge pages that come late or not at all.
  @Sendable static func defrag(_ examination: Doctor.Examination) -> Finding? {
    let files = examination.machine.files
    guard files.choice("\(directory)/enabled") != "never",
      let mode = files.choice("\(directory)/defrag"), mode == "never" || mode == "defer"
    else { return nil }
    return Finding(
      id: "huge-pages-defrag", severity: .low,
      what:
        "memory is not put in order for huge pages when it is first touched (defrag is \(mode))",
      why: "where free memory is in pieces weights get small pages, in one run and not in the next",
      mend: "echo madvise | sudo tee \(directory)/defrag")
  }

  /// A part of memory that only daemons and sleeping programs have in swap on a healthy machine.
  private static let usualSwapShare = 0.02

  /// Memory that was short before.
  @Sendable static func swap(_ examination: Doctor.Examination) -> Finding? {
    let files = examination.machine.files
    guard let total = files.bytes("SwapTotal", of: "/proc/meminfo"),
      let free = files.bytes("SwapFree", of: "/proc/meminfo"),
      let memory = files.bytes("MemTotal", of: "/proc/meminfo"),
      Double(total - min(total, free)) > usualSwapShare * Double(memory)
    else { return nil }
    return Finding(
      id: "swap-in-use", severity: .low,
      what: "\((total - free) >> 20) MiB are in swap",
      why: "memory was short, and a run that makes it short again measures the disk",
      mend: "sudo swapoff --all && sudo swapon --all")
  }
}
