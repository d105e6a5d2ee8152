import ModelSpec
import Statistics

/// Computes what follows from a cell's rounds and counts, and holds what the cell states against it.
struct CellCheck {
  /// What a stated median may differ by from that of the rounds, unless their interval contains it.
  ///
  /// What was stated cannot change a verdict, for verdicts go by the recomputed figures. So this
  /// need not be narrow: it lets records pass whose rounds were edited a little, such as by jitter
  /// of the size of a round's noise, and refuses those that state something else than their rounds.
  static let medianTolerance = 0.03

  /// What a stated end of the interval, or a side's stated median, may be beyond the smallest and the
  /// largest of the rounds.
  ///
  /// An end may be a single round's ratio, whose noise no median smooths. Where both times of a round
  /// were edited by as much as quiet rounds scatter, 1 % each with another 1 % in common, an end moves by
  /// 6 % at four standard deviations; what is further off than a tenth was never those rounds'.
  static let rangeTolerance = 0.1

  /// What a stated quotient of two stated numbers may differ by: more than six printed digits do, less
  /// than any reader sees.
  static let quotientTolerance = 1e-6

  /// A stated number that differs by no more than this was rounded otherwise, such as by the
  /// logarithm of another C library, and stays as it was stated: a record's report is the same on
  /// every machine.
  static let rounding = 1e-12

  private let cell: Cell
  private let fields: FieldCheck
  /// Whether stated seconds and intervals are held against the rounds, or ignored.
  private let checksWhatIsShown: Bool

  /// - Parameter checksWhatIsShown: `false` for a reader of rounds alone, whom stated seconds and
  ///   intervals do not concern.
  init(_ cell: Cell, checksWhatIsShown: Bool = true) {
    self.cell = cell
    fields = FieldCheck(cell: cell)
    self.checksWhatIsShown = checksWhatIsShown
  }

  /// The cell with the ratio, the seconds and the shares that its rounds and counts give.
  func recomputed() throws(RecordContradiction) -> Cell {
    try requireNumbers()
    let estimate = try estimateOfRounds()
    var result = cell
    result.timeRatio = try timeRatio(ratio(of: estimate))
    result.sides.baseline = try rescaled(
      cell.sides.baseline, to: estimate.baselineSeconds, of: cell.rounds.map(\.baselineSeconds),
      "sides.baseline.seconds_median")
    result.sides.candidate = try rescaled(
      cell.sides.candidate, to: estimate.candidateSeconds, of: cell.rounds.map(\.candidateSeconds),
      "sides.candidate.seconds_median")
    result.flopRatio = try flopRatio()
    result.realisedShare = try realisedShare(result)
    result.explanation = try explanation(leadingTo: result.realisedShare)
    return result
  }

  /// The number as it was stated where it differs by rounding alone, else the recomputed one.
  private func settled(_ stated: Double, _ recomputed: Double) -> Double {
    apart(stated, recomputed) <= Self.rounding ? stated : recomputed
  }

  /// How far a stated number is from a recomputed one that is not 0.
  private func apart(_ stated: Double, _ recomputed: Double) -> Double {
    abs(stated / recomputed - 1)
  }

  // MARK: - What is stated

  /// Refuses ratios, times and counts that are not positive, and an interval without its median.
  private func requireNumbers() throws(RecordContradiction) {
    let (estimate, sides) = (cell.timeRatio, cell.sides)
    try fields.requirePositive(cell.tokens, "tokens")
    for (name, side) in [("sides.baseline", sides.baseline), ("sides.candidate", sides.candidate)] {
      try fields.requirePositive(side.flops, "\(name).flops")
      try fields.requirePositive(side.secondsMedian, "\(name).seconds_median")
      if let scaled = side.scaled { try requireFraction(scaled, "\(name).scaled") }
    }
    let numbers = [
      ("time_ratio.low", estimate.low), ("time_ratio.median", estimate.median),
      ("time_ratio.high", estimate.high), ("flop_ratio", cell.flopRatio),
      ("realised_share", cell.realisedShare),
    ]
    for (field, number) in numbers { try fields.requirePositive(number, field) }
    guard estimate.low <= estimate.median, estimate.median <= estimate.high else {
      throw fields.contradiction(
        "time_ratio",
        "has a median of \(estimate.median) outside of its interval from \(estimate.low) to "
          + "\(estimate.high)")
    }
    try fields.require(
      estimate.confidence, "time_ratio.confidence", in: 0...1,
      because: "a probability is from 0 to 1")
  }

