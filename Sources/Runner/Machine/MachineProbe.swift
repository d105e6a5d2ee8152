import FoundationEssentials
import ModelSpec

/// Reads the identity of the machine from what the kernel shows in files.
///
/// The files come through a function, so that this target opens none and tests can show another
/// machine.
public struct MachineProbe {
  /// The text of a file by its absolute path, `nil` when it cannot be read.
  public typealias FileReader = (_ path: String) -> String?

  private let read: FileReader
  private let affinityCPUs: Int

  /// - Parameters:
  ///   - affinityCPUs: processors that the scheduler may give this process.
  ///   - read: how files are read.
  public init(affinityCPUs: Int, read: @escaping FileReader) {
    self.affinityCPUs = affinityCPUs
    self.read = read
  }

  /// The machine, with absent fields where the system does not tell.
  public var identity: MachineIdentity {
    let processor = processorFields
    let signature = ["cpu family", "model", "stepping"].compactMap { processor[$0] }
    return MachineIdentity(
      cpu: processor["model name"] ?? processor["CPU part"].map { "ARM part \($0)" }
        ?? MachineIdentity.unknown,
      architecture: Self.architecture,
      cpuSignature: signature.count == 3 ? signature.joined(separator: "-") : nil,
      logicalCPUs: logicalCPUs,
      effectiveCPUs: effectiveCPUs,
      lastLevelCacheBytes: lastLevelCache?.bytes,
      lastLevelCaches: lastLevelCache?.count,
      memoryBytes: memoryBytes("MemTotal") ?? 0,
      operatingSystem: operatingSystem,
      kernel: trimmed("/proc/sys/kernel/osrelease") ?? MachineIdentity.unknown,
      hypervisor: hypervisor)
  }

  /// Bytes that new allocations can have without swapping, `nil` when the system does not tell: the
  /// kernel's estimate, or what the control group leaves when that is less.
  public var availableMemoryBytes: Int? {
    let system = memoryBytes("MemAvailable")
    guard let limit = trimmed("/sys/fs/cgroup/memory.max").flatMap({ Int($0) }),
      let used = trimmed("/sys/fs/cgroup/memory.current").flatMap({ Int($0) })
    else { return system }
    return min(system ?? .max, max(0, limit - used))
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #else
      MachineIdentity.unknown
    #endif
  }

  /// The fields of the first processor in /proc/cpuinfo.
  private var processorFields: [String: String] {
    var fields: [String: String] = [:]
    for line in (read("/proc/cpuinfo") ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      guard !line.isEmpty else { break }
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[Self.trim(parts[0])] = Self.trim(parts[1])
    }
    return fields
  }

  private var logicalCPUs: Int {
    (read("/proc/cpuinfo") ?? "").split(separator: "\n").count { $0.hasPrefix("processor") }
  }

  /// The smallest of affinity and control-group quota, at least 1: a quota of 1.5 processors runs
  /// two threads at three quarters of their speed, so it is rounded down.
  private var effectiveCPUs: Int {
    guard let quota = trimmed("/sys/fs/cgroup/cpu.max") else { return max(1, affinityCPUs) }
    let parts = quota.split(separator: " ").map { Int($0) }
    guard parts.count == 2, let allowed = parts[0], let period = parts[1], period > 0 else {
      return max(1, affinityCPUs)
    }
    return max(1, min(affinityCPUs, allowed / period))
  }

  /// The first processor's cache of the highest level, and how many such caches the machine has.
  private var lastLevelCache: (bytes: Int, count: Int?)? {
    let caches = "/sys/devices/system/cpu/cpu0/cache/"
    let last = (0..<8).compactMap { index -> (level: Int, bytes: Int, index: Int)? in
      guard let level = trimmed("\(caches)index\(index)/level").flatMap({ Int($0) }),
        let size = trimmed("\(caches)index\(index)/size").flatMap(Self.cacheBytes)
      else { return nil }
      return (level, size, index)
    }.max { $0.level < $1.level }
    guard let last else { return nil }
    let sharing = trimmed("\(caches)index\(last.index)/shared_cpu_list").flatMap(Self.listedCPUs)
    return (last.bytes, sharing.map { max(1, (logicalCPUs + $0 - 1) / $0) })
  }

  /// How many processors a list as the kernel writes it has: `0-3,8` has five.
  private static func listedCPUs(_ text: String) -> Int? {
    var count = 0
    for range in text.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// A size as the kernel writes it: `32768K`.
  private static func cacheBytes(_ text: String) -> Int? {
    if text.hasSuffix("K") { return Int(text.dropLast()).map { $0 << 10 } }
    if text.hasSuffix("M") { return Int(text.dropLast()).map { $0 << 20 } }
    return Int(text)
  }

  /// A field of /proc/meminfo, which counts in KiB.
  private func memoryBytes(_ field: String) -> Int? {
    for line in (read("/proc/meminfo") ?? "").split(separator: "\n") {
      guard line.hasPrefix("\(field):") else { continue }
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    return nil
  }

  private var operatingSystem: String {
    for line in (read("/etc/os-release") ?? "").split(separator: "\n") {
      guard line.hasPrefix("PRETTY_NAME=") else { continue }
      return String(line.dropFirst("PRETTY_NAME=".count)).filter { $0 != "\"" }
    }
    return MachineIdentity.unknown
  }

  private var hypervisor: String? {
    guard processorFields["flags"]?.split(separator: " ").contains("hypervisor") == true else {
      return nil
    }
    return trimmed("/sys/class/dmi/id/sys_vendor") ?? MachineIdentity.unknown
  }

  private func trimmed(_ path: String) -> String? {
    read(path).map { Self.trim($0[...]) }
  }

  private static func trim(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
