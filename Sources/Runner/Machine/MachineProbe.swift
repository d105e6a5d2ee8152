import MoEKernel
import ModelSpec

/// Reads the identity of the machine from what the kernel shows in files.
///
/// The files come through a function, so that this target opens none and tests can show another
/// machine.
public struct MachineProbe {
  /// The text of a file by its absolute path, `nil` when it cannot be read.
  public typealias FileReader = (_ path: String) -> String?

  let files: SystemFiles
  let groups: ControlGroups
  let processors: ProcessorProbe

  /// - Parameters:
  ///   - affinityCPUs: processors that the scheduler may give this process, where no file tells.
  ///   - read: how files are read.
  public init(affinityCPUs: Int, read: @escaping FileReader) {
    files = SystemFiles(read: read)
    groups = ControlGroups(files)
    processors = ProcessorProbe(files, groups: groups, affinityCPUs: affinityCPUs)
  }

  /// The machine, with absent fields where the system does not tell.
  public var identity: MachineIdentity {
    let processor = processorFields
    let signature = ["cpu family", "model", "stepping"].compactMap { processor[$0] }
    let cache = lastLevelCache
    var identity = MachineIdentity(
      cpu: processor["model name"] ?? processor["CPU part"].map { "ARM part \($0)" }
        ?? MachineIdentity.unknown,
      architecture: Self.architecture,
      cpuSignature: signature.count == 3 ? signature.joined(separator: "-") : nil,
      logicalCPUs: logicalCPUs,
      effectiveCPUs: processors.effectiveCount,
      lastLevelCacheBytes: cache?.bytes,
      lastLevelCaches: cache?.count,
      memoryBytes: files.bytes("MemTotal", of: Self.meminfo) ?? 0,
      operatingSystem: operatingSystem,
      kernel: files.text("/proc/sys/kernel/osrelease") ?? MachineIdentity.unknown,
      hypervisor: hypervisor,
      processors: processors.use,
      memory: processors.memoryUse)
    let zones = energyZones.filter(\.isReadable).map(\.name)
    identity.energyZones = zones.isEmpty ? nil : zones
    return identity
  }

  /// Threads that a run has unless told otherwise: as many as run at full speed, one on each physical core
  /// that may be used, and no more than the quota of time has room for.
  public var defaultThreads: Int { processors.fullSpeedThreads }

  /// NUMA nodes with processors that may be used, which the threads of a run share.
  public var nodes: [ProcessorNode] { processors.usableNodes }

  /// Why no more processors may be used, as a clause: `the affinity mask allows CPU 0 of 0-1`.
  public var reasonForLimit: String { processors.reason }

  /// How often and how long control groups have stopped this process so far; `nil` without counters.
  public var throttled: ThrottledTime? { groups.throttled }

  /// Bytes that new allocations can have without swapping, `nil` when the system does not tell: the
  /// kernel's estimate, or what control groups and the limits of the process leave when that is less.
  public var availableMemoryBytes: Int? {
    [files.bytes("MemAvailable", of: Self.meminfo), groups.memoryLeft, addressableBytes]
      .compactMap { $0 }.min()
  }

  /// Bytes of swap space, 0 where the system does not tell.
  public var swapBytes: Int { files.bytes("SwapTotal", of: Self.meminfo) ?? 0 }

  /// Bytes that a plan may count within the limits of the process (`ulimit -v`, `ulimit -d`); `nil`
  /// without such limits.
  ///
  /// Beyond them an allocation fails, where beyond other limits it may only swap. A run sets the bytes of
  /// its plan aside (`MemoryReserve`), and what does not fit between the pieces in use is mapped beside
  /// them: at worst as much again. So a plan may count half of what is left after `overheadBytes`.
  public var addressableBytes: Int? {
    [("Max address space", "VmSize"), ("Max data size", "VmData")]
      .compactMap { limit, used -> Int? in
        guard let most = processLimit(limit) else { return nil }
        let used = files.bytes(used, of: "/proc/self/status") ?? 0
        return max(0, most - min(most, used) - min(most, Self.overheadBytes)) / 2
      }.min()
  }

  /// What a process maps besides the memory that a plan counts: stacks of 8 MiB and arenas of up to 64 MiB
  /// for threads (glibc's malloc on 64-bit systems), a BLAS library, the edges of huge pages.
  private static let overheadBytes = 256 << 20

  private static let meminfo = "/proc/meminfo"

  /// The soft limit of a line in /proc/self/limits; `nil` for none.
  private func processLimit(_ name: String) -> Int? {
    for line in files.lines("/proc/self/limits") where line.hasPrefix(name) {
      return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
    }
    return nil
  }

  static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #else
      MachineIdentity.unknown
    #endif
  }

  /// The fields of the first processor in /proc/cpuinfo.
  var processorFields: [String: String] { processors.cpuinfo.first ?? [:] }

  private var logicalCPUs: Int {
    files.lines("/proc/cpuinfo").count { $0.hasPrefix("processor") }
  }

  /// The first usable processor's cache of the highest level, and how many such caches the machine has.
  private var lastLevelCache: (bytes: Int, count: Int?)? {
    let first = processors.usable?.sorted.first ?? 0
    let caches = "\(ProcessorProbe.directory)/cpu\(first)/cache/"
    let last = (0..<8).compactMap { index -> (level: Int, bytes: Int, index: Int)? in
      guard let level = files.number("\(caches)index\(index)/level"),
        let size = files.text("\(caches)index\(index)/size").flatMap(Self.cacheBytes)
      else { return nil }
      return (level, size, index)
    }.max { $0.level < $1.level }
    guard let last else { return nil }
    let sharing = files.list("\(caches)index\(last.index)/shared_cpu_list")?.count
    return (last.bytes, sharing.map { max(1, (logicalCPUs + $0 - 1) / $0) })
  }

  /// A size as the kernel writes it, `32768K`; `nil` for what is no size of a cache.
  private static func cacheBytes(_ text: String) -> Int? {
    let units = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { units[String($0)] }
    guard let number = Int(shift == nil ? text : String(text.dropLast())),
      (1...(1 << 30)).contains(number)
    else { return nil }
    return number << (shift ?? 0)
  }

  private var operatingSystem: String {
    for line in files.lines("/etc/os-release") where line.hasPrefix("PRETTY_NAME=") {
      return String(line.dropFirst("PRETTY_NAME=".count)).filter { $0 != "\"" }
    }
    return MachineIdentity.unknown
  }

  private var hypervisor: String? {
    guard processorFields["flags"]?.split(separator: " ").contains("hypervisor") == true else {
      return nil
    }
    return files.text("/sys/class/dmi/id/sys_vendor") ?? MachineIdentity.unknown
  }
}
