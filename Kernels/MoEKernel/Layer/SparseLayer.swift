import LayerSpec

/// One mixture-of-experts layer with its weights, ready to run.
///
/// A pass goes router → top-k → counting sort by expert → gate, up and activation → down → weighted
/// sum. Every expert that has tokens is read once. Weights do not change after init.
public final class SparseLayer {
  /// What the layer computes.
  public let spec: SparseLayerSpec
  /// Experts that have memory of their own; expert e uses the weights of e mod this.
  public let residentExperts: Int
  /// Who multiplies.
  public let engine: Engine

  let experts: NetworkBank
  let shared: NetworkBank?
  /// The router, choices × H.
  let router: any EngineMatrices
  /// One row each, padded to vectors.
  let routerBias: Matrix?
  let selectionBias: Matrix?
  let sharedGate: Matrix?
  let latent: LatentSpace?

  /// A layer with given weights, all E experts in memory.
  ///
  /// The arrays must have the sizes that `spec` implies.
  public init(spec: SparseLayerSpec, weights: SparseLayerWeights, engine: Engine) {
    Self.check(spec)
    precondition(
      weights.experts.count == spec.experts,
      "weights of \(weights.experts.count) experts were given for a layer of \(spec.experts)")
    self.spec = spec
    self.engine = engine
    residentExperts = spec.experts
    experts = NetworkBank(spec: spec.expert, weights: weights.experts, engine: engine)
    router = engine.makeRouter(outputs: spec.choices, inputs: spec.hidden)
    router.storeAll(weights.router)
    routerBias = spec.router.hasBias ? .paddedRow(weights.routerBias, spec.choices) : nil
    selectionBias =
      spec.router.hasSelectionBias ? .paddedRow(weights.selectionBias, spec.choices) : nil
    shared = spec.shared.map { shared in
      guard let network = weights.shared else {
        preconditionFailure("the layer has a shared expert, and no weights were given for it")
      }
      return NetworkBank(spec: shared.network, weights: [network], engine: engine)
    }
    sharedGate = spec.shared?.isGated == true ? .paddedRow(weights.sharedGate, spec.hidden) : nil
    latent = spec.latent.map { latent in
      guard let weights = weights.latent else {
        preconditionFailure("the layer has a latent space, and no weights were given for it")
      }
      return LatentSpace(latent, hidden: spec.hidden, weights: weights, engine: engine)
    }
  }

  /// A layer with random weights, the same for a seed with any engine and any number of threads.
  ///
  /// - Parameter residentExperts: Experts that get memory of their own, 1 to E. Fewer than E stand
  ///   for a layer larger than memory; a measurement must see to it that they exceed the caches.
  public init(
    spec: SparseLayerSpec, seed: UInt64, residentExperts: Int, engine: Engine, pool: WorkerPool
  ) {
    Self.check(spec)
    precondition(
      residentExperts >= 1 && residentExperts <= spec.experts,
      "\(residentExperts) of \(spec.experts) experts cannot be resident")
    self.spec = spec
    self.engine = engine
    self.residentExperts = residentExperts
    let seeds = SeedSequence(seed &+ 1)
    experts = NetworkBank(
      spec: spec.expert, count: residentExperts, seed: seeds[100], engine: engine, pool: pool)
    router = engine.makeRouter(outputs: spec.choices, inputs: spec.hidden)
    router.storeRandom(seed: seeds[200], pool: pool)
    func row(_ count: Int, _ seed: UInt64, amplitude: Float) -> Matrix {
      let row = Matrix(rows: 1, columns: paddedToVector(count))
      row.fill(seed: seed, amplitude: amplitude, pool: pool)
      return row
    }
    routerBias = spec.router.hasBias ? row(spec.choices, seeds[300], amplitude: 0.1) : nil
    selectionBias =
      spec.router.hasSelectionBias ? row(spec.choices, seeds[301], amplitude: 0.01) : nil
    shared = spec.shared.map {
      NetworkBank(spec: $0.network, count: 1, seed: seeds[400], engine: engine, pool: pool)
    }
    sharedGate =
      spec.shared?.isGated == true
      ? row(spec.hidden, seeds[500], amplitude: RandomFill.amplitude(inputs: spec.hidden)) : nil
    latent = spec.latent.map {
      LatentSpace($0, hidden: spec.hidden, seed: seeds[600], engine: engine, pool: pool)
    }
  }

  private static func check(_ spec: SparseLayerSpec) {
    precondition(
      spec.latent == nil || spec.identityExperts == 0,
      "what an identity expert returns in a latent space is not defined by any published model")
  }

  /// A copy of the router matrix, choices × H.
  public var routerWeights: Matrix {
    let copy = Matrix(rows: spec.choices, columns: spec.hidden)
    for row in 0..<spec.choices { router.copyRow(row, matrix: 0, to: copy.all[row]) }
    return copy
  }
}

// MARK: - Memory

extension SparseLayer {
  /// Scratch for passes of up to `maxTokens` tokens with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> Workspace {
    Workspace(
      WorkspacePlan(spec, maxTokens: maxTokens, threads: pool.threads, engine: engine))
  }

  /// Bytes that a layer and one workspace take, before either is made; `Int.max` where they cannot
  /// be counted.
  ///
  /// Inputs and outputs, tokens × H each, are not in it.
  public static func bytes(
    for spec: SparseLayerSpec, residentExperts: Int, maxTokens: Int, threads: Int, engine: Engine
  ) -> Int {
    let others = Saturating.sum(spec.routerParameters, spec.sharedParameters)
    return [
      Saturating.product(residentExperts, engine.weightBytes(of: spec.expert)),
      Saturating.product(others, 4),
      WorkspacePlan(spec, maxTokens: maxTokens, threads: threads, engine: engine).bytes,
    ].reduce(0, Saturating.sum)
  }
}

// MARK: - Filling

extension EngineMatrices {
  /// Fills the first matrix from canonical elements.
  func storeAll(_ elements: [Float]) {
    forEachRow(of: elements, rows: outputs, columns: inputs) { store($1, matrix: 0, row: $0) }
  }

  /// Fills all matrices with random elements.
  func storeRandom(seed: UInt64, pool: WorkerPool) {
    fill(count * outputs, columns: inputs, seed: seed, pool) { row, values in
      store(values, matrix: row / outputs, row: row % outputs)
    }
  }
}

extension Matrix {
  /// One row with room up to a multiple of the vector width; the room is zero.
  static func paddedRow(_ values: [Float]?, _ count: Int) -> Matrix {
    guard let values, values.count == count else {
      preconditionFailure("\(values?.count ?? 0) values were given where there are \(count)")
    }
    let padding = [Float](repeating: 0, count: paddedToVector(count) - count)
    return Matrix(rows: 1, columns: paddedToVector(count), elements: values + padding)
  }
}
