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
    var words: [String]
    if let sweep = options.sweep {
      words = ["tenfold", "sweep", ShellWord.path(sweep.architecture)]
      words += Self.list("--experts", sweep.experts) + Self.list("--top-k", sweep.topK)
    } else {
      words = ["tenfold", "run"]
      if !isDefaultSuite { words += options.candidates.map(ShellWord.path) }
    }
    if !isDefaultSuite {
      words += options.baselines.flatMap { ["--baseline", ShellWord.path($0)] }
    }
    var conditions: [Option] = []
    if let workload = options.workload {
      conditions.append(Option(name: "--workload", value: workload.rawValue))
    }
    for size in Workload.Size.allCases {
      guard let values = options[size], !values.isEmpty else { continue }
      conditions.append(Option(name: "--\(size)", values: values))
    }
    if !routesAsTheSuiteDoes {
      conditions.append(Option(name: "--routing", value: options.routing.joined(separator: ",")))
    }
    conditions.append(
      Option(name: "--threads", values: options.threadCounts ?? [options.threads]))
    if let engine = options.engines.option {
      conditions.append(Option(name: "--engine", value: engine))
    }
    conditions.append(Option(name: "--precision", value: options.precision.name))
    return line(words, conditions: conditions, engines: options.engines, seed: options.seed)
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

  /// Measures one comparison again, everything else equal.
  func measuring(_ cell: Cell) -> Reproduction {
    measuring([cell])
  }

  /// Measures cells again that differ in nothing but their tokens per pass.
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
    var conditions = cell.conditions.parts.compactMap(\.option)
    if let place = conditions.firstIndex(where: { $0.name == "--tokens" }) {
      conditions[place] = Option(name: "--tokens", values: cells.map(\.tokens))
    }
    return line(
      words, conditions: conditions, engines: [cell.engine],
      seed: cell.routing?.seed ?? options.seed)
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
      + ["--budget", seconds, "--memory", memory, "--seed", "\(seed)"]
    return .command(words.joined(separator: " "))
  }

  /// An option with a list of numbers, nothing without numbers.
  private static func list(_ option: String, _ values: [Int]) -> [String] {
    values.isEmpty ? [] : [option, values.map(String.init).joined(separator: ",")]
  }

  /// Whether no architectures were named.
  private var isDefaultSuite: Bool { options.suite == "default" }

  /// Whether the default suite's own routings were measured, which differ from pair to pair and which
  /// no option asks for.
  private var routesAsTheSuiteDoes: Bool {
    guard isDefaultSuite, options.routing.count > 1 else { return false }
    let pairs = Set(record.cells.map { [$0.candidate, $0.baseline] })
    let routed = Set(record.cells.map { [$0.candidate, $0.baseline, $0.routingLabel] })
    return routed.count < pairs.count * options.routing.count
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

/// A pair to be measured so that a claim can be held against it.
struct MissingPair {
  private let candidate: String
  private let baseline: String
  private let workload: WorkloadKind
  /// Tokens per pass; `nil` where those that are measured unless asked otherwise meet the claim.
  var tokens: Int?

  /// The claim's own pair.
  init(of claim: Claim) {
    candidate = claim.modelID ?? claim.model
    baseline = claim.baselineID ?? claim.baseline
    workload = claim.workload
    // Every phase has some of the usual token counts; the claim's conditions may have none of them.
    tokens = claim.test.criteria.flatMap { $0.leastTokens == nil ? nil : $0.tokens.lowerBound }
  }

  /// Measures the pair with what a record was measured with, where this version knows it and would not
  /// take it by itself; or as it does by itself.
  func measured(as record: Record? = nil) -> Reproduction {
    // No pass has 0 tokens, so any number that is asked for is another.
    let usual = Conditions(
      workload: Workload(.usual, tokens: 0), threads: record?.machine.effectiveCPUs ?? 1,
      engine: EngineTraits.usual.name, format: .f32, routing: nil)
    var asked = usual
    asked.workload = Workload(workload, tokens: tokens ?? usual.workload.tokens)
    if let unknown = asked.unmeasurablePart { return .unmeasurable(unknown) }
    var engines = [usual.engine]
    if let options = record?.options {
      let known = options.engines.filter { EngineTraits.named($0) != nil }
      if !known.isEmpty { engines = known }
      if options.precision.isKnown { asked.format = options.precision }
      asked.threads = options.threads
    }
    asked.engine = engines.option ?? usual.engine
    let known = usual.parts.compactMap(\.option)
    let conditions = asked.parts.compactMap(\.option).filter { !known.contains($0) }
    let words = [
      "tenfold", "run", ShellWord.path(candidate), "--baseline", ShellWord.path(baseline),
    ]
    return .command(
      (record?.words(words, conditions: conditions, engines: engines)
        ?? words + conditions.words).joined(separator: " "))
  }
}

extension Record {
  /// A command with conditions, and with what the engines of the record were opened with.
  fileprivate func words(
    _ words: [String], conditions: [Conditions.Part.Option], engines: [String]
  ) -> [String] {
    var words = words + conditions.words
    if let level = options.instructionSet,
      engines.firstEngine(where: \.choosesInstructionSet) != nil
    {
      // The assignment is no word to be quoted, its value is.
      words.insert("TENFOLD_ISA=\(ShellWord.quoted(level))", at: 0)
    }
    if let library, engines.firstEngine(where: \.usesLibrary) != nil {
      words += ["--blas", ShellWord.path(library)]
    }
    return words
  }

  /// The library to be named, `nil` for the default one.
  ///
  /// Records did not always tell the two apart. The default is an OpenBLAS, whatever the system links
  /// its name to, so another library has been named.
  private var library: String? {
    if let named = options.blas { return named }
    guard let path = blas?.path,
      let file = path.split(separator: "/").last, !file.hasPrefix("libopenblas")
    else { return nil }
    return path
  }
}

extension Conditions.Part.Option {
  /// An option with a list of numbers.
  fileprivate init(name: String, values: [Int]) {
    self.init(name: name, value: values.map(String.init).joined(separator: ","))
  }
}

extension [Conditions.Part.Option] {
  /// The options as words: what is measured before what it is measured with.
  fileprivate var words: [String] {
    let tools: Set = ["--engine", "--precision"]
    return (filter { !tools.contains($0.name) } + filter { tools.contains($0.name) })
      .flatMap { [$0.name, ShellWord.quoted($0.value)] }
  }
}

extension [String] {
  /// What `--engine` takes for these engines; `nil` for none.
  fileprivate var option: String? { count > 1 ? "both" : first }
}

/// Puts words of a command line so that a shell reads them as they are.
enum ShellWord {
  /// The word, within single quotes where a shell would read more into it than its characters.
  ///
  /// Words come from records: whoever copies a command must not run what a file wanted.
  static func quoted(_ word: String) -> String {
    let word = Escaping.terminal(word)
    let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy(plain.contains)
    return isPlain
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: #"'\''"#) + "'"
  }

  /// The name of a file, which no program takes for an option.
  static func path(_ path: String) -> String {
    let path = Escaping.terminal(path)
    return quoted(path.hasPrefix("-") ? "./" + path : path)
  }

  /// Characters that mean nothing to POSIX shells (Shell Command Language, section 2.2), anywhere in
  /// a word.
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:/+@%".unicodeScalars)
}
