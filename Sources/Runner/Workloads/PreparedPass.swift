import ModelSpec

/// A layer in memory with the inputs of a cell, ready to be timed: all that a measurement knows of it.
public protocol PreparedPass: AnyObject {
  /// Draws the batches of a cell; passes take them in turn.
  func load(_ workload: Workload, routing: Routing, seed: UInt64)

  /// Runs one pass.
  ///
  /// - Parameter number: selects the batch, so that both sides of a round see the same ones.
  func pass(_ number: Int) -> PassTime

  /// Compares sampled outputs with a reference that shares no code with the pass, and routing with what
  /// was wanted: a wrong result has no time.
  ///
  /// - Throws: `PassFault` when a difference is larger than rounding explains.
  func check(seed: UInt64) throws(PassFault)

  /// What one pass at full size asks of the machine, mean over the loaded batches.
  var operations: [Operation] { get }

  /// How the loaded batches were routed, one entry a batch; empty for a layer that routes nothing.
  var routingStatistics: [RoutingStatistics] { get }

  /// What a reader should know of its figures.
  var cautions: [String] { get }
}

extension PreparedPass {
  /// None: most workloads route nothing.
  public var routingStatistics: [RoutingStatistics] { [] }
  /// No cautions.
  public var cautions: [String] { [] }
}

/// Seconds of one pass.
public struct PassTime: Hashable, Sendable {
  /// Seconds by the clock, at the width that was built.
  public var measured: Double
  /// Seconds that it would take at full width; the same where all of the width was built.
  public var atFullWidth: Double
  /// Where the seconds at full width go.
  public var phases: PhaseSeconds

  /// Seconds of a pass that was measured at a fraction of its width, or at all of it.
  public init(measured: Double, atFullWidth: Double, phases: PhaseSeconds) {
    self.measured = measured
    self.atFullWidth = atFullWidth
    self.phases = phases
  }

  static let zero = PassTime(measured: 0, atFullWidth: 0, phases: .zero)

  static func + (left: PassTime, right: PassTime) -> PassTime {
    PassTime(
      measured: left.measured + right.measured, atFullWidth: left.atFullWidth + right.atFullWidth,
      phases: left.phases + right.phases)
  }
}

/// Seconds since it was made, by the clock that neither stops for others nor is ever set
/// (`CLOCK_MONOTONIC` on Linux).
struct Stopwatch {
  private let clock = SuspendingClock()
  private let start: SuspendingClock.Instant

  init() { start = clock.now }

  /// Seconds so far.
  var seconds: Double {
    let parts = start.duration(to: clock.now).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}

/// Why a pass may not be timed.
public enum PassFault: Error, Hashable, Sendable {
  /// An output differs by more than rounding explains.
  case wrongOutput(error: Double, tolerance: Double)
  /// The router sends a token elsewhere than the trace says, so a time would be of another routing.
  case misrouted(batch: Int, token: Int)
}

/// The batches of inputs that the passes of a cell rotate through.
enum Batches {
  /// How many passes take in turn: a router timed on one batch would be timed with its answers in the
  /// branch predictor.
  static let count = 4

  /// Indices of batches by how many experts they go to, from the fewest and the most inward: a round may go over
  /// two neighbours only, and what memory has to read is then nearly the same in every round.
  static func orderOfLikePairs(_ distinctExperts: [Int]) -> [Int] {
    let sorted = distinctExperts.indices.sorted {
      (distinctExperts[$0], $0) < (distinctExperts[$1], $1)
    }
    return sorted.indices.map { sorted[$0 % 2 == 0 ? $0 / 2 : sorted.count - 1 - $0 / 2] }
  }
}
