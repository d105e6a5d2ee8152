import ModelSpec

/// Holds claims against a record, or against arithmetic alone.
public enum Verdicts {
  /// One verdict for every claim that the record can speak of.
  ///
  /// Those are the claims about a model that was measured, or was to be measured, as a candidate.
  /// Those that cells decided come first, then those that scenarios did, then those that counting did, then
  /// those beyond a kernel that have figures, then the rest, each in the ledger's order.
  public static func judging(
    _ named: NamedRecord, claims: [Claim] = ClaimLedger.claims, analytic: AnalyticRatios = .none
  ) -> [Verdict] {
    let cells = judgedCells(of: named.record)
    let candidates = Set(named.record.cells.map(\.candidate)).union(named.record.options.candidates)
    let judge = Judge(
      record: named.name, cells: cells, allCells: named.record.cells,
      reason: Reason(names: CellNames(cells), record: named.record),
      analytic: analytic)
    let verdicts = claims.filter { $0.modelID.map(candidates.contains) ?? false }
      .map(judge.verdict)
    return sorted(verdicts)
  }

  /// One verdict for every claim, by arithmetic alone: claims that only cells or a scenario could decide are
  /// not measured.
  public static func counting(
    _ claims: [Claim] = ClaimLedger.claims, analytic: AnalyticRatios = .none
  ) -> [Verdict] {
    let judge = Judge(
      record: nil, cells: [], allCells: [], reason: Reason(names: CellNames([]), record: nil),
      analytic: analytic)
    return sorted(claims.map(judge.verdict))
  }

  private static func sorted(_ verdicts: [Verdict]) -> [Verdict] {
    (0...4).flatMap { group in verdicts.filter { $0.group == group } }
  }

  /// The cells that decide.
  ///
  /// Cells with parts that this version does not know decide nothing, and neither do those of a run
  /// with a token effort: they are only shown.
  static func judgedCells(of record: Record) -> [Cell] {
    record.options.effort == nil ? record.cells.filter(\.isKnown) : []
  }
}

extension Verdict {
  /// Whether the verdict shows a ratio next to the claim.
  public var hasFigures: Bool { measured != nil || analytic != nil }

  /// Where the verdict is listed: 0 when cells decided, 1 when a scenario did, 2 when counting did, 3 beyond
  /// a kernel with figures, else 4.
  fileprivate var group: Int {
    switch verdict {
    case .delivered, .exceeded, .fallsShort, .undecided:
      basis == .composed ? 1 : basis == .counted ? 2 : 0
    case .notAKernelClaim: hasFigures ? 3 : 4
    case .notMeasured: 4
    }
  }
}
