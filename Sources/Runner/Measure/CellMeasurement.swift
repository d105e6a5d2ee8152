import MoEKernel
import ModelSpec
import Statistics

/// A cell that is being measured: both sides made ready, and what the visits to it gave so far.
///
/// A machine has states that last longer than a cell takes: what memory gives, who the neighbours are. So a
/// cell is not measured at once. It is visited again and again, with all other cells between, and its
/// interval is that of the visits.
final class CellMeasurement {
  /// What is measured.
  let plan: CellPlan
  let sides: (baseline: PreparedSide, candidate: PreparedSide)
  private let schedule: PairedMeasurement
  /// The same cell at another fraction of the width; `nil` where all of it is measured.
  private let other: Fraction?
  private var coin: SeededGenerator
  private let throttling: ThrottleMeter
  private let energy: EnergyMeter
  /// How much a quota stopped the visits.
  private var throttled = ThrottledTime(times: 0, seconds: 0)
  /// What probes found beside each visit.
  private var beside: [[Ceiling]] = []

  /// Seconds that checking both sides took.
  var checkSeconds = 0.0

  /// Seconds that the second check and the record will take: without the reference, which is known by then.
  var secondsOfKeeping: Double { checkSeconds / 2 }

  private(set) var rounds: [PairedRound] = []
  private var roundsOfOther: [PairedRound] = []
  private(set) var visits = 0

  /// A fraction of the width at which both sides were built.
  struct Fraction {
    let scaled: String
    let sides: (baseline: PreparedSide, candidate: PreparedSide)
    let schedule: PairedMeasurement

    init(
      _ form: MemoryPlan, _ sides: (baseline: PreparedSide, candidate: PreparedSide),
      effort: MeasuringEffort
    ) {
      scaled = "\(WidthFraction(oneOf: form.divisor))"
      self.sides = sides
      schedule = PairedMeasurement(sides, effort)
    }
  }

  /// Times one pass of either side, so that slices get as many as they need.
  init(
    _ plan: CellPlan, _ sides: (baseline: PreparedSide, candidate: PreparedSide),
    other: Fraction? = nil, seed: UInt64, effort: MeasuringEffort, throttling: ThrottleMeter,
    energy: EnergyMeter = .none
  ) {
    self.plan = plan
    self.throttling = throttling
    self.energy = energy
    self.sides = sides
    self.other = other
    schedule = PairedMeasurement(sides, effort)
    coin = SeededGenerator(seed: seed, purpose: "order of \(plan.name)")
  }

  /// Seconds of a visit of the fewest rounds.
  var secondsOfAVisit: Double {
    schedule.secondsOfAVisit + (needsOther ? other?.schedule.secondsOfAVisit ?? 0 : 0)
  }

  /// Rounds of a visit that take no more than so many seconds, at least one.
  func rounds(within seconds: Double) -> Int { schedule.rounds(within: seconds) }

  /// Whether the next visit has a round at the other fraction: the fewest tell what it does.
  private var needsOther: Bool { visits < RatioEstimate.fewestVisits }

  /// Measures some rounds of one visit, and the fewest at another fraction of the width where there is one.
  func visit(rounds wanted: Int, isCancelled: () -> Bool) {
    let before = throttling.read()
    rounds += schedule.measure(
      rounds: wanted, after: rounds.count, visit: visits, coin: &coin, energy: energy,
      isCancelled: isCancelled
    ) { role, number in
      (role == .baseline ? sides.baseline : sides.candidate).pass(number)
    }
    if needsOther, let other {
      roundsOfOther += other.schedule.measure(
        rounds: other.schedule.fewestRoundsOfAVisit, after: roundsOfOther.count, visit: visits,
        coin: &coin, isCancelled: isCancelled
      ) { role, number in
        (role == .baseline ? other.sides.baseline : other.sides.candidate).pass(number)
      }
    }
    visits += 1
    throttled = throttled + throttling.added(since: before)
  }

  /// Takes in what a probe found beside a visit.
  func note(_ ceilings: [Ceiling]) { beside.append(ceilings) }

  /// What the machine gave beside the visits: the median of each figure, with its interval.
  private var ceilingsBeside: [Ceiling] {
    (beside.first ?? []).map { first in
      Ceiling(
        first,
        visits: beside.compactMap {
          $0.ceiling(threads: first.threads, format: first.precision)
        })
    }
  }

  /// What the other fraction says; `nil` where there is none.
  private var fractionCheck: FractionCheck? {
    other.flatMap {
      roundsOfOther.isEmpty ? nil : FractionCheck(scaled: $0.scaled, rounds: roundsOfOther)
    }
  }

  /// What the visits say; `nil` while there are too few rounds.
  private var estimate: RatioEstimate? {
    RatioEstimate(rounds: rounds)?
      .including(fractionCheck, of: rounds, scaled: sides.baseline.scaled ?? sides.candidate.scaled)
  }

  /// The width of the interval, high over low minus 1; `nil` while too few visits make one.
  var width: Double? {
    guard visits >= RatioEstimate.fewestVisits, let estimate else { return nil }
    return estimate.high / estimate.low - 1
  }

  /// The cell as measured so far; `nil` while there is no interval.
  func measured(seed: UInt64) -> MeasuredCell? {
    estimate.map {
      MeasuredCell(
        plan, baseline: sides.baseline, candidate: sides.candidate, rounds: rounds, estimate: $0,
        fractionCheck: fractionCheck, seed: seed, beside: ceilingsBeside,
        cautions: throttled.cautions)
    }
  }
}

extension PairedMeasurement {
  /// A schedule by what passes of both sides take.
  fileprivate init(
    _ sides: (baseline: PreparedSide, candidate: PreparedSide), _ effort: MeasuringEffort
  ) {
    self.init(
      baselineSeconds: sides.baseline.trial().measured,
      candidateSeconds: sides.candidate.trial().measured,
      effort: effort)
  }
}

extension Ceiling {
  /// The ceiling beside a cell, from the probes of its visits, one or more.
  init(_ kind: Ceiling, visits: [Ceiling]) {
    func estimate(_ rates: [Double]) -> (median: Double, interval: Interval) {
      // Of too few visits for an interval of its median, what was seen.
      let estimate = MedianEstimate(rates)
      return (
        rates.median,
        Interval(
          low: estimate?.low ?? rates.min() ?? 0, high: estimate?.high ?? rates.max() ?? 0)
      )
    }
    let (peak, read) = (
      estimate(visits.map(\.peakFlopsPerSecond)), estimate(visits.map(\.readBytesPerSecond))
    )
    self.init(
      threads: kind.threads, precision: kind.precision, peakFlopsPerSecond: peak.median,
      readBytesPerSecond: read.median)
    (peakInterval, readInterval) = (peak.interval, read.interval)
  }
}
