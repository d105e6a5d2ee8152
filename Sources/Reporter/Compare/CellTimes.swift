import FoundationEssentials
import ModelSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What the rounds of one cell say, in natural logarithms, beside what the machine allowed.
struct CellTimes: Hashable {
  /// One side of the cell.
  struct Side: Hashable {
    /// Mean seconds of a pass over all rounds; a median would not show a cost that one pass in ten
    /// has.
    let seconds: Double
    /// Standard error of `seconds`.
    let standardError: Double
    /// Roofline seconds under the ceilings beside the cell, if computing and reading overlap (the larger
    /// of their times) and if they do not (the sum); empty without ceilings.
    let limits: [Double]
  }

  let baseline: Side
  let candidate: Side
  /// Candidate seconds / baseline seconds, median of the rounds.
  let ratio: Double
  /// Standard error of `ratio`.
  let ratioStandardError: Double
  /// The rounds that all of this was computed from.
  let rounds: [PairedRound]
  /// Read bandwidth beside the cell in bytes per second, `nil` without ceilings.
  let bandwidth: Double?

  /// Why a cell has no times that could be compared, as the end of a sentence about it.
  enum Defect: String, Error {
    case noTime = "its times are too small or too large to be averaged"
  }

  /// The times of a cell under a ceiling, `nil` for none.
  ///
  /// - Parameter work: what the cell's sides do, by the count of one record for both: a version that
  ///   counts more bytes for the same pass must not seem to have been measured on a slower machine.
  init(_ cell: Cell, of work: Sides, under ceiling: Ceiling?) throws(Defect) {
    bandwidth = ceiling?.readBytesPerSecond
    rounds = cell.rounds
    baseline = try Self.side(
      rounds.map(\.baselineSeconds), work: work.baseline, under: ceiling)
    candidate = try Self.side(
      rounds.map(\.candidateSeconds), work: work.candidate, under: ceiling)
    let ratios = rounds.map { log($0.candidateSeconds) - log($0.baselineSeconds) }
    guard let mean = ratios.meanWithError else { throw .noTime }
    ratio = ratios.median
    // For normal values the standard error of a median is that of a mean times √(π/2).
    ratioStandardError = mean.standardError * (Double.pi / 2).squareRoot()
  }

  private static func side(
    _ seconds: [Double], work: ModelSpec.Side, under ceiling: Ceiling?
  ) throws(Defect) -> Side {
    guard let mean = seconds.meanWithError, mean.standardError.isFinite
    else { throw .noTime }
    var limits: [Double] = []
    if let ceiling {
      let computing = Double(work.flops) / ceiling.peakFlopsPerSecond
      let reading = Double(max(0, work.bytes)) / ceiling.readBytesPerSecond
      limits = [log(max(computing, reading)), log(computing + reading)]
    }
    return Side(
      seconds: log(mean.value), standardError: mean.standardError / mean.value, limits: limits)
  }
}

/// The ceilings under which a cell of both records is compared, both of one kind: a run's best is more than
/// what there was beside a cell, and would pass for a faster machine.
struct MatchedCeilings {
  /// That of the cell in BASE, `nil` for none.
  let base: Ceiling?
  /// That of the cell in HEAD, `nil` for none.
  let head: Ceiling?

  /// Those beside both cells, or else the best of both records, or else none.
  init(_ match: CellMatching.Match, base: [Ceiling], head: [Ceiling]) {
    let best = [base.ceiling(of: match.base), head.ceiling(of: match.head)].map {
      $0.flatMap(Self.credible)
    }
    let beside = zip([match.base, match.head], best).map { cell, best in
      cell.ceilingBeside.flatMap(Self.credible).flatMap { Self.isAtMost($0, best) ? $0 : nil }
    }
    let chosen = [beside, best].first { !$0.contains(nil) } ?? [nil, nil]
    (self.base, self.head) = (chosen[0], chosen[1])
  }

  /// The ceiling; `nil` for rates that no machine has.
  private static func credible(_ ceiling: Ceiling) -> Ceiling? {
    let rates = [ceiling.peakFlopsPerSecond, ceiling.readBytesPerSecond]
    return rates.allSatisfy { (1...FieldCheck.mostPerSecond).contains($0) } ? ceiling : nil
  }

  /// Whether a ceiling beside a cell is not above those of its record, which are the most of all
  /// its probes; one that is says nothing of the machine.
  private static func isAtMost(_ beside: Ceiling, _ best: Ceiling?) -> Bool {
    guard let best else { return true }
    let most = 1 + CellCheck.medianTolerance
    return beside.peakFlopsPerSecond <= most * best.peakFlopsPerSecond
      && beside.readBytesPerSecond <= most * best.readBytesPerSecond
  }
}
