extension Claim {
  /// How a claim is tested.
  ///
  /// Candidate and baseline are the claim's own. Its JSON form is one object: `workload` and `phase` for
  /// cells, `scenario` for a scenario, `reason` for nothing, each perhaps with a `count` beside it, or
  /// `count` alone.
  public enum Test: Hashable, Sendable {
    /// Cells that meet these criteria decide; where a record has none, the count, if it counts all that is
    /// claimed.
    case cells(CellCriteria, count: ClaimCount? = nil)
    /// Arithmetic on published sizes and figures decides, as far as any does.
    case count(ClaimCount)
    /// A scenario decides, composed from cells.
    case scenario(ScenarioCriteria, count: ClaimCount? = nil)
    /// Nothing here decides, with the reason as a sentence; a count says what part arithmetic explains.
    case none(reason: String, count: ClaimCount? = nil)

    /// What deciding cells must be; `nil` when none decides.
    public var criteria: CellCriteria? {
      if case .cells(let criteria, _) = self { criteria } else { nil }
    }

    /// The scenario that decides; `nil` when none does.
    public var scenario: ScenarioCriteria? {
      if case .scenario(let scenario, _) = self { scenario } else { nil }
    }

    /// What arithmetic says of the claim, whoever decides it; `nil` where it says nothing.
    public var count: ClaimCount? {
      switch self {
      case .cells(_, let count), .scenario(_, let count), .none(_, let count): count
      case .count(let count): count
      }
    }

    /// What decides where something does; `nil` where nothing does.
    ///
    /// Of a test by cells with a count it is the cells': the count stands in for them.
    public var basis: Verdict.Basis? {
      switch self {
      case .cells: .measured
      case .count: .counted
      case .scenario: .composed
      case .none: nil
      }
    }
  }

  /// The scenario that decides a claim: a formula over measured cells.
  public struct ScenarioCriteria: Codable, Hashable, Sendable {
    /// Its name, such as `bill`; one that this version does not know is shown and never judged.
    public var scenario: String
    /// What the source states of its case, by the names that the scenario gives its assumptions.
    public var assumptions: [String: Double]

    private enum CodingKeys: CodingKey { case scenario, assumptions }

    /// A scenario with the assumptions that differ from its own.
    public init(_ scenario: String, assumptions: [String: Double] = [:]) {
      self.scenario = scenario
      self.assumptions = assumptions
    }

    /// Reads the keys; without `assumptions` there are none.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      scenario = try container.decode(String.self, forKey: .scenario)
      assumptions =
        try container.decodeIfPresent([String: Double].self, forKey: .assumptions) ?? [:]
    }
  }
}

extension Claim {
  /// The workload whose cells stand beside the claim: that of its test, or the usual one without a
  /// test.
  public var workload: WorkloadKind { test.criteria?.workload ?? .usual }

  /// Whether cells decide the claim: it has such a test, of a workload that this version knows.
  public var isTestable: Bool { test.criteria?.workload.traits != nil }
}

extension Claim.Test: Codable {
  private enum CodingKeys: CodingKey { case reason, count, scenario, workload }

  /// Reads cells, a scenario, a reason or a count, by the key that is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let count = try container.decodeIfPresent(ClaimCount.self, forKey: .count)
    if let reason = try container.decodeIfPresent(String.self, forKey: .reason) {
      self = .none(reason: reason, count: count)
    } else if container.contains(.scenario) {
      self = .scenario(try Claim.ScenarioCriteria(from: decoder), count: count)
    } else if let count, !container.contains(.workload) {
      self = .count(count)
    } else {
      self = .cells(try Claim.CellCriteria(from: decoder), count: count)
    }
  }

  /// Writes the keys of what decides, and the count beside them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .cells(let criteria, _): try criteria.encode(to: encoder)
    case .scenario(let scenario, _): try scenario.encode(to: encoder)
    case .none(let reason, _): try container.encode(reason, forKey: .reason)
    case .count: break
    }
    try container.encodeIfPresent(count, forKey: .count)
  }
}
