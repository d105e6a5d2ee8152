import ModelSpec

extension RecordComparison {
  /// The comparison as the JSON document `tenfold.compare/1`.
  public var document: ComparisonDocument {
    func whole(_ quantity: ComparedQuantity) -> ComparisonDocument.Quantity {
      let whole = self.whole[quantity]
      return .init(change: whole.change, verdict: ofBuilds(whole.verdict), cells: whole.steadyCells)
    }
    return ComparisonDocument(
      base: .init(base), head: .init(head),
      sameCommit: commonRevision.map { _ in head.record.tool.commit },
      advisory: isAdvisory ? true : nil, tolerance: tolerance, verdict: verdict, summary: summary,
      cautions: cautions,
      whole: .init(
        candidateSeconds: whole(.candidateSeconds), baselineSeconds: whole(.baselineSeconds),
        timeRatio: whole(.timeRatio)),
      cells: cells.map { cell in
        .init(
          id: cell.id, change: cell.quantities.candidateSeconds.change,
          baselineChange: cell.quantities.baselineSeconds.change,
          ratioChange: cell.quantities.timeRatio.change, verdict: ofBuilds(cell.verdict))
      },
      leftOut: uncompared.filter { ![.onlyInBase, .onlyInHead].contains($0.cause) }
        .map { .init(id: $0.id, reason: $0.reason) },
      onlyInBase: uncompared.filter { $0.cause == .onlyInBase }.map(\.id),
      onlyInHead: uncompared.filter { $0.cause == .onlyInHead }.map(\.id))
  }
}

extension ComparisonDocument.Origin {
  init(_ named: NamedRecord) {
    self.init(
      name: named.name, created: named.record.created, version: named.record.tool.version,
      commit: named.commit ?? MachineIdentity.unknown, status: named.record.status.rawValue)
  }
}

extension CompareVerdict {
  /// How the verdict stands out.
  var tone: Table.Tone {
    switch self {
    case .regression: .bad
    case .inconclusive: .open
    case .improvement: .good
    case .pass: .plain
    }
  }
}
