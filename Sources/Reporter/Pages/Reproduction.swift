import ModelSpec

/// How something is measured again.
public enum Reproduction: Hashable, Sendable {
  /// By this command line.
  case command(String)
  /// Not by this version, which refuses a part of it: `the engine zeta-9`.
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
