import ModelSpec

/// The time ratio of one pairing over tokens per pass, everything else equal.
public struct Curve: Hashable, Sendable {
  /// Id of the architecture under test.
  public var candidate: String
  /// Id of what it is held against.
  public var baseline: String
  /// What all points share: `uniform routing, tile, f32, 2 threads`.
  public var conditions: String
  /// Points with ascending tokens, at least two.
  public var points: [Point]

  /// One number of tokens, and the ratios there.
  public struct Point: Hashable, Sendable {
    /// Tokens per pass.
    public var tokens: Int
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

/// Cells that differ in nothing but their tokens per pass.
struct CellSeries {
  /// At least `Curve.fewestPoints` cells with ascending tokens, each number once.
  let cells: [Cell]
  /// The cells as a curve.
  let curve: Curve

  /// The series of a record, in the order of their first cells.
  ///
  /// Cells with parts that this version does not know are left out. Of two cells with the same
  /// tokens the first counts.
  static func series(of record: Record) -> [CellSeries] {
    var order: [Key] = []
    var groups: [Key: [Cell]] = [:]
    for cell in record.cells where cell.isKnown {
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
    let parts: [Conditions.Part]

    init(_ cell: Cell) {
      candidate = cell.candidate
      baseline = cell.baseline
      parts = cell.conditions.partsToSay.filter { $0.name != "tokens" }
    }

    var conditions: String { parts.map(\.phrase).joined(separator: ", ") }
  }
}

extension Curve {
  /// The curves of a record: cells that differ in nothing but their tokens, at least three
  /// token counts each.
  public static func curves(of record: Record) -> [Curve] {
    CellSeries.series(of: record).map(\.curve)
  }
}

extension Curve.Point {
  /// The point of a cell, with utilisations of the ceiling for its threads and weight format.
  init(_ cell: Cell, under ceilings: [Ceiling]) {
    let ceiling = ceilings.ceiling(decidingFor: cell)
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
