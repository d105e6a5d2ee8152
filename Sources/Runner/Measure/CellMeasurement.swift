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
  private var coin: SeededGenerator
  private let throttling: ThrottleMeter
  /// How much a quota stopped the visits.
  private var throttled = ThrottledTime(times: 0, seconds: 0)
  /// What probes found beside each visit.
  private var beside: [[Ceiling]] = []

  /// Seconds that checking both sides took, as it will take once more.
  var checkSeconds = 0.0

  private(set) var rounds: [PairedRound] = []
  private(set) var visits = 0

  /// Times one pass of either side, so that slices get as many as they need.
  init(
    _ plan: CellPlan, _ sides: (baseline: PreparedSide, candidate: PreparedSide), seed: UInt64,
    effort: MeasuringEffort, throttling: ThrottleMeter
  ) {
    self.plan = plan
    self.throttling = throttling
    self.sides = sides
    schedule = PairedMeasurement(
      baselineSeconds: sides.baseline.trial().measured,
      candidateSeconds: sides.candidate.trial().measured,
      shortestSliceSeconds: effort.shortestSliceSeconds)
    coin = SeededGenerator(seed: seed, purpose: "order of \(plan.name)")
  }

  /// Seconds of the fewest rounds that make an interval: one a visit.
  var leastSeconds: Double { Double(RatioEstimate.fewestVisits) * schedule.roundSeconds }

  /// Seconds that a visit can make good use of: some rounds, and no less than long ones take.
  var wantedSecondsOfAVisit: Double {
    max(Self.leastSecondsOfAVisit, Double(Self.wantedRoundsOfAVisit) * schedule.roundSeconds)
  }

  /// A visit of quick passes: a few of the scheduler's time slices, so that no one of them is all of it.
  private static let leastSecondsOfAVisit = 0.25
  /// The median of five rounds leaves out two that were disturbed.
  private static let wantedRoundsOfAVisit = 5

  /// Measures some rounds of one visit.
  ///
  /// - Parameters:
  ///   - seconds: what they may take; there is always one.
  ///   - rounds: how many, whatever they take; `nil` for as many as fit.
  func visit(seconds: Double, rounds wanted: Int?, isCancelled: () -> Bool) {
    let before = throttling.read()
    rounds += schedule.measure(
      rounds: wanted ?? schedule.rounds(within: seconds), visit: visits, coin: &coin,
      isCancelled: isCancelled
    ) { role, number in
      (role == .baseline ? sides.baseline : sides.candidate).pass(number)
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

  /// What the visits say; `nil` while there are too few rounds.
  private var estimate: RatioEstimate? { RatioEstimate(rounds: rounds) }

  /// True when the interval is as narrow as was asked for, high over low, and enough visits made it.
  func isNarrow(_ goal: Double) -> Bool {
    guard visits >= RatioEstimate.fewestVisits, let estimate else { return false }
    return estimate.high / estimate.low <= goal
  }

  /// The cell as measured so far; `nil` while there is no interval.
  func measured(seed: UInt64) -> MeasuredCell? {
    estimate.map {
      MeasuredCell(
        plan, baseline: sides.baseline, candidate: sides.candidate, rounds: rounds, estimate: $0,
        seed: seed, beside: ceilingsBeside,
        cautions: throttled.cautions)
    }
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
