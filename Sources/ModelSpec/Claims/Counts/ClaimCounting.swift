import LayerSpec

extension Claim {
  /// What the count of the claim's test comes to; `nil` for a claim that has none.
  ///
  /// - Parameter architecture: finds the architectures that are named by id.
  public func counted(
    _ architecture: (_ id: String) -> Architecture? = { Catalogue.architecture(id: $0) }
  ) -> CountResult? {
    test.count.map { ClaimCounting(claim: self, count: $0).result(architecture) }
  }
}

/// Makes the count of one claim.
private struct ClaimCounting {
  let claim: Claim
  let count: ClaimCount

  /// The name under which a side is made of all routed models of the catalogue.
  private static let everyRouted = "every-routed"
  private static let bitsOfByte = 8.0
  /// Bits of an element unless a count says otherwise: bf16 and fp16, in which checkpoints are published.
  private static let usualBits = 16.0
  /// FLOPs of a training run for each parameter and token: two in the forward pass, four in the backward.
  private static let trainingFLOPs = 6.0

  func result(_ architecture: (String) -> Architecture?) -> CountResult {
    let claimed = claim.ratio.flatMap { ratio in
      count.printed?.claimed ?? PrintedFigure(Self.text(ratio))?.value
    }
    var result = CountResult(count: count, claimed: claimed)
    if count.model?.architecture == Self.everyRouted {
      result.ratio = Self.sparsity(of: Catalogue.architectures)
      return result
    }
    result.model = side(count.model, id: claim.modelID, name: claim.model, architecture)
    result.baseline =
      count.quantity == .sparsity
      ? side(count.model, id: claim.modelID, name: claim.model, isTotal: true, architecture)
      : side(count.baseline, id: baselineID, name: claim.baseline, architecture)
    if let model = result.model, let baseline = result.baseline {
      result.ratio = ratio(model: model.amount, baseline: baseline.amount)
    }
    if let limit = count.limit {
      result.isWithinLimit = result.model.map { $0.amount.high <= limit.bytes }
    }
    if count.quantity == .trainingFLOPs, result.model == nil {
      result.tokensLeft = tokensLeft(claimed: claimed, baseline: result.baseline, architecture)
    }
    return result
  }

  /// Where bytes are saved within one model, as by a format or by layers without a cache, that is the
  /// baseline too.
  private var baselineID: String? {
    switch count.quantity {
    case .cacheBytes, .weightBytes: claim.baselineID ?? claim.modelID
    default: claim.baselineID
    }
  }

  private func ratio(model: RoundedValue, baseline: RoundedValue) -> RoundedValue {
    switch count.quantity {
    case .statedRates: return model / baseline
    case .forwardFLOPs:
      // Both sides are counted in the same way, whichever it is.
      let (visible, all) = (baseline.low / model.low, baseline.high / model.high)
      return RoundedValue(all, low: min(visible, all), high: max(visible, all))
    default: return baseline / model
    }
  }

  /// A ratio of the ledger in the digits that it has there.
  private static func text(_ ratio: Double) -> String {
    Int(exactly: ratio).map { "\($0)" } ?? "\(ratio)"
  }

  // MARK: - Sides

  private func side(
    _ given: ClaimCount.Side?, id: String?, name: String, isTotal: Bool = false,
    _ architecture: (String) -> Architecture?
  ) -> CountedSide? {
    let given = given ?? ClaimCount.Side()
    if count.quantity.isStated {
      return given.figure.map { CountedSide(name: name, amount: $0.value, parts: .none) }
    }
    let id = given.architecture ?? id
    let model = id.flatMap(architecture)
    if count.quantity == .trainingFLOPs {
      guard let tokens = given.tokens?.value, let parameters = parameters(given, model) else {
        return nil
      }
      let flops = RoundedValue(exactly: Self.trainingFLOPs) * parameters * tokens
      return CountedSide(
        name: id ?? name, amount: flops, parts: .training(parameters: parameters, tokens: tokens))
    }
    return model.flatMap { side(given, of: $0, isTotal: isTotal) }
  }

  private func side(
    _ given: ClaimCount.Side, of model: Architecture, isTotal: Bool
  ) -> CountedSide? {
    func side(_ amount: Double, _ parts: CountedSide.Parts = .none) -> CountedSide? {
      amount > 0
        ? CountedSide(name: model.id, amount: RoundedValue(exactly: amount), parts: parts) : nil
    }
    switch count.quantity {
    case .totalParameters: return side(Double(model.totalParameters))
    case .activeParameters: return side(Double(model.activeParameters))
    case .sparsity:
      return side(Double(isTotal ? model.totalParameters : model.activeParameters))
    case .cacheBytes:
      guard let context = count.context else { return nil }
      var elements = model.cacheElements(context: context)
      if given.form == .everyLayerAttends {
        elements = elements.everyLayerAttending(count: model.layers.count)
      }
      let bits = given.bits ?? Self.usualBits
      return side(Double(elements.total) * bits / Self.bitsOfByte, .cache(elements, bits: bits))
    case .weightBytes:
      let experts = model.routedExpertParameters
      let others = model.totalParameters - experts
      let bits = given.bits ?? Self.usualBits
      let expertBits = given.expertBits ?? bits
      return side(
        (Double(experts) * expertBits + Double(others) * bits) / Self.bitsOfByte,
        .weights(experts: experts, expertBits: expertBits, others: others, bits: bits))
    case .forwardFLOPs:
      guard let context = count.context,
        let all = try? model.checkedForwardFLOPs(tokens: context).total,
        let visible = try? model.visibleForwardFLOPs(tokens: context), visible > 0
      else { return nil }
      return CountedSide(
        name: model.id,
        amount: RoundedValue(Double(all), low: Double(visible), high: Double(all)), parts: .none)
    case .stepFLOPs:
      guard let context = count.context else { return nil }
      return (try? model.stepFLOPs(context: context)).flatMap { side(Double($0)) }
    case .trainingFLOPs, .statedAmounts, .statedRates: return nil
    }
  }

  /// Parameters that a token uses: as stated, else as counted.
  private func parameters(_ given: ClaimCount.Side, _ model: Architecture?) -> RoundedValue? {
    given.parameters?.value ?? model.map { RoundedValue(exactly: Double($0.activeParameters)) }
  }

  // MARK: - What is not a quotient of two sides

  /// How many tokens a claimed saving of training leaves the model, at so many parameters.
  private func tokensLeft(
    claimed: RoundedValue?, baseline: CountedSide?, _ architecture: (String) -> Architecture?
  ) -> CountResult.TokensLeft? {
    let (model, other) = (count.model ?? ClaimCount.Side(), count.baseline ?? ClaimCount.Side())
    guard let claimed,
      let own = parameters(model, (model.architecture ?? claim.modelID).flatMap(architecture)),
      let others = parameters(other, (other.architecture ?? claim.baselineID).flatMap(architecture))
    else { return nil }
    let share = others / (own * claimed)
    return .init(tokens: other.tokens.map { $0.value * share }, share: share, parameters: own)
  }

  /// The least and the most sparsity of routed models; the value is the median's.
  private static func sparsity(of architectures: [Architecture]) -> RoundedValue? {
    let ratios = architectures.filter { $0.routedExpertParameters > 0 }
      .map { Double($0.totalParameters) / Double($0.activeParameters) }.sorted()
    guard let least = ratios.first, let most = ratios.last else { return nil }
    return RoundedValue(ratios[ratios.count / 2], low: least, high: most)
  }
}
