extension Claim {
  /// What kind of statement a claim is.
  ///
  /// Whether a claim is tested is said by its test (`Claim.isTestable`). Of one without a test a report
  /// shows the kernel's ratio as the part that a kernel could explain, and never calls the claim false.
  public enum Scope: String, Codable, Hashable, Sendable, CaseIterable {
    /// Work or time of a model's forward pass per token. Feed-forward layers are most of it, and
    /// they are what is measured.
    case wholeModel = "whole-model"
    /// The same at contexts so long that attention and its cache decide.
    case longContext = "long-context"
    /// One program, precision or library against another on the same model.
    case implementation
    /// How many tokens there are to compute and how many at once: shorter answers, parallel
    /// agents, drafted tokens, images.
    case workloadMix = "workload-mix"
    /// Throughput of a served system, with its batch limits, cache and hardware.
    case serving
    /// Cost of training per token: forward, backward, optimiser, communication.
    case trainingStep = "training-step"
    /// Cost of a whole training run, with its token count, precision and cluster.
    case trainingRun = "training-run"
    /// Compute or time until a given quality is reached.
    case computeToParity = "compute-to-parity"
    /// What users pay.
    case price
    /// Parameters or bytes held, not computed.
    case memory
    /// Electricity.
    case energy
    /// A mechanism or a metric, without a ratio.
    case definition

    /// True for claims about passes of a model, which a kernel can test: where one has no test, the
    /// catalogue lacks its model or its baseline.
    public var isOfPasses: Bool { self == .wholeModel }

    /// What besides what can be counted makes up a ratio of this scope, likewise; `nil` where a count may be
    /// all of it.
    public var remainderOfCounts: String? {
      switch self {
      case .wholeModel, .longContext, .workloadMix, .memory, .definition: nil
      case .implementation: "the two programs"
      default: remainder
      }
    }

    /// What besides a kernel makes up a ratio of this scope, as the end of "leaves a factor 3 to
    /// explain by"; `nil` where a kernel's ratio is no part of it.
    public var remainder: String? {
      switch self {
      case .wholeModel, .implementation, .workloadMix, .memory, .definition: nil
      case .longContext: "attention and its cache"
      case .serving: "batch size, cache and the serving system"
      case .trainingStep: "the backward pass, the optimiser and communication"
      case .trainingRun: "token counts, precision and the cluster"
      case .computeToParity: "training data, algorithm and optimisation"
      case .price: "price policy and utilisation"
      case .energy: "hardware and power"
      }
    }
  }
}
