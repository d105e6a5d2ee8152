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
  /// What a brief probe beside the cell found; empty where there are no ceilings.
  let beside: [Ceiling]

  /// The cell with the roofline figures and the explanation that the run's ceilings give.
  public func cell(under list: [Ceiling]) -> Cell {
    var cell = measured
    cell.ceilingBeside = beside.ceiling(of: measured)
    guard let ceilings = Ceilings(list, threads: measured.threads),
      let baseline = baselineWork.rooflineSeconds(under: ceilings),
      let candidate = candidateWork.rooflineSeconds(under: ceilings)
    else { return cell }
    cell.rooflineRatio = baseline / candidate
    cell.sides.baseline.rooflineShare = baseline / cell.sides.baseline.secondsMedian
    cell.sides.candidate.rooflineShare = candidate / cell.sides.candidate.secondsMedian
    cell.explanation = explanation(under: ceilings)
    if isSlowerBeside(than: ceilings) { cell.cautions.append(Self.slowMachine) }
    if let (_, share) = cell.fastestSide, share > 1 + CeilingLog.driftLimit {
      cell.cautions.append(Self.fastMachine)
    }
    return cell
  }

  /// The side that seems to be faster than the machine, with its roofline share; `nil` when none is.
  func excess(under ceilings: [Ceiling]) -> (side: (role: SideRole, id: String), share: Double)? {
    cell(under: ceilings).fastestSide.flatMap {
      $0.share > 1 + CeilingLog.excessLimit ? $0 : nil
    }
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

  /// True when the cell's own ceilings would raise the roofline share of a side by more than a drift
  /// that is worth a word.
  private func isSlowerBeside(than ceilings: Ceilings) -> Bool {
    guard let own = Ceilings(beside, threads: measured.threads) else { return false }
    return [baselineWork, candidateWork].contains { work in
      guard let beside = work.rooflineSeconds(under: own),
        let best = work.rooflineSeconds(under: ceilings)
      else { return false }
      return beside > best * (1 + CeilingLog.driftLimit)
    }
  }

  /// The same words for every cell, so that a table notes them once; figures are in the record.
  private static let slowMachine =
    "beside this cell the machine gave more than 3 % less than at best in this run, so its roofline "
    + "shares are that much lower"

  private static let fastMachine =
    "a side seems to run more than 3 % above this machine's ceilings, which moved while it was "
    + "measured; read its roofline share as 100 %"
}

extension TileCut {
  fileprivate init(_ engine: any Engine) {
    self.init(engine: engine.name) { engine.tileRows(of: $0, format: $1) }
  }
}

extension Cell {
  /// The side with the larger roofline share, `nil` without ceilings.
  fileprivate var fastestSide: (side: (role: SideRole, id: String), share: Double)? {
    guard let baselineShare = sides.baseline.rooflineShare,
      let candidateShare = sides.candidate.rooflineShare
    else { return nil }
    return baselineShare > candidateShare
      ? ((.baseline, baseline), baselineShare) : ((.candidate, candidate), candidateShare)
  }
}
