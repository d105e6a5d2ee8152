import MoEKernel
import ModelSpec

/// Which processors this process may use, on which cores and nodes they lie, and why they are so many.
struct ProcessorProbe {
  private let files: SystemFiles
  private let groups: ControlGroups
  /// Used where the system shows no affinity mask.
  private let affinityCPUs: Int

  static let directory = "/sys/devices/system/cpu"
  private static let nodes = "/sys/devices/system/node"
  private static let status = "/proc/self/status"
  private static let hugePages = "/sys/kernel/mm/transparent_hugepage"

  init(_ files: SystemFiles, groups: ControlGroups, affinityCPUs: Int) {
    self.files = files
    self.groups = groups
    self.affinityCPUs = affinityCPUs
  }

  /// Processors that are switched on: what /sys says, else those that /proc/cpuinfo lists.
  var online: CPUList? {
    if let list = files.list("\(Self.directory)/online") { return list }
    let listed = cpuinfo.compactMap { $0["processor"].flatMap { Int($0) } }
    return listed.isEmpty ? nil : CPUList(listed)
  }

  /// Processors that are there and switched off.
  ///
  /// Virtual machines have room for many that are not there, and those are offline too.
  var offline: CPUList? {
    guard let offline = files.list("\(Self.directory)/offline") else { return nil }
    let present = files.list("\(Self.directory)/present") ?? offline
    let both = offline.intersection(present)
    return both.count > 0 ? both : nil
  }

  /// What the affinity mask allows; it may name processors that are not there.
  var affinity: CPUList? {
    files.field("Cpus_allowed_list", of: Self.status).flatMap { CPUList($0) }
  }

  /// Processors that the process may run on; `nil` where the system does not tell.
  var usable: CPUList? {
    let limits = [affinity, groups.cpuset?.processors, online].compactMap { $0 }
    guard affinity != nil, let first = limits.first else { return nil }
    // The kernel leaves no process without any: limits that share nothing are not what they seem.
    return limits.dropFirst().reduce(first) { list, limit in
      let both = list.intersection(limit)
      return both.count > 0 ? both : list
    }
  }

  /// Processors that may be used at once: a quota of 1.5 runs two threads at three quarters of their
  /// speed, so it is rounded down; never less than 1.
  var effectiveCount: Int { max(1, min(usableCount, wholeQuota ?? .max)) }

  /// Threads that run at full speed beside each other: a core and its quota of time for each.
  var fullSpeedThreads: Int { max(1, min(effectiveCount, cores(of: usable)?.count ?? .max)) }

  private var usableCount: Int { usable?.count ?? max(1, affinityCPUs) }

  private var wholeQuota: Int? { groups.quota.map { Int(min($0.processors, 1e6)) } }

  /// What the record says of it.
  var use: ProcessorUse? {
    var use = ProcessorUse()
    use.online = online?.description
    use.offline = offline?.description
    use.affinity = affinity?.description
    use.cpuset = groups.cpuset?.processors.description
    use.quota = groups.quota?.processors
    use.quotaGroup = groups.quota?.group.name
    let cores = cores(of: usable)
    use.cores = cores?.count
    use.threadsPerCore = cores?.map(\.count).max()
    use.sockets = usable.flatMap { list in
      let sockets = list.sorted.compactMap {
        files.number("\(Self.directory)/cpu\($0)/topology/physical_package_id")
      }
      return sockets.count == list.count ? Set(sockets).count : nil
    }
    return use == ProcessorUse() ? nil : use
  }

  /// What the record says of memory.
  var memoryUse: MemoryUse? {
    var use = MemoryUse()
    let online = files.list("\(Self.nodes)/online")
    use.nodes = online?.count
    use.allowedNodes = allowedNodes?.description
    use.processorNodes = processorNodes?.description
    use.hugePages = files.choice("\(Self.hugePages)/enabled")
    use.hugePageDefrag = files.choice("\(Self.hugePages)/defrag")
    return use == MemoryUse() ? nil : use
  }

