/// Why a scenario gives no number.
public enum ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no such scenario.
  case unknownScenario(String, has: [String])
  /// It has no such assumption.
  case unknownKey(String, scenario: String, has: [String])
  /// An assumption was given two values.
  case setTwice(String)
  /// An assumption cannot have this value.
  case impossible(Assumption, String)
  /// The records do not hold a pass that the formula needs.
  case missing(pass: String, candidate: String, baseline: String)
  /// The records hold no ceilings, by which parts that were not timed are counted.
  case noCeilings(part: String)
  /// A cell without a share of the roofline, such as of layers that stay in a cache.
  case noShare(pass: String, part: String)
  /// Sizes that cannot be counted, or that a model was not made for.
  case uncountable(reason: String)

  /// One sentence: what is wrong and what to do.
  public var description: String {
    switch self {
    case .unknownScenario(let name, let has):
      "there is no scenario '\(name)'; \(Self.nearest(name, has)): \(has.joined(separator: ", "))"
    case .unknownKey(let key, let scenario, let has):
      has.isEmpty
        ? "\(scenario) has no assumptions, and --set \(key) was given"
        : "\(scenario) has no assumption '\(key)'; \(Self.nearest(key, has)): "
          + has.joined(separator: ", ")
    case .setTwice(let key): "--set \(key) was given twice; give it once"
    case .impossible(let assumption, let text):
      "--set \(assumption.key)=\(text) is not possible: \(assumption.meaning) is "
        + (assumption.isWhole ? "a whole number" : "a number") + " from "
        + "\(Self.plain(assumption.range.lowerBound)) to \(Self.plain(assumption.range.upperBound))"
    case .missing(let pass, let candidate, let baseline):
      "the record does not hold \(pass) of \(candidate) against \(baseline), which the formula needs; "
        + "measure it by the scenario without --record, on one machine"
    case .noCeilings(let part):
      "the record has no ceilings of its cells' threads and precision, by which \(part) is counted; measure again"
    case .noShare(let pass, let part):
      "the record has no share of the roofline of \(pass), by which \(part) is counted; layers so small that "
        + "passes find them in a cache have none, so name larger models"
    case .uncountable(let reason): reason
    }
  }

  /// `did you mean sequences? it has`, or `it has`.
  private static func nearest(_ name: String, _ known: [String]) -> String {
    Catalogue.nearest(name, among: known).map { "did you mean \($0)? there are" } ?? "there are"
  }

  /// A number without an exponent or needless decimals where it has none.
  static func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
