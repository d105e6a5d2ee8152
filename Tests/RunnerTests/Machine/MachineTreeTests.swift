import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// What is understood of whole machines, by their files.
@Suite struct MachineTreeTests {
  /// A machine with what must be known of it.
  struct Machine: Sendable, CustomTestStringConvertible {
    var name: String
    /// Processors that may be used, as a list and as a number with the quota, and threads by default.
    var usable: String?
    var effective: Int
    var threads: Int
    /// Cores, threads of a core, sockets.
    var cores: Int?
    var threadsPerCore: Int?
    var sockets: Int?
    /// NUMA nodes: all, of the processors, of the memory.
    var nodes: (Int?, String?, String?)
    var caches: Int?
    var reason: String
    var testDescription: String { name }
  }

  static let machines = [
    Machine(
      name: "smt-one-socket", usable: "0-7", effective: 8, threads: 4, cores: 4, threadsPerCore: 2,
      sockets: 1, nodes: (1, "0", "0"), caches: 1, reason: "the machine has 8 switched on"),
    Machine(
      name: "two-sockets", usable: "0-15", effective: 16, threads: 16, cores: 16,
      threadsPerCore: 1, sockets: 2, nodes: (2, "0-1", "0-1"), caches: 2,
      reason: "the machine has 16 switched on"),
    Machine(
      name: "v1-quota-of-ancestor", usable: "0-7", effective: 2, threads: 2, cores: 8,
      threadsPerCore: 1, sockets: 1, nodes: (1, "0", "0"), caches: 2,
      reason: "the quota of control group /docker/abc is 2.5 of them"),
    Machine(
      name: "v2-quota-of-ancestor", usable: "0-3", effective: 1, threads: 1, cores: 4,
      threadsPerCore: 1, sockets: 1, nodes: (1, "0", "0"), caches: 1,
      reason: "the quota of control group /system.slice/ci.service is 1.5 of them"),
    Machine(
      name: "slurm-cpuset", usable: "8-9,24-25", effective: 4, threads: 2, cores: 2,
      threadsPerCore: 2, sockets: 1, nodes: (2, "1", "1"), caches: 2,
      reason: "the cpuset of control group /slurm/uid_1000/job_4242/step_0 allows 8-9,24-25 of 0-31"
    ),
    Machine(
      name: "offline-cpus", usable: "0-5", effective: 6, threads: 6, cores: 6, threadsPerCore: 1,
      sockets: 1, nodes: (1, "0", "0"), caches: 1,
      reason: "the machine has 6 switched on, without the offline CPUs 6-7"),
    Machine(
      name: "eight-caches", usable: "0-63", effective: 64, threads: 64, cores: 64,
      threadsPerCore: 1, sockets: 1, nodes: (1, "0", "0"), caches: 8,
      reason: "the machine has 64 switched on"),
    Machine(
      name: "no-sys", usable: "0-3", effective: 4, threads: 2, cores: 2, threadsPerCore: 2,
      nodes: (nil, nil, "0"), reason: "the machine has 4 switched on"),
    Machine(
      name: "rubbish", usable: nil, effective: 1, threads: 1, nodes: (nil, nil, nil),
      reason: "the machine has 2 switched on"),
    Machine(
      name: "namespaced-root", usable: "0-15", effective: 6, threads: 6, cores: 8,
      threadsPerCore: 2, sockets: 1, nodes: (1, "0", "0"), caches: 1,
      reason: "the quota of control group / is 6 of them"),
    Machine(
      name: "arm64", usable: "0-3", effective: 4, threads: 4, cores: 4, threadsPerCore: 1,
      nodes: (1, "0", "0"), caches: 1, reason: "the machine has 4 switched on"),
    Machine(
      name: "both-versions", usable: "0-1", effective: 2, threads: 2, cores: 2, threadsPerCore: 1,
      sockets: 1, nodes: (1, "0", "0"), caches: 1, reason: "the machine has 2 switched on"),
  ]

  @Test(arguments: machines) func isUnderstood(_ machine: Machine) throws {
    let probe = try MachineTree(machine.name).probe
    let identity = probe.identity
    #expect(probe.processors.usable?.description == machine.usable)
    #expect(identity.effectiveCPUs == machine.effective)
    #expect(probe.defaultThreads == machine.threads)
    #expect(identity.processors?.cores == machine.cores)
    #expect(identity.processors?.threadsPerCore == machine.threadsPerCore)
    #expect(identity.processors?.sockets == machine.sockets)
    #expect(identity.memory?.nodes == machine.nodes.0)
    #expect(identity.memory?.processorNodes == machine.nodes.1)
    #expect(identity.memory?.allowedNodes == machine.nodes.2)
    #expect(identity.lastLevelCaches == machine.caches)
    #expect(probe.reasonForLimit == machine.reason)
  }

