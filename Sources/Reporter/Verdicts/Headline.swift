import ModelSpec

/// What a record shows in one sentence, for those who read no further.
struct Headline {
  private let section: Report.Section

  init(_ section: Report.Section) {
    self.section = section
  }

  /// The best verdict where a claim could be tested, else the best saving, else that there is nothing.
  var sentence: String {
    verdictSentence ?? cellSentence
      ?? "On \(machine), nothing was measured that a claim could be held against."
  }

  private var machine: String {
    let machine = section.named.record.machine
    return "\(machine.cpu) (\(machine.effectiveCPUs) of \(machine.logicalCPUs) CPUs)"
  }

  private var verdictSentence: String? {
    let tested = section.verdicts.filter { rank($0.verdict) > 0 && share($0) > 0 }
    guard
      let best = tested.max(by: { order($0) < order($1) }), let measured = best.measured
    else { return nil }
    let pair = best.baseline.map { "\(best.candidate) against \($0)" } ?? best.candidate
    return "On \(machine), \(pair) measured \(Figures.estimate(measured)) at best, where "
      + "\(Figures.claimed(best.claimed, best.qualifier)) is claimed: \(ending(best.verdict))."
  }

  private func ending(_ outcome: Verdict.Outcome) -> String {
    switch outcome {
    case .delivered: "delivered"
    case .exceeded: "exceeded"
    case .fallsShort: "it falls short"
    case .undecided: "the interval leaves it undecided"
    case .notAKernelClaim, .notMeasured: outcome.rawValue
    }
  }

  private var cellSentence: String? {
    let cells = section.named.record.cells
    guard let best = cells.max(by: { $0.timeRatio.median < $1.timeRatio.median }) else {
      return nil
    }
    let estimate = best.timeRatio
    return "On \(machine), the largest time ratio is \(Figures.measuredRatio(estimate.median)) "
      + "\(Figures.interval(estimate.low, estimate.high)): \(best.pairing) "
      + "with \(Figures.count(best.tokens, "token")) per pass, where FLOPs allow "
      + "\(Figures.ratio(best.flopRatio))."
  }

  /// What makes a verdict a better headline: the outcome, then that a saving is claimed, then by how
  /// much it is reached.
  private func order(_ verdict: Verdict) -> (Int, Int, Double) {
    (rank(verdict.verdict), (verdict.claimed ?? 0) > 1 ? 1 : 0, share(verdict))
  }

  /// How favourable a tested outcome is; 0 for what was not tested.
  private func rank(_ outcome: Verdict.Outcome) -> Int {
    switch outcome {
    case .exceeded, .delivered: 3
    case .undecided: 2
    case .fallsShort: 1
    case .notAKernelClaim, .notMeasured: 0
    }
  }

  /// What was measured of what is claimed; 0 where either is missing.
  private func share(_ verdict: Verdict) -> Double {
    guard let claimed = verdict.claimed, claimed > 0, let measured = verdict.measured else {
      return 0
    }
    return measured.median / claimed
  }
}
