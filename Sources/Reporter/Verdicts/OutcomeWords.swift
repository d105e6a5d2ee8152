import ModelSpec

extension Verdict.Outcome {
  /// The outcome as people read it, of one claim: `falls short`.
  var words: String { words(ofSeveral: false) }

  /// How often each outcome occurs, in words: `1 delivered, 2 fall short`; empty for none.
  static func tally(_ outcomes: [Verdict.Outcome]) -> String {
    allCases.compactMap { outcome -> String? in
      let count = outcomes.count { $0 == outcome }
      return count > 0 ? "\(count) \(outcome.words(ofSeveral: count > 1))" : nil
    }.joined(separator: ", ")
  }

  /// The same for verdicts, those by formulas apart: `1 delivered, 2 fall short; counted: 3 delivered`.
  static func tally(_ verdicts: [Verdict]) -> String {
    [tally(verdicts.filter { !$0.isDerived }.map(\.verdict)), tallyOfDerived(verdicts)]
      .filter { !$0.isEmpty }.joined(separator: "; ")
  }

  /// How often each outcome occurs among those by formulas: `composed: 2 undecided; counted: 3 delivered`.
  static func tallyOfDerived(_ verdicts: [Verdict]) -> String {
    [Verdict.Basis.composed, .counted].compactMap { basis in
      let outcomes = verdicts.filter { $0.basis == basis }.map(\.verdict)
      return outcomes.isEmpty ? nil : "\(basis): \(tally(outcomes))"
    }.joined(separator: "; ")
  }

  private func words(ofSeveral: Bool) -> String {
    switch self {
    case .delivered: "delivered"
    case .exceeded: "exceeded"
    case .fallsShort: ofSeveral ? "fall short" : "falls short"
    case .undecided: "undecided"
    case .notAKernelClaim: ofSeveral ? "not kernel claims" : "not a kernel claim"
    case .notMeasured: "not measured"
    }
  }

  /// Whether cells of the record decided, or tried to.
  var isJudged: Bool {
    switch self {
    case .delivered, .exceeded, .fallsShort, .undecided: true
    case .notAKernelClaim, .notMeasured: false
    }
  }

  /// How the outcome stands out.
  var tone: Table.Tone {
    switch self {
    case .delivered, .exceeded: .good
    case .fallsShort: .bad
    case .undecided: .open
    case .notAKernelClaim, .notMeasured: .faint
    }
  }
}
