extension Claim {
  /// The cells that decide a claim.
  public struct CellCriteria: Codable, Hashable, Sendable {
    /// What a pass does, such as `ffn-forward`.
    public var workload: WorkloadKind
    /// The part of inference that the claim speaks of.
    public var inferencePhase: InferencePhase
    /// The fewest rows of a pass, tokens of all its sequences, that match the claim's conditions; `nil`
    /// for those of its inference phase.
    public var leastRows: Int?
    /// The fewest tokens of each sequence's cache that match the claim's conditions; `nil` for any.
    ///
    /// A pass that has no cache reads its context as its tokens, so that a long prompt is said by
    /// `leastRows`.
    public var leastContext: Int?

    private enum CodingKeys: String, CodingKey {
      case workload, leastContext
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
        && workload.context >= leastContext ?? 0
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
