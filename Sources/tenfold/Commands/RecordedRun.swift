import LayerSpec
import ModelSpec
import Reporter
import Runner

/// A run as its record tells it, to be measured once more: the same pairings under the same conditions, each cell
/// in the form that it had.
struct RecordedRun {
  private let named: NamedRecord
  private var options: RunOptions { named.record.options }
  /// The cells with times that this version knows.
  private let cells: [Cell]

  /// Reads the record at `path`.
  ///
  /// - Throws: `Failure` with status 65 when it is none, or has nothing that could be measured again.
  init(_ path: String) throws(Failure) {
    named = try RecordFile.read(path)
    cells = named.record.cells.filter(\.isKnown)
    guard !cells.isEmpty else {
      throw Failure(
        .badInput,
        "the record \(path) has no cell with times that this tenfold can measure; give another to --like"
      )
    }
  }

  /// An option as it was given, with what the record has in its place.
  struct Asked {
    let name: String
    /// What was given, empty for nothing.
    let values: [String]
    /// What the record was measured with, empty for nothing.
    let recorded: [String]
  }

  /// Refuses an option that asks for something else than was measured.
  ///
  /// - Throws: `Failure` with status 64.
  func requireAgreement(_ asked: [Asked]) throws(Failure) {
    for option in asked where !option.values.isEmpty {
      guard Set(option.values) != Set(option.recorded) else { continue }
      let had = option.recorded.joined(separator: ",")
      throw Failure(
        .usage,
        "\(option.name) \(option.values.joined(separator: ",")) contradicts --like \(named.name), which was "
          + "measured with \(had.isEmpty ? "none" : had); leave it out, or leave --like out")
    }
  }

  /// What the record has of an option that sets a condition.
  func recorded(_ condition: Conditions.Name) -> [String] {
    condition == .workload ? [(options.workload ?? .usual).rawValue] : options[condition]
  }

  /// The architectures as they were named.
  var architectures: [String] { options.sweep.map { [$0.architecture] } ?? options.candidates }
  var baselines: [String] { options.baselines }
  var suite: String { options.suite }
  var seed: UInt64 { options.seed }
  /// What engines chose by trying; `nil` where the record does not say.
  var choices: [String: String]? { named.record.choices }
  /// The library that was named, or the default one that was found.
  var library: [String] { [options.blas ?? named.record.blas?.path].compactMap(\.self) }

  /// The engine options with what they leave open as the record has it.
  ///
  /// - Throws: `Failure` with status 64 where `TENFOLD_ISA` asks for other instructions than it did.
  func engine(_ own: EngineOptions) throws(Failure) -> EngineOptions {
    let (level, variable) = (EngineOptions.forcedLevel, Engines.levelVariable)
    guard level == options.instructionSet else {
      throw Failure(
        .usage,
        "\(variable) is \(level ?? "not set"), and \(named.name) was measured with it "
          + (options.instructionSet.map { "as \($0); set it so" } ?? "not set; unset it"))
    }
    return own.completed(
      by: PassConditions(
        engines: options.engines, library: options.blas, format: options.precision))
  }

  /// What a run may do otherwise than its record: nothing of it is in a cell's form.
  struct Freedom {
    /// Seconds for the whole run; `nil` for as many as it had.
    var budgetSeconds: Double?
    /// How narrow intervals must be; `nil` for what it was.
    var interval: Double?
    /// Bytes for weights and scratch; `nil` for as many as it had.
    var memoryBytes: Int?
  }

