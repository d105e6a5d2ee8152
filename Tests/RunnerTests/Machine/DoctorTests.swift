import ModelSpec
import Testing

@testable import Runner

/// Sick machines get exactly the findings that are theirs, and healthy ones none.
@Suite struct DoctorTests {
  /// A library that fits a processor with AVX-512.
  private static let fitting = BLASIdentity(
    path: "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so", version: "0.3.21",
    core: "SkylakeX", threads: 1, interface: "lp64", config: "OpenBLAS 0.3.21")

  /// An examination of an idle machine, with what a test makes sick.
  private func examine(
    _ tree: MachineTree, environment: [String: String] = [:],
    blas: Result<BLASIdentity, EngineError> = .success(fitting), build: String = "release",
    suiteRefusal: String? = nil, after changes: [String: String?] = [:],
    watch: DoctorDocument.Watch? = nil
  ) -> [DoctorDocument.Finding] {
    // Every processor idles for a hundred ticks.
    let idle = { (ticks: Int) in
      (0..<64).map { "cpu\($0) 50 0 50 \(ticks) 0 0 0 0 0 0\n" }.joined()
    }
    let start = tree.with(
      ["/proc/stat": idle(1000), "/proc/vmstat": "pswpin 5\npswpout 6\n"])
    let end = start.with(["/proc/stat": idle(1100)]).with(changes)
    return Doctor.document(
      of: Doctor.Examination(
        machine: end.probe, environment: environment, blas: blas, build: build,
        suiteRefusal: suiteRefusal, earlier: SystemCounters(start.probe),
        later: SystemCounters(end.probe), watch: watch)
    ).findings
  }

  private func tree(_ name: String = "both-versions", _ changes: [String: String?] = [:]) throws
    -> MachineTree
  {
    try MachineTree(name).with(changes)
  }

  @Test(arguments: ["both-versions", "smt-one-socket", "eight-caches", "arm64"])
  func aHealthyMachineHasNoFindings(name: String) throws {
    #expect(examine(try tree(name)) == [])
  }

  /// Moments that a tenth of which are disturbed either way do not make a machine unsteady.
  @Test(arguments: [
    (35.0, 60.0, 180.0, ["memory-unsteady"]), (58.0, 60.0, 90.0, ["cores-unsteady"]),
    (35.0, 60.0, 90.0, ["memory-unsteady", "cores-unsteady"]), (55.0, 60.0, 175.0, []),
  ])
  func aMachineThatIsNotTheSameFromMomentToMomentHasAFinding(
    slowRead: Double, fastRead: Double, slowPeak: Double, findings: [String]
  ) throws {
    let read = [1] + Array(repeating: slowRead, count: 4) + Array(repeating: fastRead, count: 7)
    let peak = [1] + Array(repeating: slowPeak, count: 4) + Array(repeating: 181.0, count: 7)
    let watch = DoctorDocument.Watch(
      threads: 2, seconds: 1, moments: 12, momentSeconds: 0.05,
      readBytesPerSecond: try #require(DoctorDocument.Spread(read.map { $0 * 1e9 })),
      peakFlopsPerSecond: try #require(DoctorDocument.Spread(peak.map { $0 * 1e9 })))
    let found = examine(try tree(), watch: watch)
    #expect(found.map(\.id) == findings)
    if findings.contains("memory-unsteady") {
      #expect(
        found[0].what == "reading from memory went between 35 and 60 GB/s while it was watched")
    }
  }

  /// What each of the other machines is sick of, the worst first.
  @Test(arguments: [
    ("two-sockets", ["numa-nodes"]), ("v1-quota-of-ancestor", ["cpu-quota"]),
    ("v2-quota-of-ancestor", ["cpu-quota"]), ("namespaced-root", ["cpu-quota"]),
    ("slurm-cpuset", ["shared-cores", "cpuset-narrow"]),
    ("offline-cpus", ["governor", "cpus-offline"]), ("no-sys", ["system-silent"]),
    ("rubbish", ["system-silent"]),
  ])
  func aSickMachineHasItsFindings(name: String, findings: [String]) throws {
    #expect(examine(try tree(name)).map(\.id) == findings)
  }

