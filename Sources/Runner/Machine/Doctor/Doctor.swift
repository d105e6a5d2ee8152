import ModelSpec

/// Looks for what would spoil a measurement on this machine.
///
/// It only reads: files of the system through a function, the environment, what the BLAS library says of
/// itself. To add a finding, write a check in one of the files beside this one and name it in the table.
public struct Doctor {
  /// What is looked at.
  public struct Examination {
    /// The files of the system.
    public var machine: MachineProbe
    /// The environment of the process.
    public var environment: [String: String]
    /// The BLAS library as it was opened, or why it was not.
    public var blas: Result<BLASIdentity, EngineError>
    /// The build that would measure, `release` or `debug`.
    public var build: String
    /// Why the default suite cannot be measured with the memory there is; `nil` when it can.
    public var suiteRefusal: String?
    /// Counters at the beginning of a look, while this process does nothing.
    public var earlier: SystemCounters
    /// The same counters at its end.
    public var later: SystemCounters
    /// What the machine gave from moment to moment; `nil` where it was not watched.
    public var watch: DoctorDocument.Watch?

    /// Everything that is looked at.
    public init(
      machine: MachineProbe, environment: [String: String],
      blas: Result<BLASIdentity, EngineError>, build: String, suiteRefusal: String?,
      earlier: SystemCounters, later: SystemCounters, watch: DoctorDocument.Watch? = nil
    ) {
      self.machine = machine
      self.environment = environment
      self.blas = blas
      self.build = build
      self.suiteRefusal = suiteRefusal
      self.earlier = earlier
      self.later = later
      self.watch = watch
    }
  }

  /// A finding, or `nil` when all is well there.
  typealias Check = @Sendable (Examination) -> DoctorDocument.Finding?

  /// All checks; findings of one severity keep this order.
  static let checks: [Check] =
    ProcessorChecks.all + LoadChecks.all + SteadinessChecks.all + MemoryChecks.all
    + ProgramChecks.all

  /// The document of all findings.
  public static func document(of examination: Examination) -> DoctorDocument {
    DoctorDocument(
      machine: examination.machine.identity, findings: checks.compactMap { $0(examination) },
      watch: examination.watch)
  }

  /// The library that the `blas` engine would use, or why it cannot be used.
  public static func blas(path: String?) -> Result<BLASIdentity, EngineError> {
    do {
      let engine = try Engines.openBLAS(EngineSettings(library: path))
      return engine.blas.map { .success($0) } ?? .failure(EngineError("it says nothing of itself"))
    } catch {
      return .failure(error)
    }
  }

  /// Why the default suite does not fit the memory that a run would take by default; `nil` when it does.
  public static func suiteRefusal(on machine: MachineProbe, memoryBytes: Int) -> String? {
    guard let engine = try? Engines.table[0].open(EngineSettings()) else { return nil }
    let request = RunRequest(
      suite: .standard(), threads: machine.defaultThreads, memoryBytes: memoryBytes)
    do {
      _ = try RunPlan(request, engine: engine, machine: machine.identity)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
