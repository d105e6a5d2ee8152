import ModelSpec

/// The command lines that make what a report shows, as far as its record says what was asked for.
struct CommandLines {
  private let named: NamedRecord
  private var record: Record { named.record }
  private var options: RunOptions { named.record.options }

  init(_ named: NamedRecord) {
    self.named = named
  }

  /// Measures everything in the record again.
  var measuringAll: String {
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
    words += Self.list("--tokens", options.tokens)
    if !routesAsTheSuiteDoes {
      words += ["--routing", ShellWord.quoted(options.routing.joined(separator: ","))]
    }
    return line(
      words, threads: options.threadCounts ?? [options.threads],
      engine: options.engines.count > 1 ? "both" : options.engines.first,
      precision: options.precision.rawValue, seed: options.seed)
  }

  /// Measures one comparison again, everything else equal.
  func measuring(_ cell: Cell) -> String {
    measuring([cell])
  }

  /// Measures cells again that differ in nothing but their tokens per pass.
  func measuring(_ cells: [Cell]) -> String {
    guard let cell = cells.first else { return measuringAll }
    var words: [String]
    if let sweep = options.sweep, let variant = sweep.variant(called: cell.candidate) {
      words = ["tenfold", "sweep", ShellWord.path(sweep.architecture)]
      words += Self.list("--experts", [variant.experts].compactMap { $0 })
      words += Self.list("--top-k", [variant.topK].compactMap { $0 })
    } else {
      words = ["tenfold", "run", ShellWord.path(cell.candidate)]
    }
    words += ["--baseline", ShellWord.path(cell.baseline)]
    words += Self.list("--tokens", cells.map(\.tokens))
    words += ["--routing", ShellWord.quoted(cell.routing.option)]
    return line(
      words, threads: [cell.threads], engine: cell.engine, precision: cell.precision.rawValue,
      seed: cell.routing.seed)
  }

  /// Writes the page again, from the record.
  var page: String { "tenfold report \(ShellWord.path(named.name)) --format html" }

  /// Writes every picture to a file of its own, from the record.
  var charts: String { "tenfold report \(ShellWord.path(named.name)) --charts charts" }

  /// The words with the options that every run has.
  private func line(
    _ words: [String], threads: [Int], engine: String?, precision: String, seed: UInt64
  ) -> String {
    var words = words + Self.list("--threads", threads)
    if let engine { words += ["--engine", ShellWord.quoted(engine)] }
    words += [
      "--precision", precision, "--budget", seconds, "--memory", memory, "--seed", "\(seed)",
    ]
    return words.joined(separator: " ")
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
    let routed = Set(record.cells.map { [$0.candidate, $0.baseline, $0.routing.label] })
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
