import LayerSpec
import MoEKernel
import ModelSpec

/// Chooses the fraction of a width at which a side can be measured within its time.
///
/// Times are first guessed from rates in the slow middle of what servers reach, and then replaced by
/// the time of a real pass. The guess only decides at which width that first pass is tried, so a
/// wrong one costs time and nothing else.
enum TimeEstimate {
  /// Multiply-add rate of one thread: seen with AVX-512 at some tens of tokens per expert.
  static func guessedFlopsPerSecond(_ engine: Engine) -> Double {
    switch engine {
    case .blas: 40e9
    case .tile: 150e9
    }
  }
  /// Memory read rate of one thread.
  static let guessedBytesPerSecond = 15e9

  /// Intermediate units that are left of every network when there is too little time for all.
  ///
  /// A product of few inputs spends a larger part of its time at its ends, which would show up in the
  /// ratio.
  static let leastWidth = 512

  /// Guessed seconds of one pass at full width, each kind of layer once.
  static func seconds(
    of layers: [FFNGroup], tokens: Int, threads: Int, engine: Engine
  ) -> Double {
    layers.reduce(0) { sum, group in
      let bytes = group.layer.bytes(
        tokens: tokens, distinctExperts: group.layer.mostDistinctExperts(tokens: tokens),
        precision: engine.precision)
      let flops = group.layer.matmulFLOPs(tokens: tokens)
      return sum
        + max(Double(flops) / guessedFlopsPerSecond(engine), Double(bytes) / guessedBytesPerSecond)
        / Double(threads)
    }
  }

  /// The smallest divisor with which a pass of `seconds` at full width takes at most `allowed`, or
  /// the largest there is.
  static func divisor(seconds: Double, allowed: Double) -> Int {
    MemoryPlan.divisors.first { seconds / Double($0) <= allowed } ?? MemoryPlan.divisors.last ?? 1
  }
}

extension CellPlan {
  /// Guessed seconds of one pass of a side at full width, each kind of layer once.
  func guessedSeconds(_ role: SideRole) -> Double {
    TimeEstimate.seconds(
      of: role == .baseline ? baseline : candidate, tokens: tokens, threads: limits.threads,
      engine: limits.engine)
  }

  /// The smallest divisor with which a pass of a side takes at most `allowed` seconds, but none that
  /// leaves less than `leastWidth` of a network.
  func divisor(_ role: SideRole, seconds: Double, allowed: Double) -> Int {
    let narrowest =
      (role == .baseline ? baseline : candidate).map(\.layer.narrowestWidth).min() ?? 0
    let most = MemoryPlan.divisors.last { narrowest / $0 >= TimeEstimate.leastWidth } ?? 1
    return min(most, TimeEstimate.divisor(seconds: seconds, allowed: allowed))
  }

  /// Seconds of rounds that the cell could use: twice the fewest rounds at full width.
  var wantedSeconds: Double {
    let round = 2 * (guessedSeconds(.baseline) + guessedSeconds(.candidate))
    return max(BudgetShare.least, 2 * Double(OrderStatisticInterval.minimumRounds) * round)
  }
}

extension FFNLayerSpec {
  /// The smallest intermediate width among the layer's networks.
  fileprivate var narrowestWidth: Int {
    switch self {
    case .dense(let network): network.intermediate
    case .sparse(let layer):
      min(layer.expert.intermediate, layer.shared?.network.intermediate ?? .max)
    }
  }

  /// The most experts that a pass can reach: all, or K per token.
  func mostDistinctExperts(tokens: Int) -> Int {
    switch self {
    case .dense: return 0
    case .sparse(let layer):
      let (reached, overflow) = tokens.multipliedReportingOverflow(by: layer.topK)
      return overflow ? layer.experts : min(layer.experts, reached)
    }
  }
}
