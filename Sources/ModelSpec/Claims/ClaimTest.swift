extension Claim {
  /// How a claim is tested.
  ///
  /// Candidate and baseline are the claim's own. Its JSON form is an object with `workload`,
  /// `phase` and perhaps `least_tokens`, or with `reason` alone.
  public enum Test: Hashable, Sendable {
    /// Cells that meet these criteria decide.
    case cells(CellCriteria)
    /// Nothing that is measured here decides, with the reason as a sentence.
    case none(reason: String)

    /// What deciding cells must be; `nil` when none decides.
    public var criteria: CellCriteria? {
      if case .cells(let criteria) = self { criteria } else { nil }
    }
  }

  /// The cells that decide a claim.
  public struct CellCriteria: Codable, Hashable, Sendable {
    /// What a pass does, such as `ffn-forward`.
    public var workload: WorkloadKind
    /// The part of inference that the claim speaks of.
    public var inferencePhase: InferencePhase
    /// The fewest rows of a pass, tokens of all its sequences, that match the claim's conditions; `nil`
    /// for those of its inference phase.
    public var leastRows: Int?

    private enum CodingKeys: String, CodingKey {
      case workload
      case inferencePhase = "phase"
      case leastRows = "leastTokens"
    }

    /// Rows of a pass that match the claim's conditions.
    public var rows: ClosedRange<Int> {
      let range = inferencePhase.rows
      guard let leastRows else { return range }
      return min(max(leastRows, range.lowerBound), range.upperBound)...range.upperBound
    }

    /// Whether passes of a cell are what the claim speaks of.
    public func match(_ workload: Workload) -> Bool {
      workload.kind == self.workload && rows.contains(workload.rows)
    }
  }

  /// The part of inference that a claim speaks of.
  public enum InferencePhase: String, Codable, Hashable, Sendable, CaseIterable {
    /// The claim does not say.
    case any
    /// Writing the answer: one token per sequence and pass.
    case decode
    /// Reading the prompt: all of its tokens in one pass.
    case prefill

    /// Rows of a pass, tokens of all its sequences, that count as this phase.
    ///
    /// Decode ends at 64 sequences, a usual limit of interactive batches. Prefill begins at 256
    /// tokens, a short prompt. Passes in between count as neither.
    public var rows: ClosedRange<Int> {
      switch self {
      case .any: 1...Int.max
      case .decode: 1...64
      case .prefill: 256...Int.max
      }
    }
  }
}

extension Claim {
  /// The workload whose cells stand beside the claim: that of its test, or the usual one without a
  /// test.
  public var workload: WorkloadKind { test.criteria?.workload ?? .usual }

  /// Whether cells decide the claim: it has a test, of a workload that this version knows.
  public var isTestable: Bool { test.criteria?.workload.traits != nil }
}

extension Claim.Test: Codable {
  private enum CodingKeys: CodingKey { case reason }

  /// Reads an object with a `reason` as no test, and any other as criteria.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let reason = try container.decodeIfPresent(String.self, forKey: .reason) {
      self = .none(reason: reason)
    } else {
      self = .cells(try Claim.CellCriteria(from: decoder))
    }
  }

  /// Writes the criteria, or an object with the `reason` alone.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .cells(let criteria): try criteria.encode(to: encoder)
    case .none(let reason):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(reason, forKey: .reason)
    }
  }
}
