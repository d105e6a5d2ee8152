/// A curve in the JSON document `tenfold.report/1`.
public struct CurveEntry: Codable, Hashable, Sendable {
  /// The record that the curve is of, as the reader named it.
  public var record: String
  /// Id of the architecture under test.
  public var candidate: String
  /// Id of what it is held against.
  public var baseline: String
  /// What all points share: `uniform routing, tile, f32, 2 threads`.
  public var conditions: String
  /// The fewest measured tokens from which on 90 % of the FLOP ratio are realised; absent where never.
  public var sufficientTokens: Int?
  /// The same by the roofline; absent where never, and without ceilings.
  public var predictedSufficientTokens: Int?
  /// The valley's bottom; absent without a valley.
  public var bottom: Bottom?
  /// The same by the roofline; absent without a valley, and without ceilings.
  public var predictedBottom: Bottom?
  /// The points, tokens ascending.
  public var points: [Point]

  /// Where the smallest share of the FLOP ratio is realised.
  public struct Bottom: Codable, Hashable, Sendable {
    /// Tokens per pass.
    public var tokens: Int
    /// The time ratio there.
    public var ratio: Double
  }

  /// What the record does not say of a point.
  public struct Point: Codable, Hashable, Sendable {
    /// Tokens per pass.
    public var tokens: Int
    /// Time ratio / FLOP ratio; absent where it is not finite, as the others.
    public var realisedShare: Double?
    /// S-MFU of the candidate; absent without ceilings.
    public var sMfu: Double?
    /// S-MBU of the candidate; absent without ceilings.
    public var sMbu: Double?
  }

  /// The entry of a curve.
  init(_ curve: Curve, record: String) {
    self.record = record
    candidate = curve.candidate
    baseline = curve.baseline
    conditions = curve.conditions
    sufficientTokens = curve.sufficientTokens
    predictedSufficientTokens = curve.predictedSufficientTokens
    bottom = curve.bottom.map { Bottom(tokens: $0.tokens, ratio: $0.timeRatio.median) }
    predictedBottom = curve.predictedBottom.flatMap { point in
      point.rooflineRatio.map { Bottom(tokens: point.tokens, ratio: $0) }
    }
    points = curve.points.map { point in
      Point(
        tokens: point.tokens,
        realisedShare: point.realisedShare.isFinite ? point.realisedShare : nil,
        sMfu: point.modelFLOPsUtilisation, sMbu: point.modelBandwidthUtilisation)
    }
  }
}
