/// How much time a run takes for its figures, apart from the budget of its rounds.
public struct MeasuringEffort: Hashable, Sendable {
  /// How ceilings are probed before and after the run.
  let ceilings: CeilingProbe.Effort
  /// How they are probed beside each visit to a cell.
  let ceilingsBesideCells: CeilingProbe.Effort
  /// How they are probed once more when something seems faster than they allow.
  let ceilingsInDoubt: CeilingProbe.Effort
  /// A slice of the slower side of a round lasts at least this long.
  let shortestSliceSeconds: Double
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
