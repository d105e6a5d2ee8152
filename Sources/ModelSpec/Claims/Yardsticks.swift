/// A vendor's own measurement of a saving beside what counting says of it, as a yardstick for the
/// realised share of the same pairing on this machine.
public struct Yardstick: Hashable, Sendable {
  /// The claim that holds the measured ratio, with its source and conditions.
  public let claim: Claim
  /// What was measured: `training`, `inference`, `prefill`, `decode`.
  public let kind: String
  /// Baseline / candidate by counting: operations or active parameters per token.
  public let analytic: Double
  /// Ids of the baselines with which a cell counts as the same pairing.
  public let baselineIDs: [String]

  /// The catalogue's id of the vendor's model.
  public let candidateID: String

  /// Baseline / candidate as the vendor measured it.
  public let measured: Double

  /// The workload whose cells come nearest to what the vendor measured: the claim's, or the usual one where
  /// this version does not have that.
  public var workload: WorkloadKind { claim.isTestable ? claim.workload : .usual }

  /// The part of the counted saving that the vendor's measurement delivered.
  public var deliveredShare: Double { measured / analytic }

  /// Rows of a pass that come nearest to the vendor's conditions.
  ///
  /// A training step passes thousands of tokens at once, as a prefill does.
  public var rows: ClosedRange<Int> {
    claim.test.criteria?.rows ?? Claim.InferencePhase.prefill.rows
  }
}

extension Yardstick {
  /// The pairings of which a vendor published a measured ratio with its conditions.
  ///
  /// Three often-quoted pairings are left out: Mixtral 8x7B against Llama 2 70B (6x, without any
  /// conditions, and more than counting allows), DBRX against Llama 2 70B ("up to 2x", a maximum),
  /// and DeepSeekMoE 16B against DeepSeek 7B (2.47x, a count of FLOPs and no time).
  public static let all = [
    // 66.6 / 20.9 billion active parameters.
    yardstick("deepseek-v2-training-1p74x", "training", analytic: 3.19),
    // 7.1 / 2.4 billion active parameters.
    yardstick("qwen15-moe-inference-1p74x", "inference", analytic: 2.98),
    // Equal active parameters: counted as is, time is lost. Any dense model of that size will do.
    yardstick("olmoe-iso-active-throughput", "training", analytic: 1.0, besides: ["iso-active"]),
    // Active parameters without embeddings, as the vendor counts.
    yardstick("qwen3-next-prefill-7x-4k", "prefill", analytic: 9.6),
    yardstick("qwen3-next-decode-4x-4k", "decode", analytic: 9.6),
  ]

  private static func yardstick(
    _ id: String, _ kind: String, analytic: Double, besides: [String] = []
  ) -> Yardstick {
    guard let claim = ClaimLedger.claim(id: id), let measured = claim.ratio,
      let candidate = claim.modelID, let baseline = claim.baselineID
    else {
      preconditionFailure("Yardsticks.swift: \(id) is no claim about a pair of the catalogue")
    }
    return Yardstick(
      claim: claim, kind: kind, analytic: analytic, baselineIDs: [baseline] + besides,
      candidateID: candidate, measured: measured)
  }
}