  @Test(arguments: [
    ("v1-quota-of-ancestor", 2.5, "/docker/abc"),
    ("v2-quota-of-ancestor", 1.5, "/system.slice/ci.service"), ("namespaced-root", 6, "/"),
    ("smt-one-socket", nil, nil), ("slurm-cpuset", nil, nil), ("rubbish", nil, nil),
    ("both-versions", nil, nil),
  ])
  func theTightestQuotaOfAllAncestorsHolds(name: String, quota: Double?, group: String?) throws {
    let processors = try MachineTree(name).probe.identity.processors
    #expect(processors?.quota == quota)
    #expect(processors?.quotaGroup == group)
  }

  /// Limits less what is used and cannot be given back: 4 - 2 + 1 GiB; 4 - 3; 16 - 1; 6 - 2 + 0.5.
  @Test(arguments: [
    ("v1-quota-of-ancestor", 3072), ("v2-quota-of-ancestor", 1024), ("slurm-cpuset", 15360),
    ("namespaced-root", 4608), ("smt-one-socket", 24000), ("no-sys", 6144), ("rubbish", 4096),
  ])
  func theTightestMemoryLimitOfAllAncestorsHolds(name: String, mebibytes: Int) throws {
    #expect(try MachineTree(name).probe.availableMemoryBytes == mebibytes << 20)
  }

  @Test(arguments: [
    ("v1-quota-of-ancestor", ThrottledTime(times: 40, seconds: 2.5)),
    ("v2-quota-of-ancestor", ThrottledTime(times: 8, seconds: 0.351)),
    ("namespaced-root", ThrottledTime(times: 3, seconds: 0.012)),
    ("smt-one-socket", ThrottledTime(times: 0, seconds: 0)), ("rubbish", nil), ("no-sys", nil),
  ])
  func throttlingIsAddedOverAncestors(name: String, throttled: ThrottledTime?) throws {
    #expect(try MachineTree(name).probe.throttled == throttled)
  }

  @Test(arguments: [
    ("two-sockets", "madvise", "madvise"), ("slurm-cpuset", "always", "madvise"),
    ("rubbish", nil, nil), ("no-sys", nil, nil),
  ])
  func theModeOfHugePagesIsTheOneInBrackets(name: String, mode: String?, defrag: String?) throws {
    let memory = try MachineTree(name).probe.identity.memory
    #expect(memory?.hugePages == mode)
    #expect(memory?.hugePageDefrag == defrag)
  }

  @Test func whatIsNotKnownIsAbsentAndNeverZero() throws {
    let identity = try MachineTree("rubbish").probe.identity
    #expect(identity.memory == nil)
    #expect(identity.lastLevelCacheBytes == nil)
    // What /proc/cpuinfo lists is all that is known of these processors.
    var known = ProcessorUse()
    known.online = "0-1"
    #expect(identity.processors == known)
  }

  @Test func aMaskNarrowerThanTheMachineIsNamedAsTheReason() throws {
    let status = "/proc/self/status"
    let pinned = try MachineTree("both-versions").with([status: "Cpus_allowed_list:\t0\n"]).probe
    #expect(pinned.identity.effectiveCPUs == 1)
    #expect(pinned.reasonForLimit == "the affinity mask allows CPU 0 of 0-1")
    #expect(pinned.identity.processors?.affinity == "0")
  }

  /// Both hardware threads of a core are one core, whichever of them may be used.
  @Test(arguments: [("0,4", 2, 1), ("0-1", 2, 2), ("3-7", 5, 4), ("5", 1, 1)])
  func siblingsCountOnce(mask: String, effective: Int, threads: Int) throws {
    let pinned = try MachineTree("smt-one-socket")
      .with(["/proc/self/status": "Cpus_allowed_list:\t\(mask)\n"]).probe
    #expect(pinned.identity.effectiveCPUs == effective)
    #expect(pinned.defaultThreads == threads)
  }

  @Test func aGroupOutsideOfWhatIsMountedIsLimitedByItsRoot() throws {
    let tree = try MachineTree("namespaced-root").with(["/proc/self/cgroup": "0::/../other\n"])
    #expect(tree.probe.identity.processors?.quota == 6)
  }

  @Test func limitsOfTheProcessCountAsMemory() throws {
    let tree = try MachineTree("no-sys").with([
      "/proc/self/status": "VmSize:\t524288 kB\nVmData:\t 65536 kB\nCpus_allowed_list:\t0\n",
      "/proc/self/limits": """
      Limit                     Soft Limit           Hard Limit           Units
      Max data size             unlimited            unlimited            bytes
      Max address space         2147483648           unlimited            bytes
      """,
    ])
    // Half of 2 GiB, less 512 MiB in use and 256 MiB for threads.
    #expect(tree.probe.addressableBytes == 640 << 20)
    #expect(tree.probe.availableMemoryBytes == 640 << 20)
    #expect(try MachineTree("both-versions").probe.addressableBytes == nil)
    let narrow = tree.with(["/proc/self/limits": "Max data size  1024  unlimited  bytes\n"])
    #expect(narrow.probe.addressableBytes == 0)
  }

