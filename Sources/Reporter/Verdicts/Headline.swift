import ModelSpec

/// What a record shows in one sentence, for those who read no further.
struct Headline {
  private let section: Report.Section

  init(_ section: Report.Section) {
    self.section = section
  }

  /// The claim furthest from its number where one was judged (`furthestFirst`), else the largest
  /// time ratio, else that nothing was measured.
  var sentence: String {
    verdictSentence ?? cellSentence
      ?? "On \(machine), nothing was measured that a claim could be held against."
  }

  private var machine: String {
    let machine = section.named.record.machine
    return "\(machine.cpu) (\(machine.effectiveCPUs) of \(machine.logicalCPUs) CPUs)"
  }

  private var verdictSentence: String? {
    guard
      let furthest = section.verdicts.furthestFirst.first(where: { $0.claimed != nil }),
      let measured = furthest.measured
    else { return nil }
    let candidate = furthest.candidate ?? "the model"
    let pair = furthest.baseline.map { "\(candidate) against \($0)" }
    let form = section.best(of: furthest).flatMap(CellMarks.words).map { " (\($0))" } ?? ""
    return
      "On \(machine), \(pair ?? candidate) measured \(Figures.estimate(measured))\(form) "
      + "at best, where \(Figures.claimed(furthest.claimed, furthest.qualifier)) is claimed: "
      + "\(ending(furthest.verdict))."
  }

  private func ending(_ outcome: Verdict.Outcome) -> String {
    switch outcome {
    case .fallsShort: "it falls short"
    case .undecided: "the interval leaves it undecided"
    case .delivered, .exceeded, .notAKernelClaim, .notMeasured: outcome.words
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
      + "with \(best.workload.perPass), where FLOPs allow \(Figures.ratio(best.flopRatio))."
  }
}

extension [Verdict] {
  /// The verdicts that cells decided, and not counting alone, in the order in which people ask about them.
  ///
  /// Claims of a ratio of time or compute come before others, and claims that are missed or beaten
  /// before those that are met or open; among these the one comes first whose number is the largest
  /// factor away from what was measured. Equals keep the ledger's order.
  var furthestFirst: [Verdict] {
    let judged = filter { $0.verdict.isJudged && !$0.isDerived }
    let keys = judged.map(\.urgency)
    return judged.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }.map { judged[$0] }
  }
}

extension Verdict {
  /// The key by which `furthestFirst` sorts; larger is earlier.
  fileprivate var urgency: Urgency {
    let metric = ClaimLedger.claim(id: claim)?.metric
    return Urgency(
      isOfTimeOrCompute: metric?.isOfTimeOrCompute ?? false,
      isApart: verdict == .fallsShort || verdict == .exceeded, distance: distance)
  }

  /// The factor, at least 1, between the claimed number and the measured one; 0 without either.
  private var distance: Double {
    guard let claimed, claimed > 0, let measured, measured.median > 0 else { return 0 }
    return Swift.max(claimed / measured.median, measured.median / claimed)
  }

  fileprivate struct Urgency: Comparable {
    let isOfTimeOrCompute: Bool
    let isApart: Bool
    let distance: Double

    static func < (one: Urgency, other: Urgency) -> Bool {
      func key(_ urgency: Urgency) -> (Int, Int, Double) {
        (urgency.isOfTimeOrCompute ? 1 : 0, urgency.isApart ? 1 : 0, urgency.distance)
      }
      return key(one) < key(other)
    }
  }
}

extension Claim.Metric {
  /// Whether a ratio of this kind is one of time or of operations, which passes of a layer can speak of.
  fileprivate var isOfTimeOrCompute: Bool {
    switch self {
    case .inferenceFLOPs, .inferenceLatency, .inferenceThroughput, .pretrainingCompute,
      .pretrainingSpeed:
      true
    case .trainingCost, .apiCost, .memory, .energy: false
    }
  }
}