  /// What is to be measured: one request for each kind of pass and number of threads.
  ///
  /// - Throws: `Failure` with status 64 or 65 for an architecture, a workload or a recording that cannot be found
  ///   again, and for a recording that is another now.
  func requests(
    _ freedom: Freedom, effort: MeasuringEffort, on machine: MachineProbe
  ) throws(Failure) -> [RunRequest] {
    let forms = RecordedForms(of: named.record, named: named.name)
    let memory = try machine.memoryBytes(asked: freedom.memoryBytes ?? options.memoryBytes)
    var requests: [RunRequest] = []
    for kind in cells.map(\.workload.kind).uniqued() {
      guard let workload = Workloads.workload(named: kind.rawValue) else {
        throw Failure(
          .badInput, "\(named.name) measured the workload \(kind), which this tenfold does not have"
        )
      }
      let own = cells.filter { $0.workload.kind == kind }
      let suite = try suite(of: own, workload)
      for threads in own.map(\.threads).uniqued() {
        requests.append(
          RunRequest(
            suite: suite, workload: workload, formats: FormatPlan(options.precision),
            sizes: WorkloadSizes(of: own.map(\.workload)),
            threads: try machine.threads(asked: threads),
            budgetSeconds: freedom.budgetSeconds ?? options.budgetSeconds,
            interval: freedom.interval ?? options.interval ?? RunRequest.defaultInterval,
            forms: forms, memoryBytes: memory ?? machine.defaultMemoryBytes, seed: options.seed,
            effort: effort))
      }
    }
    return requests
  }

  /// The pairings of cells, in their order, each under the routings that it had.
  private func suite(
    of cells: [Cell], _ workload: any MeasurableWorkload
  ) throws(Failure) -> Suite {
    var pairings: [Pairing] = []
    for pair in cells.map({ [$0.candidate, $0.baseline] }).uniqued() {
      let own = cells.filter { [$0.candidate, $0.baseline] == pair }
      var routings: [Routing] = []
      for cell in own {
        guard let routing = try routing(of: cell), !routings.contains(routing) else { continue }
        routings.append(routing)
      }
      let baseline: Baseline
      do {
        baseline = try BaselineArgument.resolve(pair[1])
      } catch {
        throw unresolved(pair[1], error)
      }
      pairings.append(
        Pairing(
          candidate: try candidate(pair[0], workload), baseline: baseline, routings: routings))
    }
    return Suite(name: options.suite, pairings: pairings, sweep: options.sweep)
  }

  /// The architecture of that id, or the variant of one that a sweep measured.
  private func candidate(
    _ id: String, _ workload: any MeasurableWorkload
  ) throws(Failure) -> Architecture {
    let variant = options.sweep?.variant(called: id)
    let architecture: Architecture
    do {
      architecture = try ArchitectureArgument.resolve(
        variant == nil ? id : options.sweep?.architecture ?? id)
    } catch {
      throw unresolved(id, error)
    }
    guard let variant else { return architecture }
    do {
      return try workload.variant(variant, of: architecture)
    } catch {
      throw Failure(.badInput, "\(named.name) measured \(id), which cannot be had now: \(error)")
    }
  }

  private func unresolved(_ id: String, _ error: Failure) -> Failure {
    Failure(error.status, "\(named.name) measured \(id), which is not found again: \(error)")
  }

  /// The routing of a cell, its recording read again; `nil` for a workload that routes nothing.
  private func routing(of cell: Cell) throws(Failure) -> Routing? {
    guard let summary = cell.routing else { return nil }
    let name = summary.condition.option
    guard let argument = RoutingArgument(name) else {
      throw Failure(
        .badInput,
        "\(named.name) was measured with the routing \(name), which this tenfold does not have")
    }
    let routing = try argument.resolve()
    guard routing.source?.digest == summary.digest else {
      throw Failure(
        .badInput,
        "the recording \(summary.source ?? name) is not the one that \(named.name) was measured with: its "
          + "checksum is \(routing.source?.digest ?? "absent"), and was \(summary.digest ?? "absent"); put "
          + "that one in its place")
    }
    return routing
  }
}

extension WorkloadSizes {
  /// The sizes of some passes, each value once.
  init(of passes: [Workload]) {
    func values(_ size: Workload.Size) -> [Int] { passes.map { $0[size] }.uniqued() }
    self.init(
      tokens: values(.tokens), sequences: values(.sequences), context: values(.context),
      ranks: values(.ranks))
  }
}
