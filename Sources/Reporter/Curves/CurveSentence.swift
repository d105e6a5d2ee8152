/// What a curve says, in words.
struct CurveSentence {
  private let curve: Curve

  init(_ curve: Curve) {
    self.curve = curve
  }

  /// From how many tokens on the saving is realised, how deep the valley is, and what the roofline says
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
    let tokens = curve.points.map(\.tokens)
    let predicted = prediction.map { "; \($0)" } ?? ""
    if let enough = curve.sufficientTokens {
      if enough == tokens.first {
        return "Realises \(goal) at every token count that was measured"
      }
      let before = curve.sufficientTokensBeforeValley.map { ", or at most \($0)," } ?? ""
      return "Needs at least \(Figures.count(enough, "token")) per pass here\(before) to realise "
        + goal + predicted
    }
    let before =
      curve.sufficientTokensBeforeValley.map {
        "Beyond \(Figures.count($0, "token")) per pass it does"
      } ?? "Does"
    return
      "\(before) not realise \(goal) here, up to the \(tokens.last ?? 0) tokens that were measured"
      + predicted
  }

  /// What the roofline says of the need, where there is one.
  private var prediction: String? {
    guard curve.hasRoofline else { return nil }
    guard let enough = curve.predictedSufficientTokens else {
      return "the roofline does not allow it either"
    }
    return "the roofline allows it "
      + (enough == curve.points.first?.tokens
        ? "at every token count" : "from \(Figures.count(enough, "token")) on")
  }

  private var valley: String? {
    guard let bottom = curve.bottom else { return nil }
    let name = hasSaving ? "valley's bottom" : "lowest point"
    let place = "at \(Figures.count(bottom.tokens, "token"))"
    let edge = curve.bottomIsAtEdge ? ", at the edge of what was measured" : ""
    let measured =
      "The \(name) is \(Figures.ratio(bottom.timeRatio.median)) of "
      + "\(Figures.ratio(bottom.flopRatio)) \(place)\(edge)"
    guard curve.hasRoofline else { return measured }
    guard let predicted = curve.predictedBottom, let ratio = predicted.rooflineRatio else {
      return measured + "; the roofline has no valley"
    }
    return measured + "; the roofline's is \(Figures.ratio(ratio)) at "
      + Figures.count(predicted.tokens, "token")
  }
}
