import ModelSpec

/// Tells how much energy the processor packages and their memory took while something was timed.
///
/// The counters are those of RAPL (running average power limit), which Linux shows under
/// `/sys/class/powercap` (Documentation/power/powercap/powercap.rst): microjoules that wrap at a stated
/// range, renewed about every millisecond. A virtual machine has none as a rule, and most systems show them to
/// root alone.
public struct EnergyMeter {
  /// The counters as they are now; `nil` without any.
  let read: () -> EnergyReading?

  /// - Parameter read: how the counters are read.
  public init(read: @escaping () -> EnergyReading?) { self.read = read }

  /// The meter of a machine; one that notices nothing where the machine has no counters.
  public init(_ machine: MachineProbe) {
    let zones = machine.energyZones.filter(\.isReadable)
    let files = machine.files
    read = zones.isEmpty ? { nil } : { EnergyReading(zones: zones, files: files) }
  }

  /// A meter without counters.
  public static var none: EnergyMeter { EnergyMeter { nil } }
}

/// One domain of energy: a processor package, or the memory behind it.
public struct EnergyZone: Hashable, Sendable {
  /// Its directory: `/sys/class/powercap/intel-rapl:0`.
  let path: String
  /// What the kernel calls it: `package-0`, `dram`.
  public let name: String
  /// Microjoules at which its counter begins anew.
  let rangeMicrojoules: Int
  /// Whether this process may read its counter.
  public let isReadable: Bool
}

/// The counters of all zones at one moment.
public struct EnergyReading: Hashable, Sendable {
  private let microjoules: [Int]
  private let ranges: [Int]

  /// Counters in microjoules with the ranges at which they begin anew, in the same order.
  init(microjoules: [Int], ranges: [Int]) {
    self.microjoules = microjoules
    self.ranges = ranges
  }

  /// The counters of zones now; `nil` where one cannot be read.
  fileprivate init?(zones: [EnergyZone], files: SystemFiles) {
    let values = zones.compactMap { files.number("\($0.path)/energy_uj") }
    guard values.count == zones.count else { return nil }
    self.init(microjoules: values, ranges: zones.map(\.rangeMicrojoules))
  }

  /// Joules of all zones since an earlier reading of the same; `nil` where they are others.
  ///
  /// A counter that is lower than before began anew once: its range lasts for minutes at full power, and
  /// readings are seconds apart.
  func joules(since earlier: EnergyReading) -> Double? {
    guard earlier.ranges == ranges else { return nil }
    var sum = 0.0
    for (index, now) in microjoules.enumerated() {
      let before = earlier.microjoules[index]
      sum += Double(now >= before ? now - before : now - before + ranges[index])
    }
    return sum / 1e6
  }
}

extension MachineProbe {
  /// The zones of processor packages and of memory, whether or not their counters may be read.
  ///
  /// Zones within a package but memory (`core`, `uncore`) are part of it, and `psys` holds the packages.
  public var energyZones: [EnergyZone] {
    var zones: [EnergyZone] = []
    for package in 0..<Self.mostPackages {
      let path = "\(Self.powercap)/intel-rapl:\(package)"
      guard let name = files.text("\(path)/name") else { break }
      if name.hasPrefix("package"), let zone = zone(path, name) { zones.append(zone) }
      for part in 0..<Self.mostParts {
        let path = "\(Self.powercap)/intel-rapl:\(package):\(part)"
        guard let name = files.text("\(path)/name") else { break }
        if name == "dram", let zone = zone(path, name) { zones.append(zone) }
      }
    }
    return zones
  }

  /// AMD's packages are under Intel's name as well.
  private static let powercap = "/sys/class/powercap"
  /// More than any board has.
  private static let mostPackages = 64
  private static let mostParts = 8

  private func zone(_ path: String, _ name: String) -> EnergyZone? {
    guard let range = files.number("\(path)/max_energy_range_uj"), range > 0 else { return nil }
    return EnergyZone(
      path: path, name: name, rangeMicrojoules: range,
      isReadable: files.number("\(path)/energy_uj") != nil)
  }
}
