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
    let threads = (options.threadCounts ?? [options.threads]).map(String.init)
    var conditions = [Option(name: "--threads", value: threads.joined(separator: ","))]
    if let engine = options.engines.count > 1 ? "both" : options.engines.first {
      conditions.append(Option(name: "--engine", value: engine))
    }
    conditions.append(Option(name: "--precision", value: options.precision.name))
    if let workload = options.workload {
      conditions.append(Option(name: "--workload", value: workload.rawValue))
    }
    return line(words, conditions: conditions, engines: options.engines, seed: options.seed)
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
    var conditions = cell.conditions.parts.compactMap(\.option)
    if let place = conditions.firstIndex(where: { $0.name == "--tokens" }) {
      conditions[place].value = cells.map { "\($0.tokens)" }.joined(separator: ",")
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
  ) -> String {
    var words = words
    if let level = options.instructionSet,
      engines.firstEngine(where: \.choosesInstructionSet) != nil
    {
      // The assignment is no word to be quoted, its value is.
      words.insert("TENFOLD_ISA=\(ShellWord.quoted(level))", at: 0)
    }
    for option in conditions.sorted(by: { Self.place($0) < Self.place($1) }) {
      words += [option.name, ShellWord.quoted(option.value)]
    }
    if let library, engines.firstEngine(where: \.usesLibrary) != nil {
      words += ["--blas", ShellWord.path(library)]
    }
    words += ["--budget", seconds, "--memory", memory, "--seed", "\(seed)"]
    return words.joined(separator: " ")
  }

  /// The library to be named, `nil` for the default one.
  ///
  /// Records did not always tell the two apart. The default is an OpenBLAS, whatever the system links
  /// its name to, so another library has been named.
  private var library: String? {
    if let named = options.blas { return named }
    guard let path = record.blas?.path,
      let file = path.split(separator: "/").last, !file.hasPrefix("libopenblas")
    else { return nil }
    return path
  }

  /// Where an option stands: what is measured before what it is measured with.
  private static func place(_ option: Option) -> Int {
    order.firstIndex(of: option.name) ?? 0
  }

  private static let order = [
    "--workload", "--tokens", "--sequences", "--context", "--ranks", "--routing", "--threads",
    "--engine", "--precision",
  ]

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