  /// One file that makes the healthy machine sick, the finding, and what it must say.
  @Test(arguments: [
    (
      "/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]", "huge-pages-off",
      "high", "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"
    ),
    (
      "/sys/kernel/mm/transparent_hugepage/defrag", "always defer madvise [never]",
      "huge-pages-defrag", "low",
      "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/defrag"
    ),
    (
      "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n", "governor", "medium",
      "sudo cpupower frequency-set --governor performance"
    ),
    (
      "/proc/self/status", "Cpus_allowed_list:\t1\nMems_allowed_list:\t0\n", "affinity-narrow",
      "low", "taskset --cpu-list 0-1 tenfold run"
    ),
    (
      "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n", "clock-source",
      "medium",
      "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
    ),
    (
      "/sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock\n",
      "clock-source", "low",
      "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"
    ),
    (
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000", "cpu-quota", "medium",
      "sudo systemd-run --scope --uid=$USER tenfold run"
    ),
    (
      "/proc/meminfo", "MemTotal: 8388608 kB\nSwapTotal: 4194304 kB\nSwapFree: 3145728 kB\n",
      "swap-in-use", "low", "sudo swapoff --all && sudo swapon --all"
    ),
    (
      "/sys/devices/system/cpu/present", "0-3", "", "", ""
    ),
  ])
  func oneFileMakesOneFinding(
    path: String, text: String, id: String, severity: String, mend: String
  ) throws {
    let findings = examine(try tree("both-versions", [path: text]))
    #expect(findings.map(\.id) == (id.isEmpty ? [] : [id]))
    #expect(findings.map(\.severity.rawValue) == (id.isEmpty ? [] : [severity]))
    #expect(findings.map(\.mend) == (id.isEmpty ? [] : [mend]))
  }

  /// Counters of the second processor after the look, and what they show.
  @Test(arguments: [
    ("cpu1 52 0 50 1098 0 0 0 0", [], ""),
    ("cpu1 130 0 70 1000 0 0 0 0", ["load"], "may be used busy, 1 of 2"),
    ("cpu1 70 0 50 1080 0 0 0 0", ["load"], "may be used busy, 0.2 of 2"),
    ("cpu1 50 0 50 1096 0 0 0 4", ["steal"], "took 2 % of the time"),
    ("cpu1 50 0 50 1080 0 0 0 20", ["steal"], "took 10 % of the time"),
    ("cpu1 50 0 50 1000 0 0 0 0", [], ""), ("cpu1 x", [], ""),
  ])
  func whatRunsBesideIsSeen(line: String, ids: [String], words: String) throws {
    let findings = examine(
      try tree(), after: ["/proc/stat": "cpu0 50 0 50 1100 0 0 0 0\n\(line)\n"])
    #expect(findings.map(\.id) == ids)
    #expect(findings.allSatisfy { $0.what.contains(words) })
  }

  @Test func aBusySiblingIsSeenAlsoWhereItMayNotBeUsed() throws {
    let status = "/proc/self/status"
    let pinned = try tree(
      "smt-one-socket", [status: "Cpus_allowed_list:\t0-3\nMems_allowed_list:\t0\n"])
    var lines = (0..<8).map { "cpu\($0) 50 0 50 1100 0 0 0 0\n" }
    lines[6] = "cpu6 140 0 50 1010 0 0 0 0\n"
    let findings = examine(pinned, after: ["/proc/stat": lines.joined()])
    #expect(findings.map(\.id) == ["sibling-busy", "affinity-narrow"])
    #expect(findings[0].what.hasSuffix("are busy: CPU 6"))
  }

