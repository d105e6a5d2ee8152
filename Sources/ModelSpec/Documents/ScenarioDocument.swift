/// The JSON document `tenfold.scenario/1`.
public struct ScenarioDocument: Encodable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.scenario/1"

  /// Name and version of the schema, `tenfold.scenario/1` in what this version writes.
  public var schema: String
  /// Name of the scenario.
  public var name: String
  /// What it answers.
  public var question: String
  /// Id of the model that it is about.
  public var candidate: String
  /// Id of what that is held against; absent where it is nothing else.
  public var baseline: String?
  /// How the value follows from inputs and assumptions.
  public var formula: String
  /// What a reader must know before believing it; absent for nothing.
  public var caution: String?
  /// What was taken as given, by keys.
  public var assumptions: [String: Double]
  /// The passes that were timed.
  public var inputs: [Input]
  /// What is to be known of the passes' cells and of their runs.
  public var cautions: [String]
  /// The number that answers the question.
  public var value: Quantity
  /// What it is, in words.
  public var valueName: String
  /// Its unit; absent for a ratio.
  public var unit: String?
  /// Numbers beside it, in the order of reading.
  public var values: [Value]
  /// What its picture shows; absent where nothing is drawn.
  public var picture: ScenarioPicture?
  /// The assumptions in the order of reading, for pages.
  public var given: [Given]
  /// Whether the value is what claims of a saving claim.
  public var isSaving: Bool
  /// Whether the value holds the candidate against itself.
  public var isOfOneModel: Bool
  /// What passes were measured with, in words, for pages: `f32 weights, 2 threads, the tile engine`; `nil` without any.
  public var measuredWith: String?
  /// What was counted in every pass and not timed, in words, for pages.
  public var countedParts: String

  /// A pass that was timed.
  public struct Input: Encodable, Hashable, Sendable {
    /// The pass in words.
    public var pass: String
    /// The pass in a word: `prefill`, `step`, `training`.
    public var kind: String
    /// Sequences that it reads or writes together.
    public var sequences: Int
    /// Tokens of each: of the prompt or the training sequence, and of a step those in its cache.
    public var tokens: Int
    /// What was timed of it: `block-decode`.
    public var workload: WorkloadKind
    /// The cell's conditions in words.
    public var conditions: String
    /// Seconds of the candidate's pass: what was timed and what was counted together.
    public var candidateSeconds: Quantity
    /// The same of the baseline's; absent where it is the same model.
    public var baselineSeconds: Quantity?
    /// Baseline / candidate of what was timed, by turns; absent where it is the same model.
    public var ratio: Quantity?
    /// The part of the candidate's seconds that was counted and not timed.
    public var countedShare: Double
    /// The fraction of the width that was measured; absent for all of it.
    public var scaled: String?
  }

  /// A number beside the value.
  public struct Value: Encodable, Hashable, Sendable {
    /// What it is, in words.
    public var name: String
    /// Its unit; absent for a ratio.
    public var unit: String?
    /// The number with its interval.
    public var value: Quantity
  }

  /// An assumption and its value.
  public struct Given: Hashable, Sendable {
    /// The key that `--set` takes.
    public let key: String
    /// What was taken, in the unit that the meaning tells.
    public let value: Double
    /// What it stands for, in words and with its unit.
    public let meaning: String
    /// Whether the value is the scenario's own, not one that was set.
    public let isUsual: Bool
  }

  private enum CodingKeys: CodingKey {
    case schema, name, question, candidate, baseline, formula, caution, assumptions, inputs, value
    case cautions, valueName, unit, values, picture
  }
}

extension ScenarioDocument {
  /// What a scenario finds with such assumptions and times.
  ///
  /// - Throws: `ScenarioError` where the times do not hold what its formula takes.
  public init(
    _ scenario: any Scenario, _ assumptions: Assumptions, _ times: PassTimes
  ) throws(ScenarioError) {
    let passes = try scenario.passes(assumptions)
    let times = times.ofOneSet(for: passes)
    let outcome = try scenario.outcome(assumptions, of: times)
    let pairing = times.pairing
    schema = Self.currentSchema
    name = scenario.name
    question = scenario.question
    candidate = pairing.candidate.id
    baseline = pairing.hasTwo ? pairing.baseline.id : nil
    formula = scenario.formula
    caution = scenario.caution
    self.assumptions = Dictionary(
      uniqueKeysWithValues: assumptions.all.map { ($0.assumption.key, $0.value) })
    given = assumptions.all.map {
      Given(
        key: $0.assumption.key, value: $0.value, meaning: $0.assumption.meaning, isUsual: $0.isUsual
      )
    }
    measuredWith = times.conditions(of: passes)?.phrase
    cautions = times.cautions(of: passes)
    countedParts = times.countedParts
    isSaving = scenario.isSaving
    isOfOneModel = scenario.isOfOneModel
    var inputs: [Input] = []
    for pass in passes {
      if let input = try times.input(pass) { inputs.append(input) }
    }
    self.inputs = inputs
    value = outcome.value.quantity
    valueName = outcome.value.name
    unit = outcome.value.unit.isEmpty ? nil : outcome.value.unit
    values = outcome.others.map {
      Value(name: $0.name, unit: $0.unit.isEmpty ? nil : $0.unit, value: $0.quantity)
    }
    picture = outcome.picture
  }
}

extension PassTimes {
  /// What a document says of a pass; `nil` where it was not timed.
  fileprivate func input(_ pass: ModelPass) throws(ScenarioError) -> ScenarioDocument.Input? {
    guard let cell = cell(of: pass) else { return nil }
    let timed = try self.pass(pass)
    let candidate = timed.candidate.seconds
    return ScenarioDocument.Input(
      pass: pass.phrase, kind: pass.kind, sequences: pass.sequences, tokens: pass.tokens,
      workload: cell.workload.kind,
      conditions: cell.conditions.partsToSay.map(\.phrase).joined(separator: ", "),
      candidateSeconds: candidate,
      baselineSeconds: pairing.hasTwo ? timed.baseline.seconds : nil,
      ratio: pairing.hasTwo ? timed.ratio : nil,
      countedShare: timed.candidate.counted / candidate.median, scaled: cell.scaled)
  }
}

/// The list of scenarios as a JSON document, `tenfold.scenarios/1`.
public struct ScenarioListDocument: Encodable, Hashable, Sendable {
  /// Name and version of the schema.
  public var schema = "tenfold.scenarios/1"
  /// The scenarios, in the order of lists.
  public var scenarios: [Entry]

  /// A scenario without its number.
  public struct Entry: Encodable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it answers.
    public var question: String
    /// How its value follows.
    public var formula: String
    /// Its assumptions with their usual values.
    public var assumptions: [String: Double]
  }

  /// The document of these scenarios.
  public init(_ scenarios: [any Scenario]) {
    self.scenarios = scenarios.map { scenario in
      Entry(
        name: scenario.name, question: scenario.question, formula: scenario.formula,
        assumptions: Dictionary(
          uniqueKeysWithValues: scenario.assumptions.map { ($0.key, $0.usual) }))
    }
  }
}
