import LayerSpec

/// The matrices and norms around experts that work in a narrower space.
final class LatentSpace {
  let spec: SparseLayerSpec.Latent
  /// P_pre, L×H, from the model's width down to the experts'.
  let inputProjection: any EngineMatrices
  /// P_post, H×L, on the weighted sum of the experts.
  let outputProjection: any EngineMatrices
  /// Scales of the norms, one row each, padded to vectors.
  let inputNorm: Matrix
  let expertNorm: Matrix

  init(
    _ spec: SparseLayerSpec.Latent, hidden: Int, weights: LatentWeights, engine: any Engine,
    format: WeightFormat
  ) {
    self.spec = spec
    inputProjection = engine.makeMatrices(
      count: 1, outputs: spec.width, inputs: hidden, format: format, in: .own)
    outputProjection = engine.makeMatrices(
      count: 1, outputs: hidden, inputs: spec.width, format: format, in: .own)
    inputProjection.storeAll(weights.inputProjection)
    outputProjection.storeAll(weights.outputProjection)
    inputNorm = .paddedRow(weights.inputNorm, spec.width)
    expertNorm = .paddedRow(weights.expertNorm, spec.width)
  }

  init(
    _ spec: SparseLayerSpec.Latent, hidden: Int, seed: UInt64, engine: any Engine,
    format: WeightFormat, pool: WorkerPool, in memory: WeightMemory
  ) {
    self.spec = spec
    inputProjection = engine.makeMatrices(
      count: 1, outputs: spec.width, inputs: hidden, format: format, in: memory)
    outputProjection = engine.makeMatrices(
      count: 1, outputs: hidden, inputs: spec.width, format: format, in: memory)
    inputProjection.storeRandom(seed: seed, pool: pool)
    outputProjection.storeRandom(seed: seed &+ 1, pool: pool)
    let ones = [Float](repeating: 1, count: spec.width)
    inputNorm = .paddedRow(ones, spec.width)
    expertNorm = .paddedRow(ones, spec.width)
  }
}
