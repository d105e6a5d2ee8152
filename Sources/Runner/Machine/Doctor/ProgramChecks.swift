import ModelSpec

/// Checks of the program that measures, its library, and what the environment tells both.
enum ProgramChecks {
  typealias Finding = DoctorDocument.Finding

  static let all: [Doctor.Check] = [
    debugBuild, forcedLevel, missingBLAS, referenceBLAS, slowCore, toldCore, toldThreads,
  ]

  private static let coreVariable = "OPENBLAS_CORETYPE"

  /// Where the costs of narrower kernels are from.
  private static let measuredOn =
    "one thread of a Zen 4 virtual machine, Results/calibration/doctor.md"

  /// A build whose times mean nothing.
  @Sendable static func debugBuild(_ examination: Doctor.Examination) -> Finding? {
    guard examination.build != "release" else { return nil }
    return Finding(
      id: "debug-build", severity: .high, what: "this is a \(examination.build) build of Tenfold",
      why: "its loops are not optimised, so it refuses to measure",
      mend: "swift build --configuration release")
  }

  /// The tile engine runs an older instruction set than the processor has.
  @Sendable static func forcedLevel(_ examination: Doctor.Examination) -> Finding? {
    guard let forced = examination.environment[Engines.levelVariable], !forced.isEmpty,
      let best = InstructionLevel(of: examination.machine),
      let level = InstructionLevel.allCases.first(where: { $0.name == forced }), level < best
    else { return nil }
    return Finding(
      id: "isa-forced", severity: .medium,
      what:
        "\(Engines.levelVariable) makes the tile engine use \(forced), and the CPU has \(best.name)",
      why:
        "narrower vectors compute fewer products at a time, so figures are those of an older CPU",
      cost: level == .v3
        ? "0.72 of the speed at 1 row, 0.96 at 16 and 0.98 at 256, v3 instead of v4 (\(measuredOn))"
        : Finding.unmeasured,
      mend: "unset \(Engines.levelVariable)")
  }

  /// No library for the blas engine.
  @Sendable static func missingBLAS(_ examination: Doctor.Examination) -> Finding? {
    guard case .failure(let error) = examination.blas else { return nil }
    return Finding(
      id: "blas-missing", severity: .low,
      what: "there is no BLAS library that can be used: \(error)",
      why: "the blas engine, and tenfold gemm where it compares with it, need one; the tile engine "
        + "needs none",
      cost: "nothing for the tile engine",
      mend: "sudo apt-get install libopenblas-dev")
  }

  /// The library of plain loops.
  @Sendable static func referenceBLAS(_ examination: Doctor.Examination) -> Finding? {
    guard let blas = try? examination.blas.get(), blas.isReference else { return nil }
    return Finding(
      id: "blas-reference", severity: .high,
      what: "the BLAS library \(blas.path) is the reference one",
      why:
        "its products are plain loops without vectors, a yardstick for results and not for speed",
      mend: "sudo apt-get install libopenblas-dev")
  }

  /// The library chose kernels for an older processor.
  @Sendable static func slowCore(_ examination: Doctor.Examination) -> Finding? {
    guard let blas = try? examination.blas.get(), let core = InstructionLevel(ofCore: blas.core),
      let best = InstructionLevel(of: examination.machine), core < best
    else { return nil }
    let isTold = examination.environment[coreVariable] != nil
    return Finding(
      id: "blas-core", severity: .medium,
      what:
        "BLAS \(blas.version) uses its kernels for \(blas.core) (\(core.name)), and the CPU has "
        + best.name,
      why:
        "the blas engine computes with narrower vectors than the CPU has, so the tile engine seems "
        + "faster beside it than it is",
      cost: core == .v3
        ? "0.81 of the speed at 16 rows and all of it at 256, Haswell's kernels instead of "
          + "Cooperlake's (\(measuredOn))"
        : "0.39 of the speed at 16 rows and 0.37 at 256, Nehalem's kernels instead of "
          + "Cooperlake's (\(measuredOn))",
      mend: isTold ? "unset \(coreVariable)" : "export \(coreVariable)=\(best.openBLASCore)")
  }

  /// The environment chooses the library's kernels, and they fit.
  @Sendable static func toldCore(_ examination: Doctor.Examination) -> Finding? {
    guard let core = examination.environment[coreVariable], slowCore(examination) == nil else {
      return nil
    }
    return Finding(
      id: "blas-core-forced", severity: .low, what: "\(coreVariable) is set to \(core)",
      why:
        "the library does not choose its kernels itself, so a record of this machine does not show "
        + "what others get on it",
      mend: "unset \(coreVariable)")
  }

  /// The environment gives the library threads, which Tenfold does not use.
  @Sendable static func toldThreads(_ examination: Doctor.Examination) -> Finding? {
    let variables = [
      "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS",
    ]
    .filter { examination.environment[$0] != nil }
    guard !variables.isEmpty else { return nil }
    let values = variables.map { "\($0)=\(examination.environment[$0] ?? "")" }
    return Finding(
      id: "blas-threads-told", severity: .low,
      what: "the environment has \(values.joined(separator: ", "))",
      why: "Tenfold has threads of its own (--threads) and lets the library use one in each; other "
        + "programs that you compare with obey the environment",
      mend: "unset \(variables.joined(separator: " "))")
  }
}

extension BLASIdentity {
  /// True for Netlib's library, which says nothing of itself and has one name in all distributions.
  fileprivate var isReference: Bool {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let names = ["libblas.so", "libcblas.so", "librefblas.so"]
    return config == nil && core == MachineIdentity.unknown
      && names.contains { file.hasPrefix($0) }
  }
}

/// The instruction sets that libraries and the tile engine have kernels for: levels of x86-64.
enum InstructionLevel: Int, Comparable, CaseIterable {
  case v2 = 2
  case v3
  case v4

  /// `v4`, as `TENFOLD_ISA` takes it.
  var name: String { "v\(rawValue)" }

  /// What OpenBLAS calls its kernels for it.
  var openBLASCore: String {
    switch self {
    case .v2: "Nehalem"
    case .v3: "Haswell"
    case .v4: "SkylakeX"
    }
  }

  /// What the processor has by its flags (x86-64 psABI, "Micro-Architecture Levels"); `nil` for others.
  init?(of machine: MachineProbe) {
    let flags = Set((machine.processorFields["flags"] ?? "").split(separator: " "))
    if flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"]) {
      self = .v4
    } else if flags.isSuperset(of: ["avx2", "fma"]) {
      self = .v3
    } else if flags.contains("sse4_2") {
      self = .v2
    } else {
      return nil
    }
  }

  /// What the kernels of a core need, by the names of OpenBLAS (`driver/others/dynamic.c`) and BLIS
  /// (`frame/base/bli_arch.c`); `nil` for a name that says nothing.
  init?(ofCore core: String) {
    switch core.lowercased() {
    case "skylakex", "cooperlake", "sapphirerapids", "skx", "zen4", "zen5": self = .v4
    case "haswell", "zen", "excavator", "zen2", "zen3": self = .v3
    case "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "nano", "athlon",
      "opteron",
      "opteron_sse3", "barcelona", "bobcat", "sandybridge", "bulldozer", "piledriver",
      "steamroller", "generic":
      self = .v2
    default: return nil
    }
  }

  static func < (left: InstructionLevel, right: InstructionLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
