import ModelSpec

/// Verdicts and explanation from records, before any form of output.
public struct Report: Sendable {
  /// One record and the verdicts on every claim that it can speak of.
  public struct Section: Sendable {
    /// What was read.
    public let named: NamedRecord
    /// Decided claims first, then those beyond a kernel, then those without figures.
    public let verdicts: [Verdict]
  }

  /// The records, in the reader's order.
  public let sections: [Section]

  /// Holds `claims` against each of `records` alone: cells of two machines never decide one claim.
  public init(
    records: [NamedRecord], claims: [Claim] = ClaimLedger.claims,
    analytic: AnalyticRatios = .none
  ) {
    sections = records.map { named in
      Section(named: named, verdicts: Verdicts.judging(named, claims: claims, analytic: analytic))
    }
  }

  /// The report as the JSON document `tenfold.report/1`.
  public var document: ReportDocument { ReportDocument(self) }
}
