import ModelSpec

/// The verdicts on the claims that records can speak of, before they become a page or a document.
public struct Report: Sendable {
  /// One record and the verdicts on every claim that it can speak of.
  public struct Section: Sendable {
    /// The record that the verdicts rest on.
    public let named: NamedRecord
    /// Decided claims first, then those beyond a kernel, then those without figures.
    public let verdicts: [Verdict]
  }

  /// The records, in the reader's order.
  public let sections: [Section]
  /// Verdicts by arithmetic alone on the claims that no record speaks of; `nil` where these were not asked
  /// for.
  public let others: [Verdict]?

  /// Holds `claims` against each of `records` alone: cells of two machines never decide one claim.
  ///
  /// - Parameter judgesAll: whether claims that no record speaks of are judged too, by counting.
  public init(
    records: [NamedRecord], claims: [Claim] = ClaimLedger.claims,
    analytic: AnalyticRatios = .none, judgesAll: Bool = false
  ) {
    sections = records.map { named in
      Section(named: named, verdicts: Verdicts.judging(named, claims: claims, analytic: analytic))
    }
    let judged = Set(sections.flatMap(\.verdicts).map(\.claim))
    others =
      judgesAll
      ? Verdicts.counting(claims.filter { !judged.contains($0.id) }, analytic: analytic) : nil
  }

  /// All verdicts: those of each record, then those of none.
  public var verdicts: [Verdict] { sections.flatMap(\.verdicts) + (others ?? []) }

  /// One verdict for each claim, of several records' the one that rests on most: on cells rather than on a scenario,
  /// on that rather than on counting; of two that rest on cells the one with the narrower interval.
  public var verdictOfEachClaim: [Verdict] {
    let all = verdicts
    var best: [String: Int] = [:]
    for (index, verdict) in all.enumerated() {
      guard let other = best[verdict.claim] else {
        best[verdict.claim] = index
        continue
      }
      if verdict.restsOnMore(than: all[other]) { best[verdict.claim] = index }
    }
    return best.values.sorted().map { all[$0] }
  }

  /// The tables of the whole ledger; `nil` where it was not asked for.
  var ledger: LedgerTables? {
    others.map { _ in LedgerTables(verdictOfEachClaim, namesRecords: sections.count > 1) }
  }

  /// The report as the JSON document `tenfold.report/1`.
  public var document: ReportDocument { ReportDocument(self) }
}

extension Verdict {
  /// Whether the verdict says more than another on the same claim.
  fileprivate func restsOnMore(than other: Verdict) -> Bool {
    let bases: [Basis?] = [.measured, .composed, .counted, nil]
    let (own, others) = (bases.firstIndex(of: basis), bases.firstIndex(of: other.basis))
    let (rank, otherRank) = (own ?? bases.count, others ?? bases.count)
    guard rank == otherRank else { return rank < otherRank }
    func width(_ measured: Measured?) -> Double {
      measured.map { $0.high / $0.low } ?? .infinity
    }
    return width(measured) < width(other.measured)
  }
}

extension ReportDocument {
  /// The document of a report.
  public init(_ report: Report) {
    self.init(
      records: report.sections.map { Origin($0.named) },
      verdicts: report.verdicts,
      curves: report.sections.flatMap { section in
        Curve.curves(of: section.named.record).map { CurveEntry($0, record: section.named.name) }
      })
  }
}

extension ReportDocument.Origin {
  fileprivate init(_ named: NamedRecord) {
    let record = named.record
    self.init(
      name: named.name, created: record.created, status: record.status, cpu: record.machine.cpu,
      cells: record.cells.count,
      cellsLeftOut: record.unmeasured.count + record.cells.count
        - Verdicts.judgedCells(of: record).count,
      warnings: record.warnings)
  }
}

extension CurveEntry {
  /// The entry of a curve.
  fileprivate init(_ curve: Curve, record: String) {
    self.init(
      record: record, candidate: curve.candidate, baseline: curve.baseline,
      conditions: curve.conditions, size: curve.size, sufficient: curve.sufficient,
      predictedSufficient: curve.predictedSufficient,
      bottom: curve.bottom.map { Bottom(at: $0.value, ratio: $0.timeRatio.median) },
      predictedBottom: curve.predictedBottom.flatMap { point in
        point.rooflineRatio.map { Bottom(at: point.value, ratio: $0) }
      },
      points: curve.points.map { point in
        Point(
          at: point.value,
          realisedShare: point.realisedShare.isFinite ? point.realisedShare : nil,
          sMfu: point.modelFLOPsUtilisation, sMbu: point.modelBandwidthUtilisation)
      })
  }
}
