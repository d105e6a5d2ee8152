import ModelSpec

/// What a gate measures, before anything runs.
public struct GatePlan: Sendable {
  /// What is held against.
  public var base: GateSide
  /// What is judged.
  public var head: GateSide
  /// The base once more, from another file of an equal name: the control that must show nothing.
  public var copy: GateSide
  /// The base once more, from a file of a longer name: the control that shows what code placement does.
  public var displaced: GateSide
  /// The slowdowns to see and to accept, unless a cell's own bounds say otherwise.
  public var bounds: GateBounds
  /// Bounds of some cells; the first that matches counts.
  public var cellBounds: [(pattern: NamePattern, bounds: GateBounds)] = []
  /// The chance of a false alarm of all cells together.
  public var suiteErrorRate = GatePolicy.defaultSuiteErrorRate
  /// Cells that share it, where it is of a larger suite than is measured; `nil` for those that are measured.
  public var cellsOfSuite: Int?
  /// The seed of all coins.
  public var seed: UInt64
  /// Seconds that the gate may take; `nil` for as long as its pairs take.
  public var budgetSeconds: Double?
  /// Seconds of a slice of the slower side, at the least.
  public var sliceSeconds = GatePlan.defaultSliceSeconds
  /// Rounds of a visit.
  public var rounds = GatePlan.defaultRounds
  /// How much longer the head's passes are made, as a fraction, by work: a trial of the gate itself.
  public var dose: Double?
  /// What a worker may take for a slice beyond what that should take, in seconds.
  public var patienceSeconds = 20.0
  /// Whether the controls are measured.
  public var hasControls = true
  /// Whether flagged cells are left unconfirmed: a trial of intervals alone.
  public var stopsAfterScreen = false

  /// A scheduler's time slice is a few milliseconds, and what a machine does to a slice of as many is large.
  public static let defaultSliceSeconds = 0.010
  /// Rounds of a visit unless asked otherwise.
  public static let defaultRounds = 8
  /// The dose of the control that every gate must see.
  static let controlDose = 0.05

  /// A plan with the usual sizes.
  public init(
    base: GateSide, head: GateSide, copy: GateSide, displaced: GateSide, bounds: GateBounds,
    seed: UInt64
  ) {
    self.base = base
    self.head = head
    self.copy = copy
    self.displaced = displaced
    self.bounds = bounds
    self.seed = seed
  }

  /// How a cell is judged, one of so many.
  func policy(of cell: String, among cells: Int) -> GatePolicy {
    let bounds = cellBounds.first { $0.pattern.matches(cell) }?.bounds ?? bounds
    return GatePolicy(
      detect: bounds.detect, tolerance: bounds.tolerance, suiteErrorRate: suiteErrorRate,
      cells: cellsOfSuite ?? cells)
  }
}

/// Why a gate cannot measure at all.
public enum GateError: Error, Hashable, Sendable {
  /// The workers of a side cannot be asked anything.
  case noWorker(isHead: Bool, reason: String)
  /// The sides have no cell in common.
  case nothingInCommon(reasons: [String])
  /// It was asked to stop before there was anything to keep.
  case cancelled
}
