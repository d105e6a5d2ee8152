import ModelSpec

/// The control groups of this process with all their ancestors, of both versions of the interface.
///
/// A limit of any ancestor holds for the process, and the tightest decides. Groups are found where the
/// kernel says that they are (`/proc/self/cgroup`) below the places where hierarchies are mounted
/// (`/proc/self/mountinfo`; cgroups(7), proc(5)). Within a namespace only the part below the namespace's
/// own root can be seen; what lies above limits unseen.
struct ControlGroups {
  /// A group of one hierarchy.
  struct Group: Hashable {
    /// The directory with its files.
    let directory: String
    /// Its name as far as it can be seen: `/` for the root of what is mounted.
    let name: String
  }

  private let files: SystemFiles
  /// For each controller of version 1, and under the empty name version 2: the process's own group
  /// first, the root of what is mounted last.
  private let paths: [String: [Group]]

  init(_ files: SystemFiles) {
    self.files = files
    let mounts = files.lines("/proc/self/mountinfo").compactMap(Mount.init)
    var paths: [String: [Group]] = [:]
    for line in files.lines("/proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasPrefix("/") else { continue }
      // Version 2 is hierarchy 0 and names no controllers.
      for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(controller)] = Self.ancestry(
          of: String(parts[2]), below: mounts.filter { $0.controllers.contains(String(controller)) }
        )
      }
    }
    self.paths = paths
  }

  /// The groups that may limit by a controller: those of version 1 where it is mounted as such, else those
  /// of version 2, and its usual place where /proc does not tell.
  func groups(of controller: String) -> [Group] {
    for name in [controller, ""] {
      if let groups = paths[name], !groups.isEmpty { return groups }
    }
    return ["/sys/fs/cgroup", "/sys/fs/cgroup/\(controller)"].map {
      Group(directory: $0, name: "/")
    }
  }

  /// The tightest quota on the path, in processors, with the group that has it; `nil` without any.
  var quota: (processors: Double, group: Group)? {
    groups(of: "cpu").compactMap { group in
      quota(of: group).map { (processors: $0, group: group) }
    }.min { $0.processors < $1.processors }
  }

  private func quota(of group: Group) -> Double? {
    let allowed: Int?
    let period: Int?
    if let line = files.text("\(group.directory)/cpu.max") {
      let parts = line.split(separator: " ").map { Int($0) }
      guard parts.count == 2 else { return nil }
      (allowed, period) = (parts[0], parts[1])
    } else {
      allowed = files.number("\(group.directory)/cpu.cfs_quota_us")
      period = files.number("\(group.directory)/cpu.cfs_period_us")
    }
    // Without a quota version 2 says max and version 1 says -1.
    guard let allowed, let period, allowed > 0, period > 0 else { return nil }
    return Double(allowed) / Double(period)
  }

  /// The processors that the nearest group with a cpuset allows, with that group.
  var cpuset: (processors: CPUList, group: Group)? {
    for group in groups(of: "cpuset") {
      for name in ["cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"] {
        guard let list = files.list("\(group.directory)/\(name)") else { continue }
        return (list, group)
      }
    }
    return nil
  }

  /// Bytes that the tightest group on the path still gives; `nil` without a limit.
  ///
  /// Cached pages of files count as used in a group, but those that were not used lately are given back
  /// before anything is refused, so they count as free, as in the kernel's own MemAvailable.
  var memoryLeft: Int? {
    groups(of: "memory").compactMap { group -> Int? in
      let directory = group.directory
      let limits = ["memory.max", "memory.high", "memory.limit_in_bytes"]
        .compactMap { files.number("\(directory)/\($0)") }
      let usages = ["memory.current", "memory.usage_in_bytes"]
        .compactMap { files.number("\(directory)/\($0)") }
      guard let limit = limits.filter({ $0 >= 0 }).min(), let used = usages.first, used >= 0 else {
        return nil
      }
      let cached =
        ["total_inactive_file", "inactive_file"]
        .compactMap { files.counter($0, of: "\(directory)/memory.stat") }.first ?? 0
      return max(0, limit - max(0, used - min(used, max(0, cached))))
    }.min()
  }

  /// What all groups on the path together kept the process from running; `nil` without counters.
  var throttled: ThrottledTime? {
    var sum: ThrottledTime?
    for group in groups(of: "cpu") {
      let path = "\(group.directory)/cpu.stat"
      guard let times = files.counter("nr_throttled", of: path), times >= 0 else { continue }
      // Version 2 counts in microseconds and version 1 in nanoseconds.
      let seconds =
        files.counter("throttled_usec", of: path).map { Double($0) / 1e6 }
        ?? files.counter("throttled_time", of: path).map { Double($0) / 1e9 } ?? 0
      let stopped = ThrottledTime(times: times, seconds: max(0, seconds))
      sum = sum.map { $0 + stopped } ?? stopped
    }
    return sum
  }

  /// The group at a path of a hierarchy and its ancestors, up to what is mounted.
  private static func ancestry(of path: String, below mounts: [Mount]) -> [Group] {
    // A mount whose root is nearer to the hierarchy's shows more ancestors.
    let fitting = mounts.filter { $0.names(path) != nil }.min { $0.root.count < $1.root.count }
    guard let mount = fitting ?? mounts.first else { return [] }
    // A group outside of what is mounted ("/../other") is limited by the mounted root at least.
    var names = (mount.names(path) ?? [])[...]
    var groups: [Group] = []
    while true {
      let name = names.map { "/\($0)" }.joined()
      groups.append(Group(directory: mount.point + name, name: name.isEmpty ? "/" : name))
      guard names.popLast() != nil else { return groups }
    }
  }
}

/// A place where a hierarchy of control groups is mounted.
private struct Mount {
  /// The group that appears at the place; `/` for the whole hierarchy.
  let root: String
  /// The place.
  let point: String
  /// Controllers of version 1 by name, or the empty name of version 2.
  let controllers: Set<String>

  /// A line of /proc/self/mountinfo; `nil` for other file systems.
  init?(_ line: Substring) {
    let words = line.split(separator: " ")
    // Optional fields end with a dash; file system, source and its options follow.
    guard words.count >= 10, let dash = words.dropFirst(6).firstIndex(of: "-"),
      dash + 3 < words.count
    else { return nil }
    switch words[dash + 1] {
    case "cgroup": controllers = Set(words[dash + 3].split(separator: ",").map(String.init))
    case "cgroup2": controllers = [""]
    default: return nil
    }
    root = Self.unescaped(words[3])
    point = Self.unescaped(words[4])
  }

  /// The names that lead from the mounted root to a group, `nil` when it is not below it.
  func names(_ path: String) -> [Substring]? {
    let below = root == "/" ? path[...] : path.dropFirst(root.count)
    guard root == "/" || path == root || path.hasPrefix("\(root)/") else { return nil }
    let names = below.split(separator: "/")
    return names.contains("..") ? nil : names
  }

  /// White space and backslashes are octal numbers in this file: `\040`.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