  @Test func throttlingThatWasSeenMakesAQuotaWorse() throws {
    let group = "/sys/fs/cgroup/system.slice/ci.service/cpu.stat"
    let before = examine(try tree("v2-quota-of-ancestor"))
    #expect(before[0].severity == .high)
    #expect(before[0].what.contains("has stopped processes 8 times since it was made"))
    let during = examine(
      try tree("v2-quota-of-ancestor"), after: [group: "nr_throttled 9\nthrottled_usec 450000\n"])
    #expect(
      during[0].what.contains("may use 1.5 CPUs of time, and stopped processes 2 times within"))
    #expect(during[0].mend == "tenfold run --threads 1")
  }

  @Test func energyThatOnlyOthersMayReadIsSaid() throws {
    let zone = "/sys/class/powercap/intel-rapl:0"
    let hidden = [
      "\(zone)/name": "package-0\n", "\(zone)/max_energy_range_uj": "262143328850\n",
    ]
    let findings = examine(try tree("both-versions", hidden))
    #expect(findings.map(\.id) == ["energy-hidden"])
    #expect(findings[0].mend == "sudo chmod a+r \(zone)/energy_uj")
    let readable = hidden.merging(["\(zone)/energy_uj": "5\n"]) { $1 }
    #expect(examine(try tree("both-versions", readable)).isEmpty)
  }

  @Test func swappingIsSeenBetweenTheReadings() throws {
    let findings = examine(try tree(), after: ["/proc/vmstat": "pswpin 25\npswpout 6\n"])
    #expect(findings.map(\.id) == ["swapping"])
    #expect(findings[0].what.contains("20 pages"))
  }

  @Test func memoryOfAnotherNodeIsWorseThanTwoNodes() throws {
    let remote = try tree(
      "two-sockets", ["/proc/self/status": "Cpus_allowed_list:\t0-15\nMems_allowed_list:\t1\n"])
    #expect(examine(remote).map(\.id) == ["numa-memory", "numa-nodes"])
    #expect(examine(remote)[0].mend.contains("--membind=1"))
  }

  @Test func switchedOffSiblingsAreNoFinding() throws {
    let off = "/sys/devices/system/cpu/smt/control"
    #expect(examine(try tree("offline-cpus", [off: "off\n"])).map(\.id) == ["governor"])
  }

  @Test func theProgramAndItsEnvironmentAreLookedAt() throws {
    let healthy = try tree()
    func ids(_ environment: [String: String]) -> [String] {
      examine(healthy, environment: environment).map(\.id)
    }
    #expect(examine(healthy, build: "debug").map(\.id) == ["debug-build"])
    #expect(examine(healthy, suiteRefusal: "it needs 2 GiB").map(\.why) == ["it needs 2 GiB"])
    #expect(ids(["TENFOLD_ISA": "v3"]) == ["isa-forced"])
    #expect(ids(["TENFOLD_ISA": "v4"]) == [])
    #expect(
      examine(healthy, environment: ["TENFOLD_ISA": "v3"])[0].cost.hasPrefix("0.72 of the speed"))
    #expect(examine(healthy, environment: ["TENFOLD_ISA": "v2"])[0].cost == "not measured")
    #expect(ids(["TENFOLD_ISA": ""]) == [])
    #expect(ids(["OPENBLAS_CORETYPE": "SkylakeX"]) == ["blas-core-forced"])
    #expect(
      ids(["OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "2"]) == ["blas-threads-told"])
  }

  /// Cores that a library may have chosen on a processor with AVX-512, and on one without.
  @Test(arguments: [
    ("both-versions", "Haswell", "export OPENBLAS_CORETYPE=SkylakeX"),
    ("both-versions", "Zen", "export OPENBLAS_CORETYPE=SkylakeX"), ("both-versions", "Zen4", nil),
    ("both-versions", "unknown", nil), ("both-versions", "Cooperlake", nil),
    ("eight-caches", "Prescott", "export OPENBLAS_CORETYPE=Haswell"), ("eight-caches", "Zen", nil),
    ("arm64", "Haswell", nil),
  ])
  func coresOfTheLibraryMustFit(name: String, core: String, mend: String?) throws {
    var blas = Self.fitting
    blas.core = core
    let findings = examine(try tree(name), blas: .success(blas))
    #expect(findings.map(\.mend) == (mend.map { [$0] } ?? []))
    #expect(findings.allSatisfy { $0.id == "blas-core" })
    let told = examine(
      try tree(name), environment: ["OPENBLAS_CORETYPE": core], blas: .success(blas))
    #expect(told.map(\.id) == [mend == nil ? "blas-core-forced" : "blas-core"])
    #expect(told.map(\.mend) == ["unset OPENBLAS_CORETYPE"])
  }

  @Test func aMissingLibraryAndTheReferenceOneAreNamed() throws {
    let missing = examine(try tree(), blas: .failure(EngineError("libopenblas.so.0 is not there")))
    #expect(missing.map(\.id) == ["blas-missing"])
    #expect(missing[0].what.contains("libopenblas.so.0 is not there"))
    let reference = BLASIdentity(
      path: "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", version: "unknown",
      core: "unknown", threads: 1, interface: "lp64", config: nil)
    #expect(examine(try tree(), blas: .success(reference)).map(\.id) == ["blas-reference"])
  }

  @Test func everyFindingSaysWhatWhyAndHowToMendIt() throws {
    let findings = try ["slurm-cpuset", "offline-cpus", "v1-quota-of-ancestor", "no-sys"]
      .flatMap { examine(try tree($0)) }
    for finding in findings {
      for text in [finding.id, finding.what, finding.why, finding.cost, finding.mend] {
        #expect(!text.isEmpty && !text.hasSuffix("."), "\(finding)")
      }
    }
  }
}
