import ModelSpec

/// The time ratio of one pairing over a size of passes, such as their tokens, everything else equal.
public struct Curve: Hashable, Sendable {
  /// Id of the architecture under test.
  public var candidate: String
  /// Id of what it is held against.
  public var baseline: String
  /// What all points share: `uniform routing, tile, f32, 2 threads`.
  public var conditions: String
  /// What the points differ in.
  public var size: Workload.Size
  /// Points with ascending values of the size, at least two.
  public var points: [Point]

  /// One value of the size, and the ratios there.
  public struct Point: Hashable, Sendable {
    /// The size's value, such as tokens per pass.
    public var value: Int
    /// Baseline FLOPs / candidate FLOPs.
    public var flopRatio: Double
    /// Baseline roofline seconds / candidate roofline seconds; `nil` without ceilings.
    public var rooflineRatio: Double?
    /// Baseline seconds / candidate seconds, as measured.
    public var timeRatio: RatioEstimate
    /// S-MFU: the candidate's FLOPs of a pass / seconds / peak (MoE-CAP, arXiv 2412.07067); `nil`
    /// without ceilings.
    public var modelFLOPsUtilisation: Double?
    /// S-MBU: bytes of the experts that were really read / seconds / read bandwidth (same source);
    /// `nil` without ceilings.
    public var modelBandwidthUtilisation: Double?
    /// D, experts of one layer that a pass reads; `nil` where it is not known.
    public var distinctExperts: Double? = nil
    /// Mean tokens of the distinct experts; `nil` where it is not known.
    public var tokensPerExpert: Double? = nil
    /// The letters of what was measured in part (`CellMarks`), empty for a cell that was measured whole.
    var marks = ""
  }

  /// Fewest points of a curve that is taken from a record: fewer have nothing between their ends.
  static let fewestPoints = 3
}

extension Curve.Point {
  /// Time ratio / FLOP ratio.
  public var realisedShare: Double { timeRatio.median / flopRatio }

  /// Roofline ratio / FLOP ratio: what this machine could realise at best; `nil` without ceilings.
  public var realisableShare: Double? { rooflineRatio.map { $0 / flopRatio } }
}

/// Cells that differ in nothing but one size of their passes.
struct CellSeries {
  /// At least `Curve.fewestPoints` cells with ascending values of the size, each value once.
  let cells: [Cell]
  /// The cells as a curve.
  let curve: Curve

  /// The series of a record, size by size, those of one size in the order of their first cells.
  ///
  /// Cells with parts that this version does not know are left out. Of two cells with the same
  /// value the first counts.
  static func series(of record: Record) -> [CellSeries] {
    let cells = record.cells.filter(\.isKnown)
    let names = CellNames(record.cells)
    return Workload.Size.allCases.flatMap { series(of: cells, over: $0, record.ceilings, names) }
  }

  private static func series(
    of cells: [Cell], over size: Workload.Size, _ ceilings: [Ceiling], _ names: CellNames
  ) -> [CellSeries] {
    var order: [Key] = []
    var groups: [Key: [Cell]] = [:]
    for cell in cells {
      let key = Key(cell, without: size)
      if groups[key] == nil { order.append(key) }
      if groups[key, default: []].contains(where: { $0.workload[size] == cell.workload[size] }) {
        continue
      }
      groups[key, default: []].append(cell)
    }
    return order.compactMap { key in
      let cells = groups[key, default: []].sorted { $0.workload[size] < $1.workload[size] }
      guard let first = cells.first, cells.count >= Curve.fewestPoints else { return nil }
      return CellSeries(
        cells: cells,
        curve: Curve(
          candidate: key.candidate, baseline: key.baseline,
          conditions: names.parts(of: first).filter { $0.name != .size(size) }.map(\.phrase)
            .joined(separator: ", "),
          size: size, points: cells.map { Curve.Point($0, over: size, under: ceilings) }))
    }
  }

  /// What the cells of a series share: everything but the size.
  private struct Key: Hashable {
    let candidate: String
    let baseline: String
    let parts: [Conditions.Part]

    init(_ cell: Cell, without size: Workload.Size) {
      candidate = cell.candidate
      baseline = cell.baseline
      parts = cell.conditions.parts.filter { $0.name != .size(size) }
    }
  }
}

extension Curve {
  /// The curves of a record: cells that differ in nothing but one size of passes, at least three values
  /// each.
  public static func curves(of record: Record) -> [Curve] {
    CellSeries.series(of: record).map(\.curve)
  }
}

extension Curve.Point {
  /// The point of a cell, with utilisations of the ceiling for its threads and weight format.
  init(_ cell: Cell, over size: Workload.Size, under ceilings: [Ceiling]) {
    let ceiling = ceilings.ceiling(decidingFor: cell)
    let side = cell.sides.candidate
    self.init(
      value: cell.workload[size], flopRatio: cell.flopRatio,
      rooflineRatio: cell.rooflineRatio.flatMap { $0.isFinite && $0 > 0 ? $0 : nil },
      timeRatio: cell.timeRatio,
      modelFLOPsUtilisation: side.modelFLOPsUtilisation(under: ceiling),
      modelBandwidthUtilisation: side.modelBandwidthUtilisation(under: ceiling),
      distinctExperts: cell.distinctExperts,
      tokensPerExpert: cell.routing?.tokensPerExpert, marks: CellMarks.letters(of: cell))
  }
}
