import LayerSpec

/// How one family's decoder departs from the plain one.
///
/// The plain decoder is Llama's: grouped attention without biases, a gated dense network, two norms
/// per layer and one at the end. Norms are counted in vectors of H elements, so a layer norm, which
/// has a bias beside its scale, counts twice.
struct DecoderForm: Sendable {
  /// Whether a product has a bias.
  enum Bias: Sendable {
    /// Never.
    case absent
    /// Always.
    case present
    /// As the key says.
    case key(String)
  }

  /// Norms on queries and keys inside the attention.
  enum QueryKeyNorm: Sendable {
    /// None, or without parameters.
    case absent
    /// One head's width each.
    case perHead
    /// One head's width each when the key says so.
    case perHeadIf(String)
    /// The width of all query heads and of all key heads.
    case wide
  }

  /// Which layers attend within `sliding_window` only, where `layer_types` does not say.
  enum Windows: Sendable {
    /// None.
    case absent
    /// All.
    case every
    /// All but layers n, 2n, 3n… counted from 1.
    case allButEvery(Int)
    /// All but layers n, 2n, 3n… counted from 1, n under a key.
    case allButEveryKey(String)
    /// All but every n-th counted backward from the last.
    case allButEveryFromLast(Int)
    /// Those from `max_window_layers` on, when `use_sliding_window` is set.
    case fromMaxWindowLayers
  }

  var inputBias = Bias.absent
  var outputBias = Bias.absent
  var feedForwardBias = Bias.absent
  var isGated = true
  var layerNorms = 2
  var finalNorms = 1
  var queryKeyNorm = QueryKeyNorm.absent
  /// True when a matrix as wide as the query heads gates their output.
  var hasOutputGate = false
  /// True when every head has a learned sink.
  var hasSinks = false
  var windows = Windows.absent
  /// The key of the window's size.
  var windowKey = "sliding_window"
  /// True when the head has a bias.
  var headBias = Bias.absent
  /// Parameters of a layer outside the norms.
  var extraLayerParameters = 0
}
