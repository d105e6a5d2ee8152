import FoundationEssentials
import LayerSpec
import ModelSpec
import Runner

/// What a gate shall do: the gate file, and what the command line says beyond it.
struct GateSettings {
  /// The slowdowns to see and to accept.
  let bounds: GateBounds
  let cellBounds: [(pattern: NamePattern, bounds: GateBounds)]
  let budgetSeconds: Double?
  let seed: UInt64
  let suite: [GateFile.Group]
  let threads: Int?
  /// The shell command that builds a revision; `nil` for Tenfold's own.
  let build: String?
  /// The shell command that prints samples; `nil` for Tenfold's own worker.
  let command: String?

  /// What the command line says; it goes before the file.
  struct Overrides {
    var detect: Double?
    var tolerance: Double?
    var budgetSeconds: Double?
    var seed: UInt64?
    /// A gate file whose suite is taken instead.
    var suiteFile: String?
  }

  /// - Parameters:
  ///   - path: a gate file that was named; without one, the usual one is read where it is there.
  /// - Throws: `Failure` with status 65 for a file that is none, 64 for bounds that contradict each other.
  init(file path: String?, overrides: Overrides) throws(Failure) {
    let file = try Self.file(path)
    let name = path ?? GateFile.usualName
    let detect = try Self.percentage(file?.detect, "detect", of: name)
    let tolerance = try Self.tolerance(file?.tolerance, "tolerance", of: name)
    let budget = try Self.read(file?.budget, "budget", of: name, by: OptionValue.seconds)
    bounds = try Self.bounds(
      detect: overrides.detect ?? detect ?? GatePolicy.defaultDetect,
      tolerance: overrides.tolerance ?? tolerance ?? GatePolicy.defaultTolerance)
    var cellBounds: [(NamePattern, GateBounds)] = []
    for (index, own) in (file?.bounds ?? []).enumerated() {
      let place = "bounds[\(index)]"
      let detect = try Self.percentage(own.detect, "\(place).detect", of: name)
      let tolerance = try Self.tolerance(own.tolerance, "\(place).tolerance", of: name)
      let bounds = try Self.bounds(
        detect: detect ?? bounds.detect, tolerance: tolerance ?? bounds.tolerance)
      cellBounds.append((NamePattern(own.cells), bounds))
    }
    self.cellBounds = cellBounds
    budgetSeconds = overrides.budgetSeconds ?? budget
    seed = overrides.seed ?? file?.seed ?? RunRequest.defaultSeed
    var suite = file?.suite
    if let other = overrides.suiteFile { suite = try Self.decoded(other).suite }
    self.suite = suite ?? GateFile.usualSuite
    threads = file?.threads
    try Self.check(self.suite, threads: file?.threads, of: name)
    build = file?.build
    command = file?.command
  }

  /// More cells than a gate of an hour has time for.
  private static let mostCells = 1000

  /// Refuses sizes that no pass has, and suites of nothing or of more than anybody waits for.
  private static func check(
    _ suite: [GateFile.Group], threads: Int?, of file: String
  ) throws(Failure) {
    func refuse(_ field: String, _ reason: String) -> Failure {
      Failure(.badInput, "the gate file \(file) is refused: \(field) \(reason)")
    }
    if let threads, threads < 1 {
      throw refuse("threads", "is \(threads), and there is at least one")
    }
    guard !suite.isEmpty else { throw refuse("suite", "is empty; leave it out for the usual one") }
    var cells = 0
    for (index, group) in suite.enumerated() {
      let lists = [
        group.models.count, group.tokens?.count ?? 1, group.sequences?.count ?? 1,
        group.context?.count ?? 1, group.engines?.count ?? 1, group.precisions?.count ?? 1,
      ]
      guard !lists.contains(0) else { throw refuse("suite[\(index)]", "has an empty list") }
      for (name, sizes, least) in [
        ("tokens", group.tokens, 1), ("sequences", group.sequences, 1),
        ("context", group.context, 0),
      ] {
        if let size = sizes?.first(where: { !(least...(1 << 20)).contains($0) }) {
          throw refuse("suite[\(index)].\(name)", "has \(size); give \(least) to \(1 << 20)")
        }
      }
      cells += lists.reduce(1) { min(mostCells + 1, $0 * min(mostCells + 1, $1)) }
      guard cells <= mostCells else {
        throw refuse("suite", "has more than \(mostCells) cells; leave some out")
      }
      try checkNames(group, "suite[\(index)]", refuse)
    }
  }

  /// Refuses names that this build does not know.
  private static func checkNames(
    _ group: GateFile.Group, _ place: String, _ refuse: (String, String) -> Failure
  ) throws(Failure) {
    if let name = group.workload, Workloads.workload(named: name) == nil {
      let known = Workloads.table.map(\.kind.rawValue).joined(separator: ", ")
      throw refuse("\(place).workload", "is '\(name)'; give one of: \(known)")
    }
    if let name = group.engines?.first(where: { name in !Engines.table.contains { $0.name == name }
    }) {
      let known = Engines.table.map(\.name).joined(separator: ", ")
      throw refuse("\(place).engines", "has '\(name)'; give of: \(known)")
    }
    if let name = group.precisions?.first(where: { !WeightFormat(named: $0).isKnown }) {
      let known = WeightFormat.known.map(\.name).joined(separator: ", ")
      throw refuse("\(place).precisions", "has '\(name)'; give of: \(known)")
    }
  }

  private static func file(_ path: String?) throws(Failure) -> GateFile? {
    if let path { return try decoded(path) }
    return InputFile.exists(GateFile.usualName) ? try decoded(GateFile.usualName) : nil
  }

  private static func decoded(_ path: String) throws(Failure) -> GateFile {
    let bytes = try InputFile.readDocument(path, as: "gate file")
    do {
      return try GateFile(decoding: bytes)
    } catch {
      throw Failure(
        .badInput,
        "the gate file \(path) is refused: \(error); tenfold gate --init writes one to begin with")
    }
  }

  private static func bounds(detect: Double, tolerance: Double) throws(Failure) -> GateBounds {
    guard tolerance < detect else {
      throw Failure(
        .usage,
        "the tolerance (\(tolerance * 100) %) must be below what is to be detected (\(detect * 100) %)"
      )
    }
    return GateBounds(detect: detect, tolerance: tolerance)
  }

  private static func percentage(
    _ text: String?, _ field: String, of file: String
  ) throws(Failure) -> Double? {
    try read(text, field, of: file, by: OptionValue.percentage)
  }

  private static func tolerance(
    _ text: String?, _ field: String, of file: String
  ) throws(Failure) -> Double? {
    try read(text, field, of: file, by: OptionValue.tolerance)
  }

  private static func read<Value>(
    _ text: String?, _ field: String, of file: String,
    by parse: (String) throws(OptionError) -> Value
  ) throws(Failure) -> Value? {
    guard let text else { return nil }
    do {
      return try parse(text)
    } catch {
      throw Failure(.badInput, "the gate file \(file) is refused: \(field) \(error)")
    }
  }
}

extension OptionValue {
  /// `40`: pairs of a screen.
  static func pairs(_ text: String) throws(OptionError) -> Int {
    try whole(text, named: "a number of pairs", in: 8...GatePolicy.largestMostPairs)
  }

  /// `1%`, or `0%` for none.
  static func tolerance(_ text: String) throws(OptionError) -> Double {
    ["0", "0%"].contains(text) ? 0 : try percentage(text)
  }
}
