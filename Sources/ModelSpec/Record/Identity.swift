/// The program that measured.
public struct ToolIdentity: Codable, Hashable, Sendable {
  /// Release, such as `0.1.0`.
  public var version: String
  /// Source revision, `unknown` outside a checkout.
  public var commit: String
  /// Build configuration, `release` or `debug`.
  public var build: String
  /// Compiler that built it, such as `6.3.1`.
  public var swift: String

  /// The program, by what its build knows of itself.
  public init(version: String, commit: String, build: String, swift: String) {
    self.version = version
    self.commit = commit
    self.build = build
    self.swift = swift
  }
}

/// The machine that was measured, as the operating system tells it.
public struct MachineIdentity: Codable, Hashable, Sendable {
  /// Model name of the processor.
  public var cpu: String
  /// `x86_64` or `aarch64`.
  public var architecture: String
  /// Family, model and stepping, such as `26-2-1`; absent where there are none.
  public var cpuSignature: String?
  /// Processors that the system shows.
  public var logicalCPUs: Int
  /// Processors that this process may use: affinity, cpuset and control-group quota, rounded down.
  public var effectiveCPUs: Int
  /// Bytes of one last-level cache, absent when the system does not tell.
  public var lastLevelCacheBytes: Int?
  /// Caches of that level, each shared by some processors; absent when the system does not tell.
  public var lastLevelCaches: Int?
  /// Bytes of main memory.
  public var memoryBytes: Int
  /// Operating system name, such as `Debian GNU/Linux 12 (bookworm)`.
  public var operatingSystem: String
  /// Kernel release.
  public var kernel: String
  /// Who makes the virtual machine, `unknown` when it does not tell; absent on bare metal.
  public var hypervisor: String?
  /// Which processors may be used, and what decides that; absent in older records.
  public var processors: ProcessorUse?
  /// Where memory comes from; absent in older records.
  public var memory: MemoryUse?
  /// What the machine counts energy of, such as `package-0`; absent where it does not, or not for this user.
  public var energyZones: [String]?
  /// How often a quota stopped the run; absent without counters and in older records.
  public var throttling: Throttling?

  /// What stands in a field that the system does not tell.
  public static let unknown = "unknown"

  enum CodingKeys: String, CodingKey {
    case cpu, architecture, cpuSignature, lastLevelCacheBytes, lastLevelCaches, memoryBytes
    case operatingSystem, kernel, hypervisor, processors, memory, throttling, energyZones
    case logicalCPUs = "logicalCpus"
    case effectiveCPUs = "effectiveCpus"
  }

  /// The machine, without `throttling`, which is set when a run has ended.
  public init(
    cpu: String, architecture: String, cpuSignature: String?, logicalCPUs: Int,
    effectiveCPUs: Int, lastLevelCacheBytes: Int?, lastLevelCaches: Int? = nil, memoryBytes: Int,
    operatingSystem: String, kernel: String, hypervisor: String?,
    processors: ProcessorUse? = nil, memory: MemoryUse? = nil
  ) {
    self.cpu = cpu
    self.architecture = architecture
    self.cpuSignature = cpuSignature
    self.logicalCPUs = logicalCPUs
    self.effectiveCPUs = effectiveCPUs
    self.lastLevelCacheBytes = lastLevelCacheBytes
    self.lastLevelCaches = lastLevelCaches
    self.memoryBytes = memoryBytes
    self.operatingSystem = operatingSystem
    self.kernel = kernel
    self.hypervisor = hypervisor
    self.processors = processors
    self.memory = memory
  }
}

/// A BLAS library as observed, not as requested.
public struct BLASIdentity: Codable, Hashable, Sendable {
  /// File that the loader opened, links resolved.
  public var path: String
  /// What the library says of itself, `unknown` when it says nothing.
  public var version: String
  /// Kernel family that it chose on this processor, `unknown` when it does not tell.
  public var core: String
  /// Threads that it used inside one call.
  public var threads: Int
  /// Integer width of its interface: `lp64` or `ilp64`.
  public var interface: String
  /// Its build configuration, absent when it does not tell.
  public var config: String?

  /// The library, by what it told when it was opened.
  public init(
    path: String, version: String, core: String, threads: Int, interface: String, config: String?
  ) {
    self.path = path
    self.version = version
    self.core = core
    self.threads = threads
    self.interface = interface
    self.config = config
  }
}

extension MachineIdentity {
  /// Whether times of both can be put together where they are of as many threads: the same processor, as many CPUs.
  ///
  /// How many of them a process may use is not asked: that is a matter of its threads.
  public func isSameHardware(as other: MachineIdentity) -> Bool {
    cpu == other.cpu && cpuSignature == other.cpuSignature && logicalCPUs == other.logicalCPUs
  }

  /// What `isSameHardware` goes by, in words: `AMD EPYC 26-2-1, 2 CPUs`.
  public var processorInWords: String {
    ([cpu] + [cpuSignature].compactMap(\.self)).joined(separator: " ")
      + ", \(logicalCPUs) \(logicalCPUs == 1 ? "CPU" : "CPUs")"
  }
}
