import Statistics

/// What both sides of a cell took of the energy that the machine counts, as its rounds give it.
///
/// While a side runs, all of the processor package is paid for, so a pass takes the package's mean power in
/// the side's slices times the seconds of the pass.
public struct EnergyUse: Hashable, Sendable {
  /// Baseline joules / candidate joules of a pass.
  public let ratio: RatioEstimate
  /// Joules of a baseline pass: the median of the rounds.
  public let baselineJoules: Double
  /// Joules of a candidate pass, likewise.
  public let candidateJoules: Double
  /// Rows of a pass, by which joules a token are told.
  private let rows: Int

  /// The energy of a cell; `nil` where not every round has one.
  init?(_ cell: Cell) {
    let joules = cell.rounds.compactMap(\.inJoules)
    guard joules.count == cell.rounds.count, let estimate = PairedEstimate(rounds: joules) else {
      return nil
    }
    ratio = estimate.ratio
    baselineJoules = estimate.baselineSeconds
    candidateJoules = estimate.candidateSeconds
    rows = cell.workload.rows
  }

  /// Joules that a token takes on both sides.
  public var joulesPerToken: (baseline: Double, candidate: Double) {
    (baselineJoules / Double(rows), candidateJoules / Double(rows))
  }
}

extension Cell {
  /// What both sides took of energy; `nil` where the machine does not tell.
  public var energy: EnergyUse? { EnergyUse(self) }
}

extension PairedRound {
  /// The round with joules in place of seconds; `nil` where the power of a side is not known.
  ///
  /// All that is estimated of times is estimated of energies so, by the same rules.
  fileprivate var inJoules: PairedRound? {
    guard let baselineWatts, let candidateWatts, baselineWatts > 0, candidateWatts > 0 else {
      return nil
    }
    var joules = self
    joules.baselineSeconds *= baselineWatts
    joules.candidateSeconds *= candidateWatts
    return joules
  }
}