  /// Nodes that memory may come from; the mask may name nodes that are not there.
  var allowedNodes: CPUList? {
    guard let mask = files.field("Mems_allowed_list", of: Self.status).flatMap({ CPUList($0) })
    else { return nil }
    guard let online = files.list("\(Self.nodes)/online") else { return mask }
    let both = mask.intersection(online)
    return both.count > 0 ? both : mask
  }

  /// Nodes of the processors that may be used.
  var processorNodes: CPUList? {
    let nodes = usableNodes.map(\.id)
    return nodes.isEmpty ? nil : CPUList(nodes)
  }

  /// Nodes with processors that may be used, and these; none where the system does not tell.
  var usableNodes: [ProcessorNode] {
    guard let usable, let online = files.list("\(Self.nodes)/online") else { return [] }
    return online.sorted.compactMap { node in
      guard
        let processors = files.list("\(Self.nodes)/node\(node)/cpulist")?.intersection(usable),
        processors.count > 0
      else { return nil }
      return ProcessorNode(
        id: node, processors: processors.sorted,
        cores: cores(of: processors)?.count ?? processors.count)
    }
  }

  /// Groups of hardware threads that share a core, each with all that are switched on.
  ///
  /// - Returns: `nil` when one of the processors does not tell its core.
  func cores(of list: CPUList?) -> Set<CPUList>? {
    guard let list else { return nil }
    var cores: Set<CPUList> = []
    let inCPUInfo = coresInCPUInfo
    for cpu in list.sorted {
      let topology = "\(Self.directory)/cpu\(cpu)/topology"
      guard
        let core = files.list("\(topology)/core_cpus_list")
          ?? files.list("\(topology)/thread_siblings_list") ?? inCPUInfo[cpu]
      else { return nil }
      cores.insert(core)
    }
    return cores
  }

  /// Cores as /proc/cpuinfo of x86 tells them, for systems that show no /sys.
  private var coresInCPUInfo: [Int: CPUList] {
    var members: [String: [Int]] = [:]
    for processor in cpuinfo {
      guard let cpu = processor["processor"].flatMap({ Int($0) }),
        let socket = processor["physical id"], let core = processor["core id"]
      else { continue }
      members["\(socket) \(core)", default: []].append(cpu)
    }
    var cores: [Int: CPUList] = [:]
    for core in members.values { for cpu in core { cores[cpu] = CPUList(core) } }
    return cores
  }

  /// The fields of every processor in /proc/cpuinfo; a last part may be of the whole machine, as on arm64.
  var cpuinfo: [[String: String]] {
    (files.read("/proc/cpuinfo") ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy(\.isWhitespace) }
      .map { lines in
        var fields: [String: String] = [:]
        for line in lines {
          let parts = line.split(separator: ":", maxSplits: 1)
          guard parts.count == 2 else { continue }
          fields[parts[0].trimmed()] = parts[1].trimmed()
        }
        return fields
      }
  }

  /// Why no more processors may be used, as a clause; the machine's own number where nothing limits.
  var reason: String {
    if let quota = groups.quota, Int(quota.processors) < usableCount {
      let processors = Self.figure(quota.processors)
      return "the quota of control group \(quota.group.name) is \(processors) of them"
    }
    let present = online.map { "the machine has \($0.count) switched on" }
    guard let usable, let online, usable.count < online.count else {
      let without = offline.map { ", without the offline \($0.named)" } ?? ""
      return present.map { $0 + without } ?? "the system shows no more"
    }
    // A mask that is narrower than its cpuset was set for the process itself.
    if let cpuset = groups.cpuset, cpuset.processors.intersection(online).count <= usable.count {
      return "the cpuset of control group \(cpuset.group.name) allows \(usable) of \(online)"
    }
    return "the affinity mask allows \(usable.named) of \(online)"
  }

  /// A quota with at most two decimals: `1.5`, `0.25`.
  static func figure(_ processors: Double) -> String {
    let hundredths = Int((min(processors, 1e6) * 100).rounded())
    let (whole, part) = hundredths.quotientAndRemainder(dividingBy: 100)
    if part == 0 { return "\(whole)" }
    return part % 10 == 0 ? "\(whole).\(part / 10)" : "\(whole).\(part < 10 ? "0" : "")\(part)"
  }
}
