import LayerSpec
import MoEKernel
import ModelSpec

/// A measured cell with the work behind it: its roofline figures and its explanation wait until the
/// run's ceilings are known.
public struct MeasuredCell: Sendable {
  /// The cell without roofline figures and explanation.
  let measured: Cell
  /// The layers of the baseline's pass.
  let baselineWork: [LayerWork]
  /// The layers of the candidate's pass.
  let candidateWork: [LayerWork]
  /// What multiplied on each side.
  let sideResources: (baseline: SideResources, candidate: SideResources)
  /// What the probes of its visits found; empty where there are no ceilings.
  let beside: [Ceiling]

  /// Whether passes may have found weights in a cache, so that their bytes say nothing of their time.
  let mayStayInCache: Bool

  /// The cell with the roofline figures and the explanation that its own ceilings give.
  ///
  /// - Parameter run: the ceilings of the run: of cells beside which none were measured, and the rates of
  ///   tiles, which only full probes measure and which move as the peak does.
  public func cell(under run: [Ceiling]) -> Cell {
    var cell = measured
    cell.ceilingBeside = beside.ceiling(of: measured)
    guard !mayStayInCache,
      let ceilings = Ceilings(own(run), threads: measured.threads),
      let baseline = baselineWork.rooflineSeconds(under: ceilings),
      let candidate = candidateWork.rooflineSeconds(under: ceilings)
    else { return cell }
    cell.rooflineRatio = baseline / candidate
    cell.sides.baseline.rooflineShare = baseline / cell.sides.baseline.secondsMedian
    cell.sides.candidate.rooflineShare = candidate / cell.sides.candidate.secondsMedian
    cell.explanation = explanation(under: ceilings)
    let share = max(
      baseline / cell.sides.baseline.secondsMedian,
      candidate / cell.sides.candidate.secondsMedian)
    if share > 1 + CeilingLog.driftLimit { cell.cautions.append(Self.fastMachine) }
    return cell
  }

  /// The ceilings beside the cell with the tiles of the run's, or the run's where there are none.
  private func own(_ run: [Ceiling]) -> [Ceiling] {
    guard !beside.isEmpty else { return run }
    return beside.map { own in
      var own = own
      if let best = run.ceiling(threads: own.threads, format: own.precision) {
        let pace = own.peakFlopsPerSecond / best.peakFlopsPerSecond
        own.tileRates = best.tileRates.mapValues { $0.map { $0 * pace } }
      }
      return own
    }
  }

  /// The side that seems to be faster than the machine was beside it, beyond what the ceilings' intervals
  /// leave open, with its roofline share under their upper ends; `nil` when none is.
  ///
  /// - Parameter further: what was probed since, because the ceilings were in doubt.
  func excess(
    raisedBy further: [Ceiling] = []
  ) -> (side: (role: SideRole, id: String), share: Double)? {
    let most = (beside.isEmpty ? further : beside).map { own in
      var most = own.atMost
      if let other = further.ceiling(threads: own.threads, format: own.precision) {
        most.peakFlopsPerSecond = max(most.peakFlopsPerSecond, other.peakFlopsPerSecond)
        most.readBytesPerSecond = max(most.readBytesPerSecond, other.readBytesPerSecond)
      }
      return most
    }
    guard !mayStayInCache, let ceilings = Ceilings(most, threads: measured.threads) else {
      return nil
    }
    let sides = [
      (SideRole.baseline, measured.baseline, baselineWork, measured.sides.baseline),
      (.candidate, measured.candidate, candidateWork, measured.sides.candidate),
    ]
    let shares = sides.compactMap { role, id, work, side in
      work.rooflineSeconds(under: ceilings).map {
        (side: (role: role, id: id), share: $0 / side.secondsMedian)
      }
    }
    return shares.max { $0.share < $1.share }
      .flatMap { $0.share > 1 + CeilingLog.driftLimit ? $0 : nil }
  }

  /// How both sides came from their FLOPs to their seconds; `nil` where phases were not measured.
  ///
  /// What is explained is the median of paired ratios. The ratio of the sides' own medians is another
  /// estimate of the same thing, which drifts spoil; where the two differ, half of the difference is
  /// taken from either side's seconds. How sure the estimate is tells its interval, not the rest.
  private func explanation(under ceilings: Ceilings) -> Explanation? {
    let (sides, ratio) = (measured.sides, measured.timeRatio.median)
    guard let baseline = sides.baseline.phases, let candidate = sides.candidate.phases else {
      return nil
    }
    let half =
      (ratio * sides.candidate.secondsMedian / sides.baseline.secondsMedian).squareRoot()
    guard
      let baselineChain = CostChain(
        baselineWork, phases: half * baseline, under: ceilings,
        tiles: TileCut(sideResources.baseline.engine)),
      let candidateChain = CostChain(
        candidateWork, phases: 1 / half * candidate, under: ceilings,
        tiles: TileCut(sideResources.candidate.engine))
    else { return nil }
    return Explanation(
      baseline: baselineChain, candidate: candidateChain, realisedShare: measured.realisedShare)
  }

  /// The same words for every cell, so that a table notes them once; figures are in the record.
  private static let fastMachine =
    "a side seems to run more than 3 % above the ceilings beside it, within what the probes of its "
    + "visits differ by; read its roofline share as 100 %"
}

extension TileCut {
  fileprivate init(_ engine: any Engine) {
    self.init(engine: engine.name) { engine.tileRows(of: $0, format: $1) }
  }
}
