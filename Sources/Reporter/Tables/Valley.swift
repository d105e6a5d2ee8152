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
  /// Only a point whose whole interval lies below `sufficientShare` makes a valley, so that noise
  /// alone makes none. Of equal points it is the first.
  public var bottom: Point? {
    guard let lowest = points.min(by: { $0.realisedShare < $1.realisedShare }),
      lowest.timeRatio.high < Self.sufficientShare * lowest.flopRatio
    else { return nil }
    return lowest
  }

  /// True when the bottom is the first or the last point, so that a deeper one may lie beyond.
  public var bottomIsAtEdge: Bool {
    guard let bottom else { return false }
    return bottom.value == points.first?.value || bottom.value == points.last?.value
  }

  /// The smallest measured value, such as the fewest tokens, from which on the FLOP saving is realised: at
  /// that point and at all beyond, median time ratio ≥ `sufficientShare` × FLOP ratio.
  ///
  /// `nil` when it is not realised even at the last point.
  public var sufficient: Int? { sufficient(by: \.realisedShare) }

  /// The largest measured value up to which the FLOP saving is realised, before the valley.
  ///
  /// `nil` when it is not realised at the first point, or when it is at all points.
  public var sufficientBeforeValley: Int? {
    let head = points.prefix { $0.realisedShare >= Self.sufficientShare }
    return head.count < points.count ? head.last?.value : nil
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

  /// As `sufficient`, by the roofline; `nil` without ceilings too.
  public var predictedSufficient: Int? {
    hasRoofline ? sufficient { $0.realisableShare ?? 0 } : nil
  }

  /// True when every point has a roofline.
  var hasRoofline: Bool { points.allSatisfy { $0.rooflineRatio != nil } }

  private func sufficient(by share: (Point) -> Double) -> Int? {
    points.reversed().prefix { share($0) >= Self.sufficientShare }.last?.value
  }
}

/// What a curve says, in words.
struct CurveSentence {
  private let curve: Curve

  init(_ curve: Curve) {
    self.curve = curve
  }

  /// From where on the saving is realised, how deep the valley is, and what the roofline says
  /// of both.
  var text: String {
    let sentences = [need, valley].compactMap { $0 }
    return sentences.map { $0 + "." }.joined(separator: " ")
  }

  /// True when the candidate needs fewer FLOPs, so that there is a saving to realise.
  var hasSaving: Bool { curve.points.allSatisfy { $0.flopRatio > 1 } }

  /// `90 % of the FLOP saving of 7.84x`.
  private var goal: String {
    let ratios = curve.points.map(\.flopRatio)
    let (low, high) = (Figures.ratio(ratios.min() ?? 0), Figures.ratio(ratios.max() ?? 0))
    return
      "\(Figures.percent(Curve.sufficientShare)) of the FLOP \(hasSaving ? "saving" : "ratio") of "
      + (low == high ? low : "\(low) to \(high)")
  }

  private var need: String {
    let (size, values) = (curve.size, curve.points.map(\.value))
    let predicted = prediction.map { "; \($0)" } ?? ""
    if let enough = curve.sufficient {
      if enough == values.first {
        return "Realises \(goal) at every \(size.nameOfValue) that was measured"
      }
      let before = curve.sufficientBeforeValley.map { ", or at most \($0)," } ?? ""
      return "Needs at least \(size.perPass(enough)) here\(before) to realise " + goal + predicted
    }
    let before =
      curve.sufficientBeforeValley.map { "Beyond \(size.perPass($0)) it does" } ?? "Does"
    return
      "\(before) not realise \(goal) here, up to the \(size.counted(values.last ?? 0)) that were "
      + "measured" + predicted
  }

  /// From where on the roofline allows the goal; `nil` without ceilings.
  private var prediction: String? {
    guard curve.hasRoofline else { return nil }
    guard let enough = curve.predictedSufficient else {
      return "the roofline does not allow it either"
    }
    return "the roofline allows it "
      + (enough == curve.points.first?.value
        ? "at every \(curve.size.nameOfValue)" : "from \(curve.size.counted(enough)) on")
  }

  private var valley: String? {
    guard let bottom = curve.bottom else { return nil }
    let name = hasSaving ? "valley's bottom" : "lowest point"
    let place = "at \(curve.size.counted(bottom.value))"
    let edge = curve.bottomIsAtEdge ? ", at the edge of what was measured" : ""
    let measured =
      "The \(name) is \(Figures.ratio(bottom.timeRatio.median)) of "
      + "\(Figures.ratio(bottom.flopRatio)) \(place)\(edge)"
    guard curve.hasRoofline else { return measured }
    guard let predicted = curve.predictedBottom, let ratio = predicted.rooflineRatio else {
      return measured + "; the roofline has no valley"
    }
    return measured + "; the roofline's is \(Figures.ratio(ratio)) at "
      + curve.size.counted(predicted.value)
  }
}
