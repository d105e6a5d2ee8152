import LayerSpec

extension ConfigReader {
  /// Softmax over all experts, the K weights renormalised when `norm_topk_prob` says so.
  func softmaxRouter() throws(ConfigError) -> RouterPolicy {
    RouterPolicy(normalization: try flag("norm_topk_prob") ? .sum(epsilon: 0) : .none)
  }

  /// DeepSeek-V3's router: sigmoid, selection bias, groups, renormalisation and scaling.
  func sigmoidRouter() throws(ConfigError) -> RouterPolicy {
    // The reference adds this to the sum of the K weights.
    let normEpsilon: Float = 1e-20
    return RouterPolicy(
      score: .sigmoid, hasSelectionBias: true, groups: try groups(score: .topTwoSum),
      normalization: try flag("norm_topk_prob", "moe_renormalize")
        ? .sum(epsilon: normEpsilon) : .none,
      scaling: Float(try number("routed_scaling_factor")))
  }

  /// Groups of experts; `nil` where all are in one group, which limits nothing.
  func groups(
    score: RouterPolicy.Groups.Score, maskedChoice: Float = -.infinity
  ) throws(ConfigError) -> RouterPolicy.Groups? {
    guard let count = try optionalSize("n_group", "num_expert_group"), count > 1 else { return nil }
    let kept = try size("topk_group")
    guard kept <= count else {
      throw ConfigError("\(place)topk_group is \(kept), and n_group is \(count); give at most that")
    }
    return RouterPolicy.Groups(count: count, kept: kept, score: score, maskedChoice: maskedChoice)
  }
}