  /// Refuses what is no fraction of the intermediate size: times are compared only of equal
  /// fractions.
  private func requireFraction(_ text: String, _ field: String) throws(RecordContradiction) {
    guard WidthFraction(text) != nil else {
      throw fields.contradiction(field, "is \(text), which is no fraction such as 1/8")
    }
  }

  // MARK: - What the rounds give

  private func estimateOfRounds() throws(RecordContradiction) -> PairedEstimate {
    let rounds = cell.rounds
    for (index, round) in rounds.enumerated() {
      try fields.requirePositive(round.baselineSeconds, "rounds[\(index)].baseline_seconds")
      try fields.requirePositive(round.candidateSeconds, "rounds[\(index)].candidate_seconds")
    }
    guard rounds.count == cell.timeRatio.rounds else {
      throw fields.contradiction(
        "time_ratio.rounds",
        "is \(cell.timeRatio.rounds), and the cell holds \(Figures.count(rounds.count, "round"))")
    }
    if let check = cell.fractionCheck {
      try requireFraction(check.scaled, "fraction_check.scaled")
      for (index, round) in check.rounds.enumerated() {
        let field = "fraction_check.rounds[\(index)]"
        try fields.requirePositive(round.baselineSeconds, "\(field).baseline_seconds")
        try fields.requirePositive(round.candidateSeconds, "\(field).candidate_seconds")
      }
    }
    guard let estimate = PairedEstimate(rounds: rounds) else {
      throw fields.contradiction(
        "rounds",
        "are \(rounds.count), and an interval takes at least "
          + "\(OrderStatisticInterval.minimumRounds)")
    }
    let figures = [
      ratio(of: estimate).low, ratio(of: estimate).high, estimate.baselineSeconds,
      estimate.candidateSeconds,
    ]
    guard figures.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw fields.contradiction("rounds", "have times whose medians or ratio no number holds")
    }
    return estimate
  }

  /// The ratio with the interval that holds what a fraction of the width does.
  private func ratio(of estimate: PairedEstimate) -> RatioEstimate {
    estimate.ratio.including(cell.fractionCheck, of: cell.rounds, scaled: cell.scaled)
  }

  private func timeRatio(_ ofRounds: RatioEstimate) throws(RecordContradiction) -> RatioEstimate {
    let stated = cell.timeRatio
    guard
      apart(stated.median, ofRounds.median) <= Self.medianTolerance
        || (ofRounds.low...ofRounds.high).contains(stated.median)
    else {
      throw fields.contradiction(
        "time_ratio.median", differs(stated.median, ofRounds.median, "its rounds give"))
    }
    // What a fraction of the width does may reach beyond all rounds.
    let ratios =
      cell.rounds.map { $0.baselineSeconds / $0.candidateSeconds } + [ofRounds.low, ofRounds.high]
    for (field, end, given) in [
      ("time_ratio.low", stated.low, ofRounds.low), ("time_ratio.high", stated.high, ofRounds.high),
    ] where !isWithin(ratios, end) {
      throw fields.contradiction(field, differs(end, given, "its rounds give"))
    }
    var ratio = ofRounds
    ratio.median = settled(stated.median, ofRounds.median)
    ratio.low = settled(stated.low, ofRounds.low)
    ratio.high = settled(stated.high, ofRounds.high)
    ratio.confidence = settled(stated.confidence, ofRounds.confidence)
    return ratio
  }

  /// Whether a stated number lies within the range of its rounds, by `rangeTolerance` more or less.
  private func isWithin(_ rounds: [Double], _ stated: Double) -> Bool {
    guard checksWhatIsShown, let least = rounds.min(), let most = rounds.max() else { return true }
    return stated >= least / (1 + Self.rangeTolerance) && stated <= most * (1 + Self.rangeTolerance)
  }

  /// The side with the median seconds of its rounds, and with them what else depends on the seconds.
  private func rescaled(
    _ side: Side, to seconds: Double, of rounds: [Double], _ field: String
  ) throws(RecordContradiction) -> Side {
    guard isWithin(rounds, side.secondsMedian) else {
      throw fields.contradiction(field, differs(side.secondsMedian, seconds, "its rounds give"))
    }
    var result = side
    result.secondsMedian = settled(side.secondsMedian, seconds)
    let factor = result.secondsMedian / side.secondsMedian
    result.rooflineShare = side.rooflineShare.map { $0 / factor }
    result.phases = side.phases.map { factor * $0 }
    return result
  }

  // MARK: - What the counts give

  private func flopRatio() throws(RecordContradiction) -> Double {
    let quotient = Double(cell.sides.baseline.flops) / Double(cell.sides.candidate.flops)
    guard apart(cell.flopRatio, quotient) <= Self.quotientTolerance else {
      throw fields.contradiction(
        "flop_ratio", differs(cell.flopRatio, quotient, "the FLOPs of its sides give"))
    }
    return settled(cell.flopRatio, quotient)
  }

  /// The share of the cell as recomputed so far, after checking the stated one against the stated ratios.
  private func realisedShare(_ recomputed: Cell) throws(RecordContradiction) -> Double {
    let quotient = cell.timeRatio.median / cell.flopRatio
    guard apart(cell.realisedShare, quotient) <= Self.quotientTolerance else {
      throw fields.contradiction(
        "realised_share",
        differs(cell.realisedShare, quotient, "time_ratio.median / flop_ratio gives"))
    }
    let share = recomputed.timeRatio.median / recomputed.flopRatio
    try fields.requirePositive(share, "realised_share")
    return settled(cell.realisedShare, share)
  }

  /// The chain of causes with the rest that leads to the recomputed share, after checking that it led
  /// to the stated one.
  private func explanation(
    leadingTo share: Double
  ) throws(RecordContradiction) -> Explanation? {
    guard var chain = cell.explanation else { return nil }
    for (index, factor) in chain.factors.enumerated() {
      let field = "explanation.factors[\(index)]"
      try fields.requirePositive(factor.factor, "\(field).factor")
      try fields.requirePositive(factor.baseline, "\(field).baseline")
      try fields.requirePositive(factor.candidate, "\(field).candidate")
      if let first = chain.factors.firstIndex(where: { $0.name == factor.name }), first < index {
        throw fields.contradiction(
          "\(field).name", "is \(factor.name.rawValue), as is that of factors[\(first)]")
      }
      let quotient = factor.baseline / factor.candidate
      guard apart(factor.factor, quotient) <= Self.quotientTolerance else {
        throw fields.contradiction(
          "\(field).factor", differs(factor.factor, quotient, "its baseline / candidate gives"))
      }
    }
    try fields.requirePositive(chain.rest, "explanation.rest")
    guard apart(cell.realisedShare, chain.product) <= Self.quotientTolerance else {
      throw fields.contradiction(
        "explanation",
        "multiplies to \(Self.shown(chain.product)), and realised_share is \(cell.realisedShare)")
    }
    let rest = chain.rest
    chain.rest = 1
    chain.rest = settled(rest, share / chain.product)
    try fields.requirePositive(chain.rest, "explanation.rest")
    return chain
  }

  // MARK: - Sentences

  /// Digits of a recomputed number, so that a difference beyond `quotientTolerance` can be seen.
  static let digits = 8

  private func differs(_ stated: Double, _ recomputed: Double, _ source: String) -> String {
    "is \(stated), and \(source) \(Self.shown(recomputed))"
  }

  private static func shown(_ recomputed: Double) -> String {
    Figures.significant(recomputed, digits: digits, trimmed: true)
  }
}
