import ModelSpec

/// The command lines that make what a report shows, as far as its record says what was asked for.
struct CommandLines {
  private let named: NamedRecord
  private var record: Record { named.record }
  private var options: RunOptions { named.record.options }
  private typealias Option = Conditions.Part.Option

  init(_ named: NamedRecord) {
    self.named = named
  }

  /// Measures everything in the record again.
  var measuringAll: Reproduction {
    if let unknown = unmeasurablePart { return .unmeasurable(unknown) }
    if let like = options.like {
      return line(
        ["tenfold", "run", "--like", ShellWord.path(like.name)], conditions: [],
        engines: options.engines, seed: options.seed)
    }
    if let parts = measuringApart { return parts }
    var words: [String]
    if let sweep = options.sweep {
      words = ["tenfold", "sweep", ShellWord.path(sweep.architecture)]
      words += Self.list("--experts", sweep.experts) + Self.list("--top-k", sweep.topK)
    } else {
      words = ["tenfold", "run"]
      if isSeeds { words += ["--suite", options.suite] }
      if !hasOwnModels { words += options.candidates.map(ShellWord.path) }
    }
    if !hasOwnModels {
      words += options.baselines.flatMap { ["--baseline", ShellWord.path($0)] }
    }
    let conditions = Conditions.Name.all.compactMap { name -> Option? in
      let values = options[name]
      return switch name {
      case .routing where routesAsTheSuiteDoes: nil
      case .routing where isSeeds: nil
      case .engine: values.option.map { Option(name, [$0]) }
      default: values.isEmpty ? nil : Option(name, values)
      }
    }
    return line(words, conditions: conditions, engines: options.engines, seed: options.seed)
  }

  /// Measures passes of several kinds again, as the formula of a scenario took them, each kind by a line of its
  /// own; `nil` where there is one kind.
  private var measuringApart: Reproduction? {
    let kinds = record.cells.map(\.workload.kind).uniqued()
    guard kinds.count > 1 else { return nil }
    var lines: [String] = []
    for kind in kinds {
      switch measuring(record.cells.filter { $0.workload.kind == kind }) {
      case .command(let line): lines.append(line)
      case .unmeasurable(let part): return .unmeasurable(part)
      }
    }
    return .command(lines.joined(separator: " && "))
  }

  /// What was asked for and this version cannot measure, `nil` when it can measure all of it.
  private var unmeasurablePart: String? {
    let engines = options.engines.isEmpty ? [EngineTraits.usual.name] : options.engines
    return engines.lazy.compactMap { engine in
      Conditions(
        workload: Workload(options.workload ?? .usual, tokens: 1), threads: options.threads,
        engine: engine, format: options.precision, routing: nil
      ).unmeasurablePart
    }.first
  }

  /// Measures one cell again, under the same conditions.
  func measuring(_ cell: Cell) -> Reproduction {
    measuring([cell])
  }

  /// Measures cells again that differ in nothing but one condition, such as their tokens per pass.
  func measuring(_ cells: [Cell]) -> Reproduction {
    guard let cell = cells.first else { return measuringAll }
    if let unknown = cell.conditions.unmeasurablePart { return .unmeasurable(unknown) }
    var words: [String]
    if let sweep = options.sweep, let variant = sweep.variant(called: cell.candidate) {
      words = ["tenfold", "sweep", ShellWord.path(sweep.architecture)]
      words += Self.list("--experts", [variant.experts].compactMap { $0 })
      words += Self.list("--top-k", [variant.topK].compactMap { $0 })
    } else {
      words = ["tenfold", "run", ShellWord.path(cell.candidate)]
    }
    words += ["--baseline", ShellWord.path(cell.baseline)]
    let parts = cells.map(\.conditions.parts)
    let conditions = cell.conditions.parts.compactMap(\.option).map { option in
      let values = parts.joined().compactMap(\.option).filter { $0.name == option.name }
      return Option(name: option.name, values.map(\.value).uniqued())
    }
    return line(
      words, conditions: conditions, engines: [cell.engine],
      seed: cell.routing?.seed ?? options.seed)
  }

  /// Composes a scenario again, from the record.
  func scenario(_ document: ScenarioDocument) -> Reproduction {
    let models = [document.candidate, document.baseline].compactMap(\.self).map(ShellWord.path)
    let set = document.given.filter { !$0.isUsual }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    return .command(
      (["tenfold", "scenario", document.name] + models
        + ["--record", ShellWord.path(named.name)] + set).joined(separator: " "))
  }

  /// Writes the page again, from the record.
  var page: String { "tenfold report \(ShellWord.path(named.name)) --format html" }

  /// Writes every picture to a file of its own, from the record.
  var charts: String { "tenfold report \(ShellWord.path(named.name)) --charts charts" }

  /// The words with the options that every run has.
  private func line(
    _ words: [String], conditions: [Option], engines: [String], seed: UInt64
  ) -> Reproduction {
    let words =
      record.words(words, conditions: conditions, engines: engines)
      + ["--budget", seconds] + interval + width + ["--memory", memory, "--seed", "\(seed)"]
    return .command(words.joined(separator: " "))
  }

  /// The width of intervals that was asked for; nothing for the usual one.
  private var interval: [String] {
    options.interval.map { ["--interval", "\(Figures.significant($0 * 100, trimmed: true))%"] }
      ?? []
  }

  /// The fraction of the width that was asked for; nothing where the time decided.
  private var width: [String] {
    options.width.map { ["--width", ShellWord.quoted($0.joined(separator: ","))] } ?? []
  }

  /// An option with a list of numbers, nothing without numbers.
  private static func list(_ option: String, _ values: [Int]) -> [String] {
    values.isEmpty ? [] : [option, values.map(String.init).joined(separator: ",")]
  }

  /// Whether no architectures were named.
  private var isDefaultSuite: Bool { options.suite == "default" }

  /// Whether the claims of the ledger's first entries were measured.
  private var isSeeds: Bool { options.suite == "seeds" }

  /// Whether the suite says which models are measured.
  private var hasOwnModels: Bool { isDefaultSuite || isSeeds }

  /// Whether the default suite's own routings were measured, which differ from pairing to pairing,
  /// so that no option asks for them.
  private var routesAsTheSuiteDoes: Bool {
    guard isDefaultSuite, options.routing.count > 1 else { return false }
    let pairings = Set(record.cells.map { [$0.candidate, $0.baseline] })
    // Recordings of one name are told apart by what asks for them.
    let routed = Set(
      record.cells.map { [$0.candidate, $0.baseline, $0.conditions.routing?.option ?? ""] })
    return routed.count < pairings.count * options.routing.count
  }

  private var seconds: String {
    let budget = options.budgetSeconds
    return Int(exactly: budget).map { "\($0)s" } ?? "\(budget)s"
  }

  /// The exact number of bytes in the largest unit that has it whole.
  private var memory: String {
    let bytes = options.memoryBytes
    for (shift, unit) in [(30, "GiB"), (20, "MiB")]
    where bytes > 0 && bytes.trailingZeroBitCount >= shift {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }
}
