import LayerSpec
import Tile

/// A worker's scratch for the backward pass of one head, cut into its parts, each on a cache line.
struct AttentionBackwardScratch {
  /// Panels of all keys, of all values, and of their gradients.
  let keys: UnsafeMutablePointer<Float>
  let values: UnsafeMutablePointer<Float>
  let keyGradients: UnsafeMutablePointer<Float>
  let valueGradients: UnsafeMutablePointer<Float>
  /// Of some queries and gradients of heads: their rows as tiles, and their columns as strips.
  let queries: UnsafeMutablePointer<Float>
  let queryStrips: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  let gradientStrips: UnsafeMutablePointer<Float>
  /// Scores that become weights, and what becomes gradients of scores: for each panel of keys a row for each query.
  let weights: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>
  let block: UnsafeMutablePointer<Float>
  /// A key or value of zeros.
  let zeros: UnsafeMutablePointer<Float>
  let softmax: TileKernels.SoftmaxRows
  /// For each query of a tile the weight of its head's sink.
  let sinkShares: UnsafeMutablePointer<Float>

  private let keysAsInputs: UnsafeMutablePointer<Float>
  private let inputStride: Int

  /// The panel of some elements of all keys, a key after the other.
  func keyInputs(_ part: Int) -> UnsafeMutablePointer<Float> { keysAsInputs + part * inputStride }

  init(
    _ kernels: TileKernels, _ spec: SelfAttentionSpec, tokens: Int,
    at scratch: UnsafeMutablePointer<Float>
  ) {
    let sizes = Sizes(kernels, spec, tokens: tokens)
    var next = scratch
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += paddedToVector(count) }
      return next
    }
    func integers() -> UnsafeMutablePointer<Int32> {
      UnsafeMutableRawPointer(take(kernels.maximumRows)).assumingMemoryBound(to: Int32.self)
    }
    keys = take(sizes.keys)
    keyGradients = take(sizes.keys)
    values = take(sizes.values)
    valueGradients = take(sizes.values)
    keysAsInputs = take(sizes.keyInputs)
    inputStride = sizes.keyInputs / kernels.panels(outputs: spec.keyWidth)
    queries = take(sizes.queries)
    queryStrips = take(sizes.queries)
    gradients = take(sizes.gradients)
    gradientStrips = take(sizes.gradients)
    weights = take(sizes.blocks)
    slopes = take(sizes.blocks)
    block = take(kernels.blockCapacity)
    zeros = take(sizes.widest)
    zeros.update(repeating: 0, count: sizes.widest)
    softmax = TileKernels.SoftmaxRows(
      first: integers(), end: integers(), shifts: take(kernels.maximumRows),
      sums: take(kernels.maximumRows), corrections: take(kernels.maximumRows))
    sinkShares = take(kernels.maximumRows)
  }

  /// Floats of all parts; `Int.max` where they cannot be counted.
  static func elements(_ kernels: TileKernels, _ spec: SelfAttentionSpec, tokens: Int) -> Int {
    Sizes(kernels, spec, tokens: tokens).elements
  }

  /// Floats of each part.
  private struct Sizes {
    let keys: Int
    let values: Int
    let keyInputs: Int
    let queries: Int
    let gradients: Int
    let blocks: Int
    let widest: Int
    let elements: Int

    init(_ kernels: TileKernels, _ spec: SelfAttentionSpec, tokens: Int) {
      let width = kernels.panelWidth
      let padded = Saturating.product(kernels.panels(outputs: tokens), width)
      let queriesAtOnce = min(tokens, AttentionBackward.tilesAtOnce * kernels.maximumRows)
      keys = Saturating.product(padded, spec.keyWidth)
      values = Saturating.product(padded, spec.valueWidth)
      keyInputs = Saturating.product(padded, kernels.panels(outputs: spec.keyWidth) * width)
      queries = queriesAtOnce * spec.keyWidth
      gradients = queriesAtOnce * spec.valueWidth
      blocks = Saturating.product(padded, queriesAtOnce)
      widest = max(spec.keyWidth, spec.valueWidth)
      let parts = [
        keys, keys, values, values, keyInputs, queries, queries, gradients, gradients, blocks,
        blocks, kernels.blockCapacity, widest,
      ]
      // Each part begins on a cache line, as do the five of the softmax and the sink's.
      elements = Saturating.sum(
        parts.map { Saturating.sum($0, vectorLanes) }
          + [6 * paddedToVector(kernels.maximumRows)])
    }
  }
}
