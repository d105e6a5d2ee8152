import ModelSpec

/// Cells that differ in nothing but their tokens per pass.
struct CellSeries {
  /// At least `Curve.fewestPoints` cells with ascending tokens, each number once.
  let cells: [Cell]
  /// The cells as a curve.
  let curve: Curve

  /// The series of a record, in the order of their first cells.
  ///
  /// Cells that contradict themselves have no place in it. Of two cells with the same tokens the first
  /// counts.
  static func series(of record: Record) -> [CellSeries] {
    var order: [Key] = []
    var groups: [Key: [Cell]] = [:]
    for cell in record.cells where cell.isCredible {
      let key = Key(cell)
      if groups[key] == nil { order.append(key) }
      if groups[key, default: []].contains(where: { $0.tokens == cell.tokens }) { continue }
      groups[key, default: []].append(cell)
    }
    return order.compactMap { key in
      let cells = groups[key, default: []].sorted { $0.tokens < $1.tokens }
      guard cells.count >= Curve.fewestPoints else { return nil }
      return CellSeries(
        cells: cells,
        curve: Curve(
          candidate: key.candidate, baseline: key.baseline, conditions: key.conditions,
          points: cells.map { Curve.Point($0, under: record.ceilings) }))
    }
  }

  /// What the cells of a series share: everything but their tokens.
  private struct Key: Hashable {
    let candidate: String
    let baseline: String
    let workload: WorkloadKind
    let parts: [Conditions.Part]

    init(_ cell: Cell) {
      candidate = cell.candidate
      baseline = cell.baseline
      workload = cell.workload.kind
      parts = cell.conditions.parts.filter { !["workload", "tokens"].contains($0.name) }
    }

    var conditions: String {
      let usual = workload == .feedForward ? [] : [workload.rawValue]
      return (usual + parts.map(\.phrase)).joined(separator: ", ")
    }
  }
}

extension Curve {
  /// The curves of a record: credible cells that differ in nothing but their tokens, at least three
  /// token counts each.
  public static func curves(of record: Record) -> [Curve] {
    CellSeries.series(of: record).map(\.curve)
  }
}

extension Curve.Point {
  /// The point of a cell, its utilisations by the ceilings for the cell's threads and precision.
  init(_ cell: Cell, under ceilings: [Ceiling]) {
    let ceiling = ceilings.ceiling(of: cell)
    let side = cell.sides.candidate
    self.init(
      tokens: cell.tokens, flopRatio: cell.flopRatio,
      rooflineRatio: cell.rooflineRatio.flatMap { $0.isFinite && $0 > 0 ? $0 : nil },
      timeRatio: cell.timeRatio,
      modelFLOPsUtilisation: side.modelFLOPsUtilisation(under: ceiling),
      modelBandwidthUtilisation: side.modelBandwidthUtilisation(under: ceiling),
      distinctExperts: cell.distinctExperts,
      tokensPerExpert: cell.routing?.tokensPerExpert)
  }
}
