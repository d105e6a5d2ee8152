// What one build exports. These are concrete functions, because an unspecialised generic would be
// called through the runtime from another module. Shapes and alignment are checked by `Tile`. A product
// of the usual thousand or more inputs takes microseconds, beside which a call through a pointer is nothing.

/// Multiplies a panel of f32 weights with a tile of f32 activations by multiply-adds in f32.
public func multiplyF32(
  weights: UnsafeRawPointer, activations: UnsafeRawPointer, steps: Int, rows: Int,
  block: UnsafeMutablePointer<Float>, accumulates: Bool, streams: Bool,
  prefetch: UnsafeRawPointer, prefetchStep: Int
) {
  let operands = Operands(
    weights: weights, prefetch: prefetch, activations: activations, prefetchStep: prefetchStep,
    steps: steps, block: block,
    accumulates: accumulates, streams: streams)
  multiply(F32Format.self, operands, rows: rows)
}

/// Multiplies a panel of bf16 weights, widened to f32 in registers, with a tile of f32 activations: what
/// CPUs without bf16 dot products do, and what keeps activations exact on those that have them.
public func multiplyWidened(
  weights: UnsafeRawPointer, activations: UnsafeRawPointer, steps: Int, rows: Int,
  block: UnsafeMutablePointer<Float>, accumulates: Bool, streams: Bool,
  prefetch: UnsafeRawPointer, prefetchStep: Int
) {
  let operands = Operands(
    weights: weights, prefetch: prefetch, activations: activations, prefetchStep: prefetchStep,
    steps: steps, block: block,
    accumulates: accumulates, streams: streams)
  multiply(WidenedBF16Format.self, operands, rows: rows)
}

#if TILE_V4
  /// Multiplies a panel of bf16 weights with a tile of bf16 pairs by hardware dot products; the CPU must
  /// have AVX512_BF16.
  public func multiplyDot(
    weights: UnsafeRawPointer, activations: UnsafeRawPointer, steps: Int, rows: Int,
    block: UnsafeMutablePointer<Float>, accumulates: Bool, streams: Bool,
    prefetch: UnsafeRawPointer, prefetchStep: Int
  ) {
    let operands = Operands(
      weights: weights, prefetch: prefetch, activations: activations, prefetchStep: prefetchStep,
      steps: steps, block: block,
      accumulates: accumulates, streams: streams)
    multiply(DotBF16Format.self, operands, rows: rows)
  }
#endif

/// One microkernel for every number of rows: a tail made of smaller ones would read the panel again, from
/// memory where a tile is alone with its panel.
///
/// One and two rows need several sets of accumulators to hide the latency of an FMA (`Product`): 2·1·4 and
/// 2·2·2 are the eight that a core needs which begins two a cycle. Three rows have six accumulators, three
/// quarters of that, and at 2·3 FLOPs for every 4 bytes of weights still wait for memory; from four rows on,
/// one set is enough.
@inline(__always)
private func multiply<Format: PanelFormat>(
  _ format: Format.Type, _ operands: Operands, rows: Int
) {
  switch rows {
  case 1: Product<Format, 1, 4>.multiply(operands)
  case 2: Product<Format, 2, 2>.multiply(operands)
  case 3: Product<Format, 3, 1>.multiply(operands)
  case 4: Product<Format, 4, 1>.multiply(operands)
  #if TILE_V4 || TILE_V3 || arch(arm64)
    case 5: Product<Format, 5, 1>.multiply(operands)
    case 6: Product<Format, 6, 1>.multiply(operands)
  #endif
  #if TILE_V4 || arch(arm64)
    case 7: Product<Format, 7, 1>.multiply(operands)
    case 8: Product<Format, 8, 1>.multiply(operands)
    case 9: Product<Format, 9, 1>.multiply(operands)
    case 10: Product<Format, 10, 1>.multiply(operands)
    case 11: Product<Format, 11, 1>.multiply(operands)
    case 12: Product<Format, 12, 1>.multiply(operands)
  #endif
  default: preconditionFailure("a product takes 1 to \(maximumRows) rows, not \(rows)")
  }
}
