/// How one family of models names and lays out the tensors of its mixture-of-experts layer.
///
/// Names are relative to the layer's block (`model.layers.3.mlp.`), which is found in the file.
/// Where several names are listed, any of them may stand in a file: a family is published under one
/// set of names and held in memory by Hugging Face transformers 5 under another, and both are
/// saved.
struct TensorFamily: Sendable {
  /// The `model_type`s of config.json that use these names.
  var modelTypes: [String]
  /// The router's matrix, by which a layer is found in a file.
  var router: [String] = ["gate.weight"]
  /// Bias of the router's logits; as below, empty where the family has none.
  var routerBias: [String] = []
  /// Bias that takes part in selection only.
  var selectionBias: [String] = []
  /// The routed experts, in any of these layouts.
  var experts: [ExpertLayout] = [.projections, .fused]
  /// What the shared expert's three projections are named under.
  var shared: [String] = []
  /// The row of the shared expert's gate.
  var sharedGate: [String] = []
  /// The matrices and norms around experts in a latent space.
  var latent: LatentNames?
}

/// How the routed experts of a layer are stored, which is told by a tensor that only one layout has.
enum ExpertLayout: Sendable {
  /// Three matrices per expert: `experts.0.<gate>.weight`.
  case separate(ProjectionNames)
  /// Two tensors for all experts, gate and up as one.
  case together(FusedLayout)

  /// `experts.0.gate_proj.weight`, what most families publish.
  static let projections = separate(.projections)
  /// `experts.0.w1.weight`, what Mixtral and those after it publish.
  static let numbered = separate(.numbered)
  /// `experts.gate_up_proj`, what transformers 5 holds in memory.
  static let fused = together(
    FusedLayout(gateUp: "experts.gate_up_proj", down: "experts.down_proj"))
}

/// What the matrices of one network are called; `.weight` or `.bias` follows.
struct ProjectionNames: Sendable {
  var gate: String
  var up: String
  var down: String

  /// The names of most families, and of all shared experts.
  static let projections = ProjectionNames(gate: "gate_proj", up: "up_proj", down: "down_proj")
  /// Mixtral's names, in the order of the original LLaMA code.
  static let numbered = ProjectionNames(gate: "w1", up: "w3", down: "w2")
}

/// All experts in two tensors, of shapes [E, 2F, H] and [E, H, F].
struct FusedLayout: Sendable {
  /// Where the rows of W_gate lie among the 2F.
  enum Order: Sendable {
    /// W_gate in the first F rows, W_up in the last F.
    case halves
    /// W_gate in the even rows, W_up in the odd ones.
    case interleaved
  }

  /// Name of gate and up; a bias is named the same with `_bias` behind it.
  var gateUp: String
  /// Name of down; a bias is named the same with `_bias` behind it.
  var down: String
  /// Where gate and up lie in the first tensor and in its bias.
  var order = Order.halves
  /// True for inputs × outputs: shapes [E, H, 2F] and [E, F, H].
  var isTransposed = false
}

/// Names of the four tensors around experts in a latent space.
struct LatentNames: Sendable {
  var inputProjection: String
  var inputNorm: String
  var expertNorm: String
  var outputProjection: String
  /// True when norms are stored as g and scale by 1 + g, which reading undoes.
  var normsAreCentered: Bool
}
