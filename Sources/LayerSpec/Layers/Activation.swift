/// The non-linearity between the input and the output matrices of a feed-forward network.
///
/// `g` is a value of the gate product and `u` the value of the up product beside it. A network that
/// is not gated has no up product; `u` is then 1 and is not read.
public enum Activation: Hashable, Sendable {
  /// silu(g)·u with silu(z) = z·σ(z). Gated, this is SwiGLU (Shazeer 2020, arXiv 2002.05202).
  case silu

  /// gelu(g)·u with gelu(z) = z·Φ(z), Φ the normal distribution function (arXiv 1606.08415).
  case gelu

  /// gelu(g)·u with the tanh approximation of the same paper.
  case geluTanh

  /// max(g, 0)·u; gated, this is ReGLU (Shazeer 2020, arXiv 2002.05202).
  case relu

  /// max(g, 0)²·u (Primer, arXiv 2109.08668; Nemotron uses it without a gate).
  case reluSquared

  /// silu(min(g, limit))·clamp(u, ±limit), the bounded SwiGLU of DeepSeek-V4.
  case clampedSiLU(limit: Float)

  /// (clamp(u, ±limit) + 1)·ĝ·σ(alpha·ĝ) with ĝ = min(g, limit), the SwiGLU of gpt-oss.
  case clampedSwiGLU(alpha: Float, limit: Float)
}
