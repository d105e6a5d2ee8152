import ModelSpec

extension ReportDocument {
  /// The document of a report.
  public init(_ report: Report) {
    self.init(
      records: report.sections.map { Origin($0.named) },
      verdicts: report.sections.flatMap(\.verdicts),
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
      cellsLeftOut: record.cells.count - Verdicts.judgedCells(of: record).count,
      warnings: record.warnings)
  }
}

extension CurveEntry {
  /// The entry of a curve.
  fileprivate init(_ curve: Curve, record: String) {
    self.init(
      record: record, candidate: curve.candidate, baseline: curve.baseline,
      conditions: curve.conditions, sufficientTokens: curve.sufficientTokens,
      predictedSufficientTokens: curve.predictedSufficientTokens,
      bottom: curve.bottom.map { Bottom(tokens: $0.tokens, ratio: $0.timeRatio.median) },
      predictedBottom: curve.predictedBottom.flatMap { point in
        point.rooflineRatio.map { Bottom(tokens: point.tokens, ratio: $0) }
      },
      points: curve.points.map { point in
        Point(
          tokens: point.tokens,
          realisedShare: point.realisedShare.isFinite ? point.realisedShare : nil,
          sMfu: point.modelFLOPsUtilisation, sMbu: point.modelBandwidthUtilisation)
      })
  }
}
