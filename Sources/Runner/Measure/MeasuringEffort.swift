import ModelSpec

/// How much time a run takes for its figures, apart from the budget of its rounds.
public struct MeasuringEffort: Hashable, Sendable {
  /// How ceilings are probed before and after the run.
  private(set) var ceilings: CeilingProbe.Effort
  /// How they are probed beside each visit to a cell.
  private(set) var ceilingsBesideCells: CeilingProbe.Effort
  /// How they are probed once more when something seems faster than they allow.
  private(set) var ceilingsInDoubt: CeilingProbe.Effort
  /// A slice of the slower side of a round lasts at least this long.
  private(set) var shortestSliceSeconds: Double
  /// A round of passes that take longer has one slice of each side, of others two.
  private(set) var longPassSeconds = PairedMeasurement.longPassSeconds
  /// The longest slice that is made longer so that it sees every batch.
  private(set) var longestMixedSliceSeconds = PairedMeasurement.longestMixedSliceSeconds
  /// A pass of the slower side up to which rounds, or else visits, go over batches that are alike together.
  private(set) var longestMixedPassSeconds = PairedMeasurement.longestMixedPassSeconds
  /// Whether a side above the ceilings must be wrong.
  let reliesOnCeilings: Bool

  /// For figures to be relied on: a slice is long against the clock's resolution and the scheduler's
  /// shortest interruption.
  public static let full = MeasuringEffort(
    ceilings: .full, ceilingsBesideCells: .glance, ceilingsInDoubt: .patient,
    shortestSliceSeconds: 0.020, reliesOnCeilings: true)

  /// For tests of everything but the figures: as many steps, each for as good as no time.
  public static let token = MeasuringEffort(
    ceilings: .token, ceilingsBesideCells: .tokenGlance, ceilingsInDoubt: .brief,
    shortestSliceSeconds: 0.001, reliesOnCeilings: false)

  /// The same for a run of so many seconds and cells: probes and the fewest rounds take no more than their
  /// parts of a short one, however short their slices become.
  func within(seconds: Double, cells: Int) -> MeasuringEffort {
    let visits = Double(max(1, cells) * RatioEstimate.fewestVisits)
    var effort = self
    effort.ceilings = ceilings.shortened(to: Self.partOfProbes * seconds / Self.slicesOfProbes)
    effort.ceilingsBesideCells = ceilingsBesideCells.shortened(
      to: Self.partOfGlances * seconds / (visits * Self.slicesOfAGlance))
    effort.ceilingsInDoubt = ceilingsInDoubt.shortened(
      to: Self.partOfDoubt * seconds / Self.slicesOfDoubt)
    effort.shortestSliceSeconds = min(
      shortestSliceSeconds,
      max(
        Self.shortestSlice, Self.partOfFewestRounds * seconds / (visits * Self.slicesOfARound)))
    return effort
  }

  /// The same, and with shorter rounds: half as long, and then visits of one batch, by whose unlikeness intervals
  /// are wider.
  var lengthsOfRounds: [MeasuringEffort] {
    var shortRounds = self
    shortRounds.longPassSeconds = 0
    shortRounds.longestMixedSliceSeconds = shortestSliceSeconds
    return [self, shortRounds, shortestRounds]
  }

  /// The same with the shortest rounds, visits of one batch.
  var shortestRounds: MeasuringEffort {
    var effort = self
    effort.longPassSeconds = 0
    effort.longestMixedSliceSeconds = shortestSliceSeconds
    effort.longestMixedPassSeconds = 0
    return effort
  }

  /// What a full probe takes, about.
  var secondsOfFullProbe: Double { Self.slicesOfProbes / 2 * ceilings.sliceSeconds }

  /// What the probes before and after a run may take of it, and about how many slices they are: fifteen ways
  /// to read in brief, the best of them, two instruction sets and tiles, with one thread and with all.
  private static let (partOfProbes, slicesOfProbes) = (0.05, 200.0)
  /// The same of the probes beside visits: three slices and a warm-up of reading and of two arithmetics.
  private static let (partOfGlances, slicesOfAGlance) = (0.08, 12.0)
  /// The same of the one probe when a figure is in doubt: three ways to read and two instruction sets.
  private static let (partOfDoubt, slicesOfDoubt) = (0.1, 250.0)
  /// The same of one round a visit.
  private static let (partOfFewestRounds, slicesOfARound) = (0.5, 4.0)
  /// A slice is still long against a wake-up.
  private static let shortestSlice = 0.001

  /// What a record's options call it; `nil` for the full effort.
  var name: String? { self == .full ? nil : "token" }

  /// What a record must say of figures that were measured so.
  var cautions: [String] {
    guard self != .full else { return [] }
    return [
      "rounds and ceilings were measured with a token effort, for a test; no figure is to be relied on"
    ]
  }
}
