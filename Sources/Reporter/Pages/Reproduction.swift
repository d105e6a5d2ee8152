import ModelSpec

/// How figures are measured again, or why this version cannot.
public enum Reproduction: Hashable, Sendable {
  /// This command line measures it.
  case command(String)
  /// This version cannot measure it, because of this part: `the engine zeta-9`.
  case unmeasurable(String)

  /// The command line, or why there is none as a sentence.
  var text: String {
    switch self {
    case .command(let line): line
    case .unmeasurable: "T\(clause.dropFirst())."
    }
  }

  /// Either as a part of a sentence: `tenfold run … measures it`.
  var clause: String {
    switch self {
    case .command(let line): "\(line) measures it"
    case .unmeasurable(let part):
      "this version of tenfold cannot measure it with \(part)"
    }
  }

  /// Either by itself on a page.
  var block: Page.Block {
    switch self {
    case .command(let line): .command(line)
    case .unmeasurable: .paragraph(text)
    }
  }
}

/// A pairing that is to be measured so that a claim can be held against it.
struct MissingPairing {
  private let candidate: String
  private let baseline: String
  private let workload: WorkloadKind
  /// Rows of a pass; `nil` where those that are measured unless asked otherwise meet the claim.
  var rows: Int?
  /// The fewest tokens of context that meet the claim; `nil` where any do.
  private let context: Int?

  /// The claim's own pairing.
  ///
  /// - Parameter workload: what is measured instead of what the claim speaks of.
  init(of claim: Claim, workload: WorkloadKind? = nil) {
    candidate = claim.modelID ?? claim.model
    baseline = claim.baselineID ?? claim.baseline
    self.workload = workload ?? claim.workload
    // Every inference phase has some of the usual sizes; a claim's conditions may have none.
    context = claim.test.criteria?.leastContext
    rows = claim.test.criteria.flatMap { $0.leastRows == nil ? nil : $0.rows.lowerBound }
  }

  /// Measures the pairing with the engine, weight format and threads of `record` as far as this
  /// version knows them, or with its defaults; options at their defaults are left out.
  func measured(as record: Record? = nil) -> Reproduction {
    // No pass has 0 rows, so any number that is asked for is another.
    let size = workload.sizeOfRows
    var pass = Workload(workload, tokens: Workload.Size.tokens.absent)
    pass[size] = 0
    let usual = Conditions(
      workload: pass, threads: record?.machine.effectiveCPUs ?? 1,
      engine: EngineTraits.usual.name, format: .f32, routing: nil)
    var asked = usual
    if let rows { asked.workload[size] = rows }
    if let context { asked.workload.context = context }
    if let unknown = asked.unmeasurablePart { return .unmeasurable(unknown) }
    var engines = [usual.engine]
    if let options = record?.options {
      let known = options.engines.filter { EngineTraits.named($0) != nil }
      if !known.isEmpty { engines = known }
      if options.precision.isKnown { asked.format = options.precision }
      asked.threads = options.threads
    }
    asked.engine = engines.option ?? usual.engine
    let known = usual.parts.filter { $0.name != .workload }.compactMap(\.option)
    let conditions = asked.parts.compactMap(\.option).filter { !known.contains($0) }
    let words = [
      "tenfold", "run", ShellWord.path(candidate), "--baseline", ShellWord.path(baseline),
    ]
    return .command(
      (record?.words(words, conditions: conditions, engines: engines)
        ?? words + conditions.words).joined(separator: " "))
  }
}
