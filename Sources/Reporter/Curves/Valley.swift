/// The *batch valley*: between one token, which reads few experts, and many, which share them, a sparse
/// layer reads nearly all experts for little work each, and its FLOP saving is no saving of time.
extension Curve {
  /// The share of the FLOP ratio that counts as all of it.
  ///
  /// A FLOP saving is realised at a point where time ratio ≥ 0.9 × FLOP ratio: the tenth is for what no
  /// kernel can avoid, such as the router, and for the noise of a measurement.
  public static let sufficientShare = 0.9

  /// The point that realises the smallest share of the FLOP ratio; `nil` without a valley.
  ///
  /// It takes an interval that lies below `sufficientShare` as a whole to be one, so that noise alone
  /// makes no valley. Of equal points the one with the fewest tokens.
  public var bottom: Point? {
    guard let lowest = points.min(by: { $0.realisedShare < $1.realisedShare }),
      lowest.timeRatio.high < Self.sufficientShare * lowest.flopRatio
    else { return nil }
    return lowest
  }

  /// True when the bottom is the first or the last point, so that a deeper one may lie beyond.
  public var bottomIsAtEdge: Bool {
    guard let bottom else { return false }
    return bottom.tokens == points.first?.tokens || bottom.tokens == points.last?.tokens
  }

  /// The fewest measured tokens from which on the FLOP saving is realised: at that point and at all
  /// with more tokens, median time ratio ≥ `sufficientShare` × FLOP ratio.
  ///
  /// `nil` when it is not realised even at the most tokens.
  public var sufficientTokens: Int? { sufficientTokens(by: \.realisedShare) }

  /// The most measured tokens up to which the FLOP saving is realised, before the valley.
  ///
  /// `nil` when it is not realised at the fewest tokens, or when it is at all points.
  public var sufficientTokensBeforeValley: Int? {
    let head = points.prefix { $0.realisedShare >= Self.sufficientShare }
    return head.count < points.count ? head.last?.tokens : nil
  }

  /// As `bottom`, by the roofline: the point at which this machine's ceilings allow the smallest share;
  /// `nil` without a valley or without ceilings.
  public var predictedBottom: Point? {
    guard hasRoofline,
      let lowest = points.min(by: { ($0.realisableShare ?? 0) < ($1.realisableShare ?? 0) }),
      let share = lowest.realisableShare, share < Self.sufficientShare
    else { return nil }
    return lowest
  }

  /// As `sufficientTokens`, by the roofline; `nil` without ceilings too.
  public var predictedSufficientTokens: Int? {
    hasRoofline ? sufficientTokens { $0.realisableShare ?? 0 } : nil
  }

  /// True when every point has a roofline.
  var hasRoofline: Bool { points.allSatisfy { $0.rooflineRatio != nil } }

  private func sufficientTokens(by share: (Point) -> Double) -> Int? {
    points.reversed().prefix { share($0) >= Self.sufficientShare }.last?.tokens
  }
}
