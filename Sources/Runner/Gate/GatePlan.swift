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
  /// Pairs of a screen at the most.
  public var mostPairs = GatePolicy.defaultMostPairs
  /// The seed of all coins.
  public var seed: UInt64
  /// Seconds that the gate may take; `nil` for as long as its pairs take.
  public var budgetSeconds: Double?
  /// How slices and rounds are.
  public var sizes = GateSizes()
  /// How much longer the head's passes are made, as a fraction, by work: a trial of the gate itself.
  public var dose: Double?
  /// What a worker may take for a slice beyond what that should take, in seconds.
  public var patienceSeconds = 20.0
  /// Whether the controls are measured.
  public var hasControls = true
  /// Whether flagged cells are left unconfirmed: a trial of intervals alone.
  public var stopsAfterScreen = false

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

  /// The bounds that a cell has for itself; `nil` for those of all.
  func ownBounds(of cell: String) -> GateBounds? {
    cellBounds.first { $0.pattern.matches(cell) }?.bounds
  }

  /// How a cell is judged, as long as none is to be confirmed.
  func policy(of cell: String) -> GatePolicy {
    let bounds = ownBounds(of: cell) ?? bounds
    return GatePolicy(
      detect: bounds.detect, tolerance: bounds.tolerance, suiteErrorRate: suiteErrorRate,
      mostPairs: mostPairs)
  }
}

/// How long slices and visits are, the same for both sides.
///
/// Many short rounds tell more than few long ones of the same time: what a neighbour does to some of them, the
/// median of the others does not see. On a shared two-core machine (Zen 5, 2026-11-30) pairs of visits of a third
/// of a second had a robust standard deviation of 0.3 to 1.2 % with slices of 3 ms, of 0.6 to 1.0 % with 5 ms, 0.7
/// to 1.4 % with 10 ms and 0.6 to 2.2 % with 20 ms, over six cells of 16 pairs each.
public struct GateSizes: Hashable, Sendable {
  /// Seconds of a slice of the slower side, at the least.
  public var sliceSeconds = 0.003

  /// How long a visit is.
  struct VisitSize: Hashable, Sendable {
    /// Seconds of its rounds.
    let seconds: Double
    /// Rounds at the least, whatever they take; an even number.
    let fewestRounds: Int
  }

  /// A visit of a screen that many cells share.
  ///
  /// Most cells are settled by eight pairs, and some need many: time that visits of a third of a second and four
  /// rounds spend on the first tells more of the others. Of the pairs of 340 unchanged cells (Zen 3,
  /// 2026-12-01, 17 suites of 134 to 224 s) it follows, by simulation, that suites take an eighth less time so.
  static let shortestScreen = VisitSize(seconds: 0.2, fewestRounds: 2)
  /// What a pair of workers takes to start, which the cells of a screen share: 2 s for twenty, of which half a second is
  /// what one would take (Zen 3, 2026-12-01).
  private static let sharedSecondsToStart = 1.5

  /// A visit of a screen that so many cells share: not much shorter than a cell's part of the start, and no longer
  /// than one of a control.
  static func screen(cells: Int) -> VisitSize {
    let part = sharedSecondsToStart / Double(max(1, cells))
    return VisitSize(
      seconds: min(control.seconds, max(shortestScreen.seconds, part)),
      fewestRounds: shortestScreen.fewestRounds)
  }

  /// A visit of a control, which has its pair of workers for itself.
  static let control = VisitSize(seconds: 0.35, fewestRounds: 4)

  /// A visit of a confirmation, which has fewer cells to spend its time on.
  ///
  /// Where processes differ by about as much as the medians of visits do, some 1.5 % (Zen 3, 2026-11-30), shorter
  /// visits in more pairs tell a little more in the same time, down to 0.4 s. Four rounds have a median of eight
  /// neighbouring slices, which of passes of 25 to 90 ms has a standard error of 2 to 4 %.
  static let confirmation = VisitSize(seconds: 0.4, fewestRounds: 4)

  /// Rounds of a visit at the most.
  static let mostRounds = 64

  /// What the two workers of one cell take to make ready, side by side, and to end, where no such pair was
  /// timed: 0.2 to 0.5 s for cells of the usual suite, and up to one second where the host has taken the memory
  /// back (Zen 3, 2026-11-30).
  private static let guessedSecondsToStart = 0.5

  /// The usual sizes.
  public init() {}

  /// What a pair of processes takes that measures one cell.
  ///
  /// - Parameters:
  ///   - secondsOfARound: what rounds of this cell took in earlier pairs, with all that belongs to them.
  ///   - secondsToStart: what earlier pairs of one cell took to begin and to end; empty where there were none.
  func secondsOfAPair(
    of visit: GatePair.Visit, _ size: VisitSize, secondsOfARound: [Double],
    secondsToStart: [Double]
  ) -> Double {
    // A host that takes memory back makes every third start long: the mean counts it, a median would not.
    let start = secondsToStart.isEmpty ? Self.guessedSecondsToStart : secondsToStart.mean
    let round = secondsOfARound.isEmpty ? 4 * secondsOfASlice(of: visit) : secondsOfARound.mean
    return start + Double(rounds(of: visit, size)) * round
  }

  private func secondsOfASlice(of visit: GatePair.Visit) -> Double {
    max(sliceSeconds, visit.expectedSeconds) * (1 + visit.untimedShare)
  }

  /// Rounds of four such slices that a visit has; an even number, since the order of slices is reversed from one to
  /// the next.
  func rounds(of visit: GatePair.Visit, _ size: VisitSize) -> Int {
    let fitting = Int(size.seconds / (4 * secondsOfASlice(of: visit)))
    return min(Self.mostRounds, max(size.fewestRounds, fitting)) / 2 * 2
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
