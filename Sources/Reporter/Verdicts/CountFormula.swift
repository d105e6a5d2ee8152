import ModelSpec

/// The formula of a count with its numbers: `6 × 70.6B × 15T = 6.35e24 FLOP against …`.
struct CountFormula {
  private let claim: Claim
  private let result: CountResult
  private var count: ClaimCount { result.count }

  init(_ claim: Claim, _ result: CountResult) {
    self.claim = claim
    self.result = result
  }

  /// The formula as a clause, with the ratio that it gives.
  var clause: String {
    if let left = result.tokensLeft { return tokens(left) }
    guard let ratio = result.ratio else {
      return result.model.map { amount($0) } ?? "nothing can be counted"
    }
    guard let model = result.model, let baseline = result.baseline else { return everyModel(ratio) }
    switch count.quantity {
    case .statedAmounts, .statedRates:
      let (over, under) =
        count.quantity == .statedRates
        ? (count.model, count.baseline) : (count.baseline, count.model)
      let figures = [over, under].map { $0?.figure?.text ?? "-" }.joined(separator: " / ")
      return "\(figures)\(count.unit.map { " \($0)" } ?? "") is \(Figures.ratio(ratio.value))"
    case .sparsity:
      return "\(amount(of: baseline)) parameters, \(amount(of: model)) of them used by a token, is "
        + Figures.counted(ratio)
    case .forwardFLOPs:
      return "\(amount(baseline)) against \(amount(model)) for \(context) is "
        + "\(Figures.counted(exactly: ratio.value)) by all pairs of tokens and "
        + "\(Figures.counted(exactly: baseline.amount.low / model.amount.low)) by those that see each other"
    case .stepFLOPs:
      return "\(amount(baseline)) against \(amount(model)) for a token behind \(context) is "
        + Figures.counted(ratio)
    case .cacheBytes:
      return "\(amount(baseline)) against \(amount(model))\(split(baseline, model)) is "
        + Figures.counted(ratio)
    default:
      return "\(amount(baseline)) against \(amount(model)) is \(Figures.counted(ratio))"
    }
  }

  private var context: String { Figures.grouped(count.context ?? 0) + " tokens" }

  // MARK: - One side

  private func amount(of side: CountedSide) -> String { Figures.large(side.amount.value) }

  private func amount(_ side: CountedSide) -> String {
    switch side.parts {
    case .cache(let elements, let bits): return "\(cache(elements)) at \(bits.formatted) bits"
    case .weights(let experts, let expertBits, let others, let bits):
      let bytes = Figures.gigabytes(side.amount.value)
      if experts == 0 || expertBits == bits {
        return
          "\(Figures.large(Double(experts + others))) weights at \(bits.formatted) bits = \(bytes)"
      }
      return
        "\(Figures.large(Double(experts))) weights of experts at \(expertBits.formatted) bits and "
        + "\(Figures.large(Double(others))) others at \(bits.formatted) = \(bytes)"
    case .training(let parameters, let tokens):
      return "6 × \(Figures.large(parameters.value)) × \(Figures.large(tokens.value)) = "
        + "\(Figures.significant(side.amount.value)) FLOP"
    case .none:
      switch count.quantity {
      case .totalParameters: return "\(amount(of: side)) parameters"
      case .activeParameters: return "\(amount(of: side)) active parameters"
      case .forwardFLOPs, .stepFLOPs: return Figures.flops(side.amount.value)
      default: return amount(of: side)
      }
    }
  }

  /// `61 layers × 576 = 35,136 elements a token`; of layers that keep a window or a state, what they keep
  /// after the context.
  private func cache(_ cache: CacheElements) -> String {
    if let sum = cache.elementsPerToken {
      let products = cache.layers.map { group in
        "\(group.count) layers × \(Figures.grouped(group.elementsPerToken ?? 0))"
      }
      return "\(products.joined(separator: " + ")) = \(Figures.grouped(sum)) elements a token"
    }
    let products = cache.layers.map { group in
      "\(group.count) layers × \(Figures.large(Double(group.elements(context: cache.context))))"
    }
    return
      "\(products.joined(separator: " + ")) = \(Figures.large(Double(cache.total))) elements after "
      + "\(Figures.grouped(cache.context)) tokens"
  }

  /// ` (5.63x by elements, 2.67x by bits)` where both sides differ in bits.
  private func split(_ baseline: CountedSide, _ model: CountedSide) -> String {
    guard case .cache(let full, let wide) = baseline.parts,
      case .cache(let small, let narrow) = model.parts, wide != narrow
    else { return "" }
    let elements = Double(full.total) / Double(small.total)
    return " (\(Figures.ratio(elements)) by elements, \(Figures.ratio(wide / narrow)) by bits)"
  }

  // MARK: - What has no two sides

  private func tokens(_ left: CountResult.TokensLeft) -> String {
    let parameters = "\(Figures.large(left.parameters.value)) active parameters"
    let claimed = Figures.ratio(result.claimed?.value ?? 1)
    guard let tokens = left.tokens, let baseline = result.baseline else {
      return
        "a saving of \(claimed) leaves \(parameters) \(Figures.percent(left.share.value)) of the "
        + "baseline's tokens"
    }
    return "\(amount(baseline)) for the baseline, and a saving of \(claimed) leaves \(parameters) "
      + "\(Figures.large(tokens.value, digits: 3)) tokens, \(Figures.percent(left.share.value)) of the baseline's"
  }

  private func everyModel(_ ratio: RoundedValue) -> String {
    "over the catalogue's routed models all parameters are \(Figures.ratio(ratio.low)) to "
      + "\(Figures.ratio(ratio.high)) of what one token uses, \(Figures.ratio(ratio.value)) in the median"
  }
}

extension Double {
  /// Bits as they are said: `16`, `4.25`.
  fileprivate var formatted: String { Figures.significant(self, trimmed: true) }
}
