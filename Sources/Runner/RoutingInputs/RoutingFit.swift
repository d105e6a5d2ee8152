import LayerSpec
import Statistics

extension Routing {
  /// Why a layer's router cannot be made to route this way; `nil` when it can.
  ///
  /// - Parameter owner: whose layer it is, as users name it.
  func misfit(with layer: SparseLayerSpec, of owner: String) -> RecordingError? {
    switch self {
    case .uniform, .zipf, .single: nil
    case .trace(let trace): trace.misfit(with: layer, of: owner)
    case .histogram(let histogram): histogram.misfit(with: layer, of: owner)
    }
  }

  /// Zipf's law fitted to all that was recorded, `nil` for other kinds.
  func fit(choices: Int, topK: Int) -> ZipfFit? {
    source == nil
      ? nil : ZipfFit(tokensPerExpert: tokensPerExpert(choices: choices), topK: topK)
  }

  /// All recorded tokens of each of the router's choices, empty for other kinds.
  ///
  /// - Parameter choices: `nil` for as many as were named.
  func tokensPerExpert(choices: Int?) -> [Int] {
    switch self {
    case .uniform, .zipf, .single: []
    case .trace(let trace): trace.tokensPerExpert(choices: choices ?? trace.largest.expert + 1)
    case .histogram(let histogram):
      histogram.padded(to: choices ?? histogram.tokensPerExpert.count)
    }
  }
}

extension RoutingTrace {
  fileprivate func misfit(with layer: SparseLayerSpec, of owner: String) -> RecordingError? {
    guard topK == layer.topK else {
      return RecordingError(
        line: firstLine,
        "a token has \(topK) experts, and the router of \(owner) chooses \(layer.topK); "
          + "give a trace of such a model, or leave it out")
    }
    guard largest.expert < layer.choices else {
      return RecordingError(
        line: largest.line,
        "there is no expert \(largest.expert) in \(owner), whose router chooses among "
          + "0 to \(layer.choices - 1); give a trace of such a model, or leave it out")
    }
    guard let groups = layer.router.groups else { return nil }
    let size = layer.choices / groups.count
    for token in 0..<tokens {
      let reached = Set(experts(ofToken: token).map { Int($0) / size }).count
      guard reached <= groups.kept else {
        return RecordingError(
          "token \(token + 1) goes to \(reached) groups of experts, and the router of \(owner) "
            + "reaches \(groups.kept) of its \(groups.count); give a trace of such a model, or leave it out"
        )
      }
    }
    return nil
  }
}

extension RoutingHistogram {
  fileprivate func misfit(with layer: SparseLayerSpec, of owner: String) -> RecordingError? {
    let named = tokensPerExpert.count
    guard named == layer.choices || named < layer.choices && !namesAllExperts else {
      return RecordingError(
        "it counts \(named) experts, and the router of \(owner) chooses among \(layer.choices); "
          + "give counts of such a model, or leave them out")
    }
    return misfit(topK: layer.topK, of: owner)
  }

  /// Why the counts cannot come from K distinct experts a token; `nil` when they can.
  func misfit(topK: Int, of owner: String) -> RecordingError? {
    let used = tokensPerExpert.count { $0 > 0 }
    guard used >= topK else {
      return RecordingError(
        "only \(used) of its experts received tokens, and each token of \(owner) goes to "
          + "\(topK) different ones; give counts of such a model, or leave them out")
    }
    // Nobody can be chosen twice by one token, so none has more than all tokens: choices / K.
    guard
      let busiest = tokensPerExpert.indices.max(by: { tokensPerExpert[$0] < tokensPerExpert[$1] }),
      tokensPerExpert[busiest] > choices / topK + (choices % topK > 0 ? 1 : 0)
    else { return nil }
    return RecordingError(
      "expert \(busiest) has \(tokensPerExpert[busiest]) of \(choices) choices, more than the one "
        + "in \(topK) that each token of \(owner) can give it; give counts of such a model, or leave them out"
    )
  }
}
