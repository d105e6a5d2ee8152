import LayerSpec
import ModelSpec

/// Says in one sentence why a verdict is what it is, from the record's numbers only.
struct Reason {
  /// Tells the record's cells apart.
  let names: CellNames
  /// The record that holds the cells; `nil` where there is none.
  let record: Record?

  /// Ratios this close, either way, are called the same.
  static let closeness = 1.1
  /// Time follows bytes when it is this close to their ratio, and closer than to the FLOP ratio.
  private static let follows = 1.25

  /// The reason for what cells decided.
  func measured(
    _ claim: Claim, outcome: Verdict.Outcome, best: Cell, worst: Cell?, analytic: AnalyticRatio?
  ) -> String {
    var parts = ["reaches \(reach(best: best, worst: worst))"]
    if outcome == .undecided { parts[0] += ", " + doubt(claim, best.timeRatio) }
    parts.append(flops(claim, best, analytic))
    let place = worst.map { "at \(names.conditions(of: $0)), " } ?? ""
    parts.append(place + cause(worst ?? best))
    return sentence(parts)
  }

  /// The reason for a claim that a kernel cannot decide.
  ///
  /// - Parameter count: what arithmetic says of it, where it says anything.
  func beyondKernel(
    _ claim: Claim, why: String, count: CountReason?, best: Cell?, worst: Cell?,
    analytic: AnalyticRatio?, left: Double?
  ) -> String {
    var parts = [String(why.hasSuffix(".") ? why.dropLast() : why[...])] + (count?.clauses ?? [])
    guard let remainder = claim.scope.remainder else { return sentence(parts) }
    var kernel: [String] = []
    if let analytic {
      kernel.append(
        "FLOPs give \(Figures.ratio(analytic.wholeModel)) (feed-forward layers alone "
          + "\(Figures.ratio(analytic.feedForward)))")
    } else if let best {
      kernel.append("FLOPs give \(Figures.ratio(best.flopRatio)) in the \(subject(best))")
    }
    if let best {
      kernel.append("the \(subject(best)) measured \(reach(best: best, worst: worst))")
    }
    guard !kernel.isEmpty else { return sentence(parts) }
    parts.append("per token " + kernel.joined(separator: " and "))
    if let left, let ratio = claim.ratio { parts.append(share(ratio, left, remainder)) }
    return sentence(parts)
  }

  /// The reason for a testable claim without a matching cell.
  ///
  /// - Parameters:
  ///   - pairing: the cells of the claim's pairing that match all its criteria but the rows.
  ///   - instead: where there are none, the cells in which the record holds the pairing, in words.
  func notMeasured(
    _ claim: Claim, criteria: Claim.CellCriteria, pairing: [Cell], instead: String?
  ) -> String {
    let candidate = claim.modelID ?? claim.model
    let baseline = claim.baselineID ?? claim.baseline
    var missing = MissingPairing(of: claim)
    guard !pairing.isEmpty else {
      return sentence([
        instead.map { "the record holds \(candidate) against \(baseline) in \($0)" }
          ?? (record == nil
            ? "no cell of \(candidate) against \(baseline) is at hand"
            : "the record does not hold \(candidate) against \(baseline)"),
        missing.measured(as: record).clause,
      ])
    }
    missing.rows = criteria.rows.lowerBound
    let have =
      criteria.leastContext == nil
      ? Set(pairing.map(\.workload.rows)).sorted().map(String.init).joined(separator: ", ")
      : pairing.map(\.workload.sizesInWords).uniqued().joined(separator: "; ")
    return sentence([
      "the claim speaks of \(criteria.inferencePhase.rawValue), \(criteria.rowsInWords), and the "
        + "record has \(have)",
      missing.measured(as: record).clause,
    ])
  }

  /// Two sentences as one, the second behind a semicolon.
  static func joined(_ first: String, _ second: String) -> String {
    "\(first.dropLast()); \(second.prefix(1).lowercased())\(second.dropFirst())"
  }

  // MARK: - Parts

  /// "4.9x at best (1 token per pass), 1.3x at worst (16 tokens per pass)".
  private func reach(best: Cell, worst: Cell?) -> String {
    let high = Figures.ratio(best.timeRatio.median)
    guard let worst else { return "\(high) (\(place(of: best)))" }
    let low = Figures.ratio(worst.timeRatio.median)
    return "\(high) at best (\(place(of: best))), \(low) at worst (\(place(of: worst)))"
  }

  /// The cell's conditions, and the fraction of its width where it was scaled up from one.
  private func place(of cell: Cell) -> String {
    names.conditions(of: cell)
      + (cell.scaled.map { ", scaled up from \($0) of the width" } ?? "")
  }

