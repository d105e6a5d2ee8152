import LayerSpec
import ModelSpec
import Reporter
import Runner

/// Where the passes of a scenario's formula come from: records, and what they lack is measured.
struct PassSource {
  private let passes: [ModelPass]
  private let pairing: ScenarioPairing
  private var records: [Record]
  /// One set of conditions for all passes: those that were asked for, and else those of the first that is held.
  private let conditions: PassConditions

  /// The passes as records hold them, which are of one machine and one instruction set.
  ///
  /// - Parameters:
  ///   - records: paths of records.
  ///   - asked: what passes must have been measured with.
  /// - Throws: `Failure` with status 65 for a file that is no record, and for records that do not belong together.
  init(
    _ passes: [ModelPass], of pairing: ScenarioPairing, records paths: [String],
    asked: PassConditions
  ) throws(Failure) {
    self.passes = passes
    self.pairing = pairing
    records = try Self.records(paths)
    conditions = asked.completed(
      by: PassTimes(records, pairing: pairing, conditions: asked).conditions(of: passes))
  }

  /// What the passes take, as far as they are held.
  var times: PassTimes { PassTimes(records, pairing: pairing, conditions: conditions) }

  private static func records(_ paths: [String]) throws(Failure) -> [Record] {
    var records: [Record] = []
    for path in paths {
      let own = try RecordFile.read(path).record
      if let first = records.first {
        guard own.machine.isSameHardware(as: first.machine) else {
          throw Failure(
            .badInput,
            "\(path) is of another machine (\(own.machine.processorInWords)) than \(paths[0]) "
              + "(\(first.machine.processorInWords)); give records of one")
        }
        guard own.instructionSet == first.instructionSet else {
          throw Failure(
            .badInput,
            "\(path) was measured with other instructions (\(own.instructionSet ?? "unknown")) than \(paths[0]) "
              + "(\(first.instructionSet ?? "unknown")); give records of one instruction set")
        }
      }
      records.append(own)
    }
    return records
  }

  /// Measures the passes that no record holds under the conditions of the others, and keeps the record of that.
  ///
  /// - Parameters:
  ///   - engine: which engine and which format, where these were asked for.
  ///   - threads: the number that was asked for.
  ///   - memoryBytes: what was allowed.
  /// - Throws: `Failure`, with status 65 where what is held cannot be completed on this machine.
  mutating func measureMissing(
    engine: EngineOptions, threads: Int?, budgetSeconds: Double, memoryBytes: Int?
  ) throws {
    let missing = times.missing(passes)
    guard !missing.isEmpty else { return }
    let machine = MachineProbe.current
    let lacking =
      (records.count > 1 ? "the records lack" : "the record lacks")
      + " \(missing.count) of \(passes.count) passes that the formula takes"
      + (conditions.phrase.isEmpty ? "" : " with \(conditions.phrase)")
    try requireHere(machine, threads: threads, lacking: lacking)
    let own = engine.completed(by: conditions)
    let requests = RunRequest.requests(
      for: missing, of: pairing, formats: own.formats,
      threads: try machine.threads(asked: threads ?? conditions.threads),
      budgetSeconds: budgetSeconds,
      memoryBytes: try machine.memoryBytes(asked: memoryBytes) ?? machine.defaultMemoryBytes,
      effort: MeasuringOptions.effort)
    let engines = try engines(own, asked: engine, lacking: lacking)
    var session = try Self.session(requests, engines: engines, on: machine)
    try ToolVersion.requireReleaseBuild()
    if !records.isEmpty { StandardStream.note("Measuring: \(lacking).") }
    let archive = try RecordArchive()
    let failure = session.measure()
    let record = session.record
    if !session.isEmpty { StandardStream.note("Record: \(try archive.keep(record))") }
    if let failure { throw failure }
    do {
      records.append(try NamedRecord(name: "the record", record: record).record)
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
  }

  /// Refuses to complete records of another machine, of more threads than this one has, and of an engine that this
  /// version lacks.
  private func requireHere(
    _ machine: MachineProbe, threads: Int?, lacking: String
  ) throws(Failure) {
    if let other = records.first(where: { !$0.machine.isSameHardware(as: machine.identity) }) {
      throw Failure(
        .badInput,
        "\(lacking), and is of another machine (\(other.machine.processorInWords)) than this one "
          + "(\(machine.identity.processorInWords)); measure the scenario there")
    }
    let available = machine.identity.effectiveCPUs
    if threads == nil, let held = conditions.threads, held > available {
      throw Failure(
        .badInput,
        "\(lacking), and this process may use \(available) \(available == 1 ? "processor" : "processors") "
          + "(\(machine.reasonForLimit)); measure where it may use \(held), or all passes anew with --threads "
          + "\(available)")
    }
    if let engines = conditions.engines, engines.allSatisfy({ EngineTraits.named($0) == nil }) {
      throw Failure(
        .badInput,
        "\(lacking), an engine that this version lacks; measure all passes anew with --engine "
          + EngineTraits.usual.name)
    }
  }

  /// Opens what the missing passes are measured with.
  ///
  /// - Parameter asked: the options without what records decide.
  private func engines(
    _ options: EngineOptions, asked: EngineOptions, lacking: String
  ) throws(Failure) -> [OpenedEngine] {
    let engines: [OpenedEngine]
    do {
      engines = try options.open()
    } catch  where asked.blas == nil && conditions.library != nil {
      throw Failure(error.status, "\(lacking), and that library cannot be used: \(error)")
    }
    if let first = records.first, let own = engines.lazy.compactMap(\.instructionSet).first,
      first.instructionSet != own
    {
      throw Failure(
        .badInput,
        "\(lacking), and was measured with other instructions (\(first.instructionSet ?? "unknown")) than would be "
          + "now (\(own)); measure it again, or with the same")
    }
    return engines
  }

  /// Plans what is to be measured; sizes of passes are assumptions here, and no options.
  private static func session(
    _ requests: [RunRequest], engines: [OpenedEngine], on machine: MachineProbe
  ) throws(Failure) -> MeasuringSession {
    let session: MeasuringSession
    do {
      session = try MeasuringSession(requests, engines: engines, on: machine)
    } catch {
      throw Failure(Failure(error).status, error.description(sizedBy: .assumptions))
    }
    if let layer = session.smallLayer {
      throw Failure(
        .refused,
        "\(layer) is so small that passes find its weights in a cache, where no roofline holds by which what is "
          + "not timed could be counted; name a larger model")
    }
    return session
  }
}
