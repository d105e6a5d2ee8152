/// A number that a scenario takes as given, and that its reader may change.
public struct Assumption: Hashable, Sendable {
  /// What `--set` calls it: `sequences`.
  public let key: String
  /// What it is, with its unit: `sequences that are answered together`.
  public let meaning: String
  /// The value unless the reader says so.
  public let usual: Double
  /// What it may be.
  public let range: ClosedRange<Double>
  /// Whether only whole numbers make sense.
  public let isWhole: Bool

  /// A whole number: tokens, sequences, records.
  static func count(
    _ key: String, _ meaning: String, _ usual: Int, _ range: ClosedRange<Int> = 1...mostCount
  ) -> Assumption {
    Assumption(
      key: key, meaning: meaning, usual: Double(usual),
      range: Double(range.lowerBound)...Double(range.upperBound), isWhole: true)
  }

  /// Any number of a range.
  static func number(
    _ key: String, _ meaning: String, _ usual: Double, _ range: ClosedRange<Double>
  ) -> Assumption {
    Assumption(key: key, meaning: meaning, usual: usual, range: range, isWhole: false)
  }

  /// The largest count: products of two are exact as 64-bit floats.
  static let mostCount = 1 << 26
  /// The largest number of parameters, tokens or dollars: far beyond any that was published.
  static let mostAmount = 1e18
}

/// The values of a scenario's assumptions.
public struct Assumptions: Hashable, Sendable {
  private let known: [Assumption]
  private let values: [String: Double]

  /// The usual values but for those that were set.
  ///
  /// - Parameter settings: keys with their values, as they were written.
  /// - Throws: `ScenarioError` for a key that the scenario does not have, one that is set twice, and a value
  ///   that is no number or none that it may be.
  public init(
    of scenario: some Scenario, settings: [(key: String, value: String)] = []
  ) throws(ScenarioError) {
    known = scenario.assumptions
    var values: [String: Double] = [:]
    var set: Set<String> = []
    for (key, text) in settings {
      guard let assumption = known.first(where: { $0.key == key }) else {
        throw .unknownKey(key, scenario: scenario.name, has: known.map(\.key))
      }
      guard set.insert(key).inserted else { throw .setTwice(key) }
      guard let value = Double(text), value.isFinite, assumption.range.contains(value),
        !assumption.isWhole || value == value.rounded()
      else { throw .impossible(assumption, text) }
      if value != assumption.usual { values[key] = value }
    }
    self.values = values
  }

  /// The value of an assumption.
  ///
  /// - Precondition: the scenario has it.
  subscript(key: String) -> Double {
    guard let assumption = known.first(where: { $0.key == key }) else {
      preconditionFailure("no assumption is called \(key)")
    }
    return values[key] ?? assumption.usual
  }

  /// The value of one that is a whole number.
  func count(_ key: String) -> Int { Int(self[key]) }

  /// All of them with their values, in the scenario's order.
  public var all: [(assumption: Assumption, value: Double, isUsual: Bool)] {
    known.map { ($0, self[$0.key], values[$0.key] == nil) }
  }
}