  /// What the passes of a cell went through: `feed-forward layers`.
  private func subject(_ cell: Cell) -> String {
    WorkloadPhrases([cell.workload.kind]).subjects
  }

  private func doubt(_ claim: Claim, _ estimate: RatioEstimate) -> String {
    guard let ratio = claim.ratio else { return "and the claim has no number to hold against it" }
    let needed = VerdictRules.needed(ratio, claim.qualifier)
    return "and its interval \(Figures.interval(estimate.low, estimate.high)) contains "
      + Figures.ratio(needed)
  }

  /// The FLOP ratios, and for a claim that counts operations whether that count holds.
  private func flops(_ claim: Claim, _ cell: Cell, _ analytic: AnalyticRatio?) -> String {
    var text = "FLOPs allow \(Figures.ratio(cell.flopRatio)) in these \(subject(cell))"
    if let analytic {
      text += " and \(Figures.ratio(analytic.wholeModel)) in the whole model"
    }
    if claim.metric == .inferenceFLOPs, let ratio = claim.ratio {
      let counted = analytic?.wholeModel ?? cell.flopRatio
      let holds = counted >= VerdictRules.needed(ratio, claim.qualifier)
      text +=
        holds
        ? ", so the count of operations holds" : ", so even the count of operations falls short"
    }
    return text
  }

  /// What the time of a cell follows, where its numbers tell.
  ///
  /// time ratio = FLOP ratio · (candidate's FLOP/s / baseline's FLOP/s), so the two rates always say
  /// where the saving went; the bytes say why when time is close to their ratio.
  private func cause(_ cell: Cell) -> String {
    let time = cell.timeRatio.median
    if apart(time, cell.flopRatio) <= Self.closeness { return "time follows FLOPs" }
    if let main = cell.explanation?.mainFactor { return blame(main, cell) }
    if let bytes = cell.bytesRatio, apart(time, bytes) <= Self.follows,
      apart(time, bytes) < apart(time, cell.flopRatio)
    {
      return "time follows the bytes read (\(Figures.ratio(bytes))), not FLOPs\(read(cell))"
    }
    return "the candidate runs at "
      + Figures.rate(flopsPerSecond: cell.sides.candidate.flopsPerSecond) + ", the baseline at "
      + Figures.rate(flopsPerSecond: cell.sides.baseline.flopsPerSecond)
  }

  /// What the largest factor of an explanation says.
  private func blame(_ main: Explanation.Factor, _ cell: Cell) -> String {
    let factor = "(\(Figures.factor(main.factor)))"
    guard main.factor < 1 else {
      return "the baseline loses more by \(main.name.label(routes: cell.routes)) \(factor)"
    }
    return "\(main.name.label(routes: cell.routes)) costs most \(factor)"
      + (main.name == .memoryTraffic ? read(cell) : "")
  }

  /// `: 7.92 experts per layer are read`, nothing where none are counted.
  private func read(_ cell: Cell) -> String {
    let experts = cell.distinctExperts
    return experts > 0
      ? ": \(Figures.significant(experts, trimmed: true)) experts per layer are read" : ""
  }

  /// What FLOPs leave unexplained of a claimed ratio.
  private func share(_ claimed: Double, _ left: Double, _ remainder: String) -> String {
    let explained = Figures.ratio(claimed / left)
    if left > Self.closeness {
      return "\(Figures.ratio(claimed)) over \(explained) leaves a factor "
        + "\(Figures.significant(left, digits: 2, trimmed: true)) to explain by \(remainder)"
    }
    return left < 1 / Self.closeness
      ? "the claimed \(Figures.ratio(claimed)) is less than the \(explained) that FLOPs allow"
      : "the claimed \(Figures.ratio(claimed)) is about what FLOPs allow"
  }

  /// The factor between two positive numbers, at least 1.
  private func apart(_ a: Double, _ b: Double) -> Double { max(a / b, b / a) }

  /// Clauses as one sentence.
  private func sentence(_ parts: [String]) -> String {
    let text = parts.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }
}

extension Claim.CellCriteria {
  /// The rows of a pass that match, in the size that its workload counts them by: `256 tokens per pass or
  /// more`, `1 to 64 sequences per pass`.
  var rowsInWords: String {
    let size = workload.sizeOfRows
    let rows =
      rows.upperBound == Int.max
      ? "\(size.perPass(rows.lowerBound)) or more"
      : size.perPass("\(rows.lowerBound) to \(rows.upperBound)")
    guard let leastContext else { return rows }
    return "\(rows), \(Workload.Size.context.counted(leastContext)) or more"
  }
}
