/// A quantity that nobody times as such, by a stated formula over passes that are measured.
///
/// The formula is printed with its number; what it takes as given are assumptions, which its reader may change.
public protocol Scenario: Sendable {
  /// Its name, as `tenfold scenario` takes it.
  var name: String { get }

  /// What it answers, as a question.
  var question: String { get }

  /// How its value follows from the passes and the assumptions, by their keys.
  var formula: String { get }

  /// What a reader must know before believing it; `nil` for nothing.
  var caution: String? { get }

  /// Whether its value is what a claim of a saving claims; a ratio that is there for comparison is not.
  var isSaving: Bool { get }

  /// Whether its value holds a model against itself, working in another way, and not against another model.
  var isOfOneModel: Bool { get }

  /// Whether it is about a ratio of two models, and means nothing of one alone.
  var needsTwoModels: Bool { get }

  /// What it takes as given, in the order of reading.
  var assumptions: [Assumption] { get }

  /// The passes of a model that the formula takes.
  ///
  /// - Throws: `ScenarioError.uncountable` for assumptions that make no pass.
  func passes(_ assumptions: Assumptions) throws(ScenarioError) -> [ModelPass]

  /// The value and what stands beside it.
  ///
  /// - Throws: `ScenarioError.missing` for a pass that was not measured.
  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome
}

extension Scenario {
  /// Nothing.
  public var caution: String? { nil }
  /// It is.
  public var isSaving: Bool { true }
  /// Against another.
  public var isOfOneModel: Bool { false }
  /// It is of one alone too.
  public var needsTwoModels: Bool { false }
}

/// The scenarios that there are.
public enum Scenarios {
  /// All of them, in the order of lists.
  public static let table: [any Scenario] = [
    WholeModel(), ShorterReasoning(), ParallelAgents(), ImageTokens(), RuleOffload(), Bill(),
    PreTraining(),
  ]

  /// The scenario of that name.
  ///
  /// - Throws: `ScenarioError.unknownScenario` with the nearest one.
  public static func scenario(named name: String) throws(ScenarioError) -> any Scenario {
    guard let scenario = table.first(where: { $0.name == name }) else {
      throw .unknownScenario(name, has: table.map(\.name))
    }
    return scenario
  }
}

/// What a scenario found.
public struct ScenarioOutcome: Hashable, Sendable {
  /// The number that answers its question.
  public let value: Value
  /// Numbers beside it, in the order of reading.
  public let others: [Value]
  /// Its picture; `nil` where one number is all there is to see.
  public let picture: ScenarioPicture?

  /// A number of a scenario.
  public struct Value: Hashable, Sendable {
    /// What it is, in words: `decode, candidate`.
    public let name: String
    /// Its unit; empty for a ratio.
    public let unit: String
    /// The number with its interval.
    public let quantity: Quantity

    init(_ name: String, _ unit: String = "", _ quantity: Quantity) {
      self.name = name
      self.unit = unit
      self.quantity = quantity
    }

    /// Whether it is arithmetic alone.
    public var isExact: Bool { quantity.low == quantity.high }
  }

  init(_ value: Value, _ others: [Value] = [], picture: ScenarioPicture? = nil) {
    self.value = value
    self.others = others
    self.picture = picture
  }
}

extension Claim.ScenarioCriteria {
  /// The scenario that decides, with what the claim states of its case.
  ///
  /// - Throws: `ScenarioError` for a scenario or an assumption that this version does not know.
  public func resolved() throws(ScenarioError) -> (scenario: any Scenario, assumptions: Assumptions)
  {
    let scenario = try Scenarios.scenario(named: scenario)
    return (
      scenario,
      try Assumptions(
        of: scenario,
        settings: assumptions.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
    )
  }
}
