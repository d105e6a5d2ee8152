import ModelSpec
import Testing

@testable import Runner

@Suite struct MachineProbeTests {
  private let files = [
    "/proc/cpuinfo": """
    processor\t: 0
    cpu family\t: 25
    model\t\t: 17
    model name\t: AMD EPYC 9R14
    stepping\t: 1
    flags\t\t: fpu avx512f hypervisor

    processor\t: 1
    model name\t: AMD EPYC 9R14
    """,
    "/proc/meminfo": "MemTotal:       16384 kB\nMemAvailable:    8192 kB\n",
    "/proc/sys/kernel/osrelease": "6.1.0-30-cloud-amd64\n",
    "/etc/os-release": "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    "/sys/devices/system/cpu/cpu0/cache/index2/level": "2\n",
    "/sys/devices/system/cpu/cpu0/cache/index2/size": "1024K\n",
    "/sys/devices/system/cpu/cpu0/cache/index3/level": "3\n",
    "/sys/devices/system/cpu/cpu0/cache/index3/size": "32768K\n",
    "/sys/class/dmi/id/sys_vendor": "Amazon EC2\n",
  ]

  private func probe(_ changes: [String: String] = [:], affinity: Int = 2) -> MachineProbe {
    let files = files.merging(changes) { _, new in new }
    return MachineProbe(affinityCPUs: affinity) { files[$0] }
  }

  @Test func readsAVirtualMachine() {
    let machine = probe().identity
    #expect(machine.cpu == "AMD EPYC 9R14")
    #expect(machine.cpuSignature == "25-17-1")
    #expect(machine.logicalCPUs == 2)
    #expect(machine.effectiveCPUs == 2)
    #expect(machine.lastLevelCacheBytes == 32 << 20)
    #expect(machine.memoryBytes == 16 << 20)
    #expect(machine.operatingSystem == "Debian GNU/Linux 12 (bookworm)")
    #expect(machine.kernel == "6.1.0-30-cloud-amd64")
    #expect(machine.hypervisor == "Amazon EC2")
  }

  /// Fillable bytes are those of one cache, or of as many as threads may run beside.
  @Test(arguments: [
    ("0-1", 1, 32), ("0", 2, 64), ("0,1", 1, 32), ("0-3", 1, 32), ("", nil, 32), ("1-0", nil, 32),
  ])
  func countsTheLastLevelCaches(sharing: String, caches: Int?, mebibytes: Int) {
    let machine = probe([
      "/sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list": "\(sharing)\n"
    ]).identity
    #expect(machine.lastLevelCaches == caches)
    #expect(machine.cacheBytes(threads: 1) == 32 << 20)
    #expect(machine.cacheBytes(threads: 8) == mebibytes << 20)
  }

  @Test(arguments: [("max 100000", 4), ("150000 100000", 1), ("200000 100000", 2), ("5 100000", 1)])
  func aQuotaLimitsTheProcessors(quota: String, effective: Int) {
    let machine = probe(["/sys/fs/cgroup/cpu.max": quota], affinity: 4).identity
    #expect(machine.effectiveCPUs == effective)
  }

  @Test func aControlGroupLimitsTheMemory() {
    #expect(probe().availableMemoryBytes == 8 << 20)
    let limited = probe([
      "/sys/fs/cgroup/memory.max": "4194304\n", "/sys/fs/cgroup/memory.current": "1048576\n",
    ])
    #expect(limited.availableMemoryBytes == 3 << 20)
  }

  @Test func aMachineThatTellsNothingHasAnIdentityAllTheSame() {
    let silent = MachineProbe(affinityCPUs: 0) { _ in nil }
    #expect(silent.identity.effectiveCPUs == 1)
    #expect(silent.identity.lastLevelCacheBytes == nil)
    #expect(silent.identity.hypervisor == nil)
    #expect(silent.availableMemoryBytes == nil)
  }
}