  @Test func weightsOnOtherNodesAreACaution() throws {
    let two = try MachineTree("two-sockets").probe.identity
    #expect(two.cautions(threads: 1) == [])
    #expect(two.cautions(threads: 2).count == 1)
    #expect(two.cautions(threads: 2)[0].contains("the NUMA nodes 0-1"))
    #expect(try MachineTree("slurm-cpuset").probe.identity.cautions(threads: 2) == [])
    let remote = try MachineTree("slurm-cpuset").with([
      "/proc/self/status": "Cpus_allowed_list:\t8-9\nMems_allowed_list:\t0\n"
    ]).probe.identity
    #expect(remote.cautions(threads: 1).count == 1)
    #expect(remote.cautions(threads: 1)[0].contains("node 1 and may have memory of node 0"))
    #expect(try MachineTree("no-sys").probe.identity.cautions(threads: 2) == [])
  }

  /// Where pages were looked at, a tenth of them may lie elsewhere: some of a full node always do.
  @Test func weightsThatWereFoundBesideTheirReadersAreNoCaution() throws {
    let two = try MachineTree("two-sockets").probe.identity
    func cautions(_ runs: [WeightPlacement?], threads: Int = 2) -> [String] {
      two.cautions(threads: threads, placement: WeightPlacement(runs))
    }
    #expect(cautions([WeightPlacement(pages: 100, elsewhere: 10)]) == [])
    let half = WeightPlacement(pages: 60, elsewhere: 30)
    for threads in [1, 2] {
      #expect(cautions([half], threads: threads).count == 1)
      #expect(cautions([half], threads: threads)[0].hasPrefix("30 of 60 pages of weights"))
    }
    #expect(cautions([half, WeightPlacement(pages: 40, elsewhere: 0)])[0].hasPrefix("30 of 100 "))
    #expect(cautions([half, nil])[0].contains("was not looked at"))
    #expect(cautions([])[0].contains("was not looked at"))
  }

  /// Processors that may be used, node by node; siblings count as one core.
  @Test func nodesHaveTheirUsableProcessors() throws {
    let two = try MachineTree("two-sockets")
    let nodes = two.probe.nodes
    #expect(nodes.map(\.id) == [0, 1])
    let usable = try #require(two.probe.processors.usable)
    #expect(nodes.flatMap(\.processors).sorted() == usable.sorted)
    #expect(nodes.reduce(0) { $0 + $1.cores } == two.probe.processors.cores(of: usable)?.count)
    let slurm = try MachineTree("slurm-cpuset").probe
    #expect(slurm.nodes.count == slurm.processors.processorNodes?.count)
    #expect(try MachineTree("no-sys").probe.nodes == [])
  }

  @Test func moreThreadsThanCoresAreACaution() throws {
    let machine = try MachineTree("smt-one-socket").probe.identity
    #expect(machine.cautions(threads: 4) == [])
    #expect(machine.cautions(threads: 5).count == 1)
    #expect(machine.cautions(threads: 5)[0].hasPrefix("5 threads share 4 cores"))
  }

  @Test func aCellIsMarkedWhenItsQuotaStoppedIt() {
    var readings = [
      ThrottledTime(times: 3, seconds: 1), ThrottledTime(times: 15, seconds: 1.25),
      ThrottledTime(times: 16, seconds: 1.35),
    ]
    let meter = ThrottleMeter { readings.removeFirst() }
    let before = meter.read()
    let first = meter.added(since: before)
    #expect(first.cautions.count == 1)
    #expect(first.cautions[0].contains("stopped this process 12 times, for 250 ms in all"))
    let second = meter.added(since: ThrottledTime(times: 15, seconds: 1.25))
    #expect(second.cautions[0].contains("once, for 100 ms"))
    #expect((first + second).cautions[0].contains("13 times, for 350 ms"))
    let none = ThrottledTime(times: 0, seconds: 0)
    #expect(none.cautions == [])
    #expect(ThrottleMeter.none.added(since: none) == none)
    #expect(ThrottleMeter { before }.added(since: nil) == none)
  }

  @Test func listsAreReadAndWrittenAsTheKernelDoes() {
    #expect(CPUList("0-3,8")?.sorted == [0, 1, 2, 3, 8])
    #expect(CPUList("8,0-2,3")?.description == "0-3,8")
    for rubbish in ["", "3-1", "a", "1-", "-1", "0-99999999999", "1-2-3", "0-16384"] {
      #expect(CPUList(rubbish) == nil, "\(rubbish)")
    }
  }
}
