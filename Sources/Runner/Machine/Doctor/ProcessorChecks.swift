import ModelSpec

/// Checks of the processors that a run may use, and of how fast they run.
enum ProcessorChecks {
  typealias Finding = DoctorDocument.Finding

  static let all: [Doctor.Check] = [
    quota, memorylessNode, nodes, governor, sharedCores, narrowed, offline, clock, energy, silent,
  ]

  /// A quota below the processors that may be used otherwise.
  @Sendable static func quota(_ examination: Doctor.Examination) -> Finding? {
    let probe = examination.machine
    guard let quota = probe.groups.quota,
      quota.processors < Double(probe.processors.usable?.count ?? .max)
    else { return nil }
    let total = examination.later.throttled
    let now = zip(examination.earlier.throttled, total).map { $1.since($0).times } ?? 0
    let seen = total.map { $0.times } ?? 0
    let stops =
      now > 0
      ? ", and stopped processes \(times(now)) within this second"
      : seen > 0 ? ", and has stopped processes \(times(seen)) since it was made" : ""
    return Finding(
      id: "cpu-quota", severity: seen > 0 ? .high : .medium,
      what: "control group \(quota.group.name) may use "
        + "\(ProcessorProbe.figure(quota.processors)) CPUs of time\(stops)",
      why:
        "threads that use the quota up stand still for the rest of a period, mostly 100 ms, and that "
        + "is in the time of a pass; by default Tenfold takes no more threads than the quota has CPUs",
      cost:
        "0.27 instead of 12.07 tokens a second where threads did not fit the quota (reported in "
        + "ollama/ollama#17916, not measured here)",
      mend: quota.processors < 1
        ? "sudo systemd-run --scope --uid=$USER tenfold run"
        : "tenfold run --threads \(probe.defaultThreads)")
  }

  /// Processors on nodes that memory may not come from.
  @Sendable static func memorylessNode(_ examination: Doctor.Examination) -> Finding? {
    let probe = examination.machine.processors
    guard let readers = probe.processorNodes, let sources = probe.allowedNodes,
      let node = readers.sorted.first(where: { !sources.numbers.contains($0) })
    else { return nil }
    return Finding(
      id: "numa-memory", severity: .high,
      what:
        "CPUs of NUMA node \(node) may be used, and its memory may not (nodes \(sources) alone)",
      why:
        "weights are read over the link between sockets, which is slower than a node's own memory",
      mend: "numactl --cpunodebind=\(sources.sorted[0]) --membind=\(sources.sorted[0]) tenfold run")
  }

  /// Processors on several nodes.
  @Sendable static func nodes(_ examination: Doctor.Examination) -> Finding? {
    guard let nodes = examination.machine.processors.processorNodes, nodes.count > 1 else {
      return nil
    }
    return Finding(
      id: "numa-nodes", severity: .low,
      what: "the CPUs that may be used lie on \(nodes.count) NUMA nodes (\(nodes))",
      why:
        "threads are bound to their nodes and read weights that lie there first, but what is left at "
        + "the end of a product, and all activations, go from one node to the other",
      cost:
        "one node instead of two was 30 % faster in a microbenchmark and 6.7 % slower in serving "
        + "(reported in FreeToken#18, not measured here)",
      mend: "numactl --cpunodebind=\(nodes.sorted[0]) --membind=\(nodes.sorted[0]) tenfold run")
  }

  /// A governor that waits for load before it raises the clock.
  @Sendable static func governor(_ examination: Doctor.Examination) -> Finding? {
    let machine = examination.machine
    let governors = (machine.processors.usable?.sorted ?? []).compactMap {
      machine.files.text("\(ProcessorProbe.directory)/cpu\($0)/cpufreq/scaling_governor")
    }
    guard let other = governors.first(where: { $0 != "performance" }) else { return nil }
    return Finding(
      id: "governor", severity: .medium,
      what: "the frequency governor is \(other), not performance",
      why: "the clock follows the load, so a pass is slower after a pause than after another pass",
      mend: "sudo cpupower frequency-set --governor performance")
  }

  /// A mask with both hardware threads of a core while other cores are left out.
  @Sendable static func sharedCores(_ examination: Doctor.Examination) -> Finding? {
    let probe = examination.machine.processors
    guard let usable = probe.usable, let online = probe.online, usable.count < online.count,
      let cores = probe.cores(of: usable), cores.count < usable.count,
      let all = probe.cores(of: online), all.count > cores.count
    else { return nil }
    let free = all.subtracting(cores).compactMap(\.sorted.first).sorted()
    let better = CPUList(
      cores.compactMap { $0.intersection(usable).sorted.first }
        + free.prefix(usable.count - cores.count))
    return Finding(
      id: "shared-cores", severity: .medium,
      what: "the \(usable.count) CPUs that may be used (\(usable)) are hardware threads of only "
        + "\(cores.count) of \(all.count) cores",
      why:
        "two threads of one core share its vector units and caches, while other cores are left out; "
        + "by default Tenfold runs one thread on each core that it may use",
      mend: "taskset --cpu-list \(better) tenfold run")
  }

