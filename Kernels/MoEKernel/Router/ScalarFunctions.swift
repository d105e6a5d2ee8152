import Glibc

// Functions that a router needs once per logit; the loops over hidden units do not use them.

/// tanh(x).
func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }

/// ln(1 + eˣ), without overflow for large x.
func softplus(_ x: Float) -> Float { max(x, 0) + log1pf(expf(-x.magnitude)) }
