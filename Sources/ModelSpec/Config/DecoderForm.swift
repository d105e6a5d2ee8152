import LayerSpec

/// How one family's decoder differs from Llama's.
///
/// Llama's has grouped attention without biases, a gated dense network, two norms per layer and one
/// before the head. Norms are counted in vectors of H elements, so a layer norm, which has a bias
/// beside its scale, counts twice.
struct DecoderForm: Sendable {
  /// Whether a product has a bias.
  enum Bias: Sendable {
    case absent
    case present
    /// Where the configuration sets the key.
    case key(String)
  }

  /// A matrix as wide as the query heads whose sigmoid multiplies their output.
  enum OutputGate: Sendable {
    case absent
    /// A matrix of its own, without a bias.
    case separate
    /// Fused with the query matrix, with a bias when that has one.
    case fused
  }

  /// Norms on queries and keys inside the attention.
  enum QueryKeyNorm: Sendable {
    /// None, or norms without parameters.
    case absent
    /// One scale as wide as a head for all queries, and one for all keys.
    case perHead
    /// As `perHead` where the configuration sets the key.
    case perHeadIf(String)
    /// One scale as wide as all query heads, and one as wide as all key heads.
    case wide
    /// As `wide` where the configuration sets the key.
    case wideIf(String)
  }

  /// Which layers attend within `sliding_window` only, where `layer_types` does not say.
  enum Windows: Sendable {
    case absent
    case every
    /// All but layers n, 2n, 3n… counted from 1.
    case allButEvery(Int)
    /// All but layers n, 2n, 3n… counted from 1, n under a key or else `usual`.
    case allButEveryKey(String, usual: Int)
    /// All but every n-th counted backward from the last.
    case allButEveryFromLast(Int)
    /// Those from `max_window_layers` on, when `use_sliding_window` is set.
    case fromMaxWindowLayers
  }

  /// Whether the query, key and value matrices have biases.
  var attentionBias = Bias.absent
  /// Whether the attention's output matrix has a bias, `nil` for the same as `attentionBias`.
  var outputBias: Bias?
  /// Whether the dense network's matrices have biases.
  var feedForwardBias = Bias.absent
  /// Whether the dense network has a gate matrix.
  var isGated = true
  /// Vectors of H elements in the norms of one layer.
  var layerNorms = 2
  /// Vectors of H elements in the norm before the head.
  var finalNorms = 1
  var queryKeyNorm = QueryKeyNorm.absent
  var outputGate = OutputGate.absent
  /// Whether every query head has a learned attention sink of one parameter.
  var hasSinks = false
  var windows = Windows.absent
  /// The key of the window's size.
  var windowKey = "sliding_window"
  /// Whether the output head has a bias.
  var headBias = Bias.absent
  /// Parameters of a layer beside its norms.
  var extraLayerParameters = 0
  /// What is computed; `nil` for a family that is counted only.
  var block: BlockForm?
}