  /// Fewer processors than the machine has.
  @Sendable static func narrowed(_ examination: Doctor.Examination) -> Finding? {
    let probe = examination.machine.processors
    guard let usable = probe.usable, let online = probe.online, usable.count < online.count else {
      return nil
    }
    let cpuset = examination.machine.groups.cpuset
    let isCpuset = (cpuset?.processors.intersection(online).count ?? .max) <= usable.count
    return Finding(
      id: isCpuset ? "cpuset-narrow" : "affinity-narrow", severity: .low,
      what: "\(usable.count) of \(online.count) CPUs may be used: "
        + (isCpuset
          ? "the cpuset of control group \(cpuset?.group.name ?? "/")" : "the affinity mask")
        + " allows \(usable) of \(online)",
      why:
        "figures are those of a part of the machine, and what runs on the other CPUs takes memory "
        + "bandwidth and cache from it",
      mend: isCpuset
        ? "sudo systemd-run --scope --uid=$USER --property=AllowedCPUs=\(online) tenfold run"
        : "taskset --cpu-list \(online) tenfold run")
  }

  /// Processors that are switched off, other than the second threads of cores.
  @Sendable static func offline(_ examination: Doctor.Examination) -> Finding? {
    let machine = examination.machine
    let control = machine.files.text("\(ProcessorProbe.directory)/smt/control")
    guard let offline = machine.processors.offline, control != "off", control != "forceoff" else {
      return nil
    }
    return Finding(
      id: "cpus-offline", severity: .low,
      what: "the machine runs without \(offline.named), switched off",
      why: "figures are those of a smaller machine than its name says",
      mend: "echo 1 | sudo tee "
        + offline.sorted.map { "\(ProcessorProbe.directory)/cpu\($0)/online" }
        .joined(separator: " "))
  }

  /// A clock that must be asked for through the kernel or the host.
  @Sendable static func clock(_ examination: Doctor.Examination) -> Finding? {
    let directory = "/sys/devices/system/clocksource/clocksource0"
    let files = examination.machine.files
    // arm64 has one clock, which every process may read.
    guard let clock = files.text("\(directory)/current_clocksource"), clock != "tsc",
      clock != "arch_sys_counter"
    else { return nil }
    let offers =
      files.text("\(directory)/available_clocksource")?.split(separator: " ").contains("tsc")
      == true
    // These two of virtual machines are the TSC with a correction, and are read without the kernel.
    let isQuick = clock == "kvm-clock" || clock == "hyperv_clocksource_tsc_page"
    return Finding(
      id: "clock-source", severity: isQuick ? .low : .medium,
      what: "the clock is \(clock), not tsc",
      why:
        "threads read the clock around every region of a pass; a slow clock is in what they measure, "
        + "and one that the host corrects may jump",
      mend: offers
        ? "echo tsc | sudo tee \(directory)/current_clocksource"
        : "sudo grubby --update-kernel=ALL --args=clocksource=tsc")
  }

  /// Counters of energy that only others may read; a machine without any has nothing to mend.
  @Sendable static func energy(_ examination: Doctor.Examination) -> Finding? {
    let hidden = examination.machine.energyZones.filter { !$0.isReadable }
    guard !hidden.isEmpty else { return nil }
    return Finding(
      id: "energy-hidden", severity: .low,
      what: "this user may not read the energy of \(hidden.map(\.name).joined(separator: ", "))",
      why: "cells then have no joules, and claims about energy are held against times alone",
      mend: "sudo chmod a+r "
        + hidden.map { "\($0.path)/energy_uj" }.joined(separator: " "))
  }

  /// What could not be looked at: nothing is known to be well there.
  @Sendable static func silent(_ examination: Doctor.Examination) -> Finding? {
    let machine = examination.machine
    let parts: [(String, Bool)] = [
      ("which CPUs may be used", machine.processors.usable != nil),
      ("cores", machine.processors.cores(of: machine.processors.usable) != nil),
      ("NUMA nodes", machine.processors.processorNodes != nil),
      ("huge pages", machine.processors.memoryUse?.hugePages != nil),
      ("the load of CPUs", !examination.later.processors.isEmpty),
    ]
    let missing = parts.filter { !$0.1 }.map(\.0)
    guard !missing.isEmpty else { return nil }
    return Finding(
      id: "system-silent", severity: .low,
      what: "the system does not tell \(missing.joined(separator: ", "))",
      why: "what cannot be looked at may spoil a measurement all the same",
      mend: "sudo mount -t sysfs sysfs /sys")
  }

  /// `once`, `12 times`.
  static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
}

/// Both values, `nil` when one is missing.
func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
  guard let first, let second else { return nil }
  return (first, second)
}
