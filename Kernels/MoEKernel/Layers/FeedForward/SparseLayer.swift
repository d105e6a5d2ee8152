import LayerSpec

/// One mixture-of-experts layer with its weights, ready to run.
///
/// A pass goes router → top-k → counting sort by expert → gate, up and activation → down → weighted
/// sum. Every expert that has tokens is read once. Weights do not change after init.
public final class SparseLayer: ExecutableLayer {
  /// Shared with dense layers; a workspace of one is refused by the other.
  public typealias Workspace = FeedForwardWorkspace

  /// Sizes, router policy, and what stands beside the routed experts.
  public let spec: SparseLayerSpec
  /// Experts that have memory of their own; expert e uses the weights of e mod this.
  public let residentExperts: Int
  /// The engine that holds the matrices in its layout and multiplies.
  public let engine: any Engine
  /// The format of each role's matrices; the router's is always `f32`.
  public let formats: FormatPlan
  /// What a workspace must have been made for.
  private let shape: WorkspaceShape

  /// H: a row goes in for each token.
  public var width: Int { spec.hidden }
  /// H: a row comes out for each token.
  public var outputWidth: Int { spec.hidden }

  let experts: NetworkBank
  let shared: NetworkBank?
  /// The router's matrix, choices × H.
  let router: any EngineMatrices
  /// Biases of the router and the shared expert's gate, one row each, padded to a multiple of `vectorLanes`.
  let routerBias: Matrix?
  let selectionBias: Matrix?
  let sharedGate: Matrix?
  let latent: LatentSpace?

  /// A layer with given weights, all E experts in memory.
  ///
  /// The arrays must have the sizes that `spec` implies.
  public init(
    spec: SparseLayerSpec, weights: SparseLayerWeights, engine: any Engine, formats: FormatPlan
  ) {
    Self.check(spec)
    engine.require(formats)
    precondition(
      weights.experts.count == spec.experts,
      "weights of \(weights.experts.count) experts were given for a layer of \(spec.experts)")
    self.spec = spec
    self.engine = engine
    self.formats = formats
    shape = WorkspaceShape(.sparse(spec), engine: engine, formats: formats)
    residentExperts = spec.experts
    experts = NetworkBank(
      spec: spec.expert, weights: weights.experts, engine: engine, format: formats[.network])
    router = engine.makeMatrices(
      count: 1, outputs: spec.choices, inputs: spec.hidden, format: formats[.router], in: .own)
    router.storeAll(weights.router)
    routerBias = spec.router.hasBias ? .paddedRow(weights.routerBias, spec.choices) : nil
    selectionBias =
      spec.router.hasSelectionBias ? .paddedRow(weights.selectionBias, spec.choices) : nil
    shared = spec.shared.map { shared in
      guard let network = weights.shared else {
        preconditionFailure("the layer has a shared expert, and no weights were given for it")
      }
      return NetworkBank(
        spec: shared.network, weights: [network], engine: engine, format: formats[.network])
    }
    sharedGate = spec.shared?.isGated == true ? .paddedRow(weights.sharedGate, spec.hidden) : nil
    latent = spec.latent.map { latent in
      guard let weights = weights.latent else {
        preconditionFailure("the layer has a latent space, and no weights were given for it")
      }
      return LatentSpace(
        latent, hidden: spec.hidden, weights: weights, engine: engine,
        format: formats[.projection])
    }
  }

  /// A layer with random weights, the same for a seed with any engine and any number of threads.
  ///
  /// - Parameters:
  ///   - residentExperts: Experts that get memory of their own, 1 to E. Fewer than E stand for a layer
  ///     larger than memory; a measurement must see to it that they exceed the caches.
  ///   - memory: Where the weights lie. Those of an arena are its own, whatever the seed; the router's
  ///     are always of the seed.
  public init(
    spec: SparseLayerSpec, seed: UInt64, residentExperts: Int, engine: any Engine,
    formats: FormatPlan, pool: WorkerPool, in memory: WeightMemory = .own
  ) {
    Self.check(spec)
    engine.require(formats)
    precondition(
      residentExperts >= 1 && residentExperts <= spec.experts,
      "\(residentExperts) of \(spec.experts) experts cannot be resident")
    self.spec = spec
    self.engine = engine
    self.formats = formats
    shape = WorkspaceShape(.sparse(spec), engine: engine, formats: formats)
    self.residentExperts = residentExperts
    let seeds = SeedSequence(seed &+ 1)
    experts = NetworkBank(
      spec: spec.expert, count: residentExperts, seed: seeds[100], engine: engine,
      format: formats[.network], pool: pool, in: memory)
    router = engine.makeMatrices(
      count: 1, outputs: spec.choices, inputs: spec.hidden, format: formats[.router], in: .own)
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
      NetworkBank(
        spec: $0.network, count: 1, seed: seeds[400], engine: engine, format: formats[.network],
        pool: pool, in: memory)
    }
    sharedGate =
      spec.shared?.isGated == true
      ? row(spec.hidden, seeds[500], amplitude: RandomFill.amplitude(inputs: spec.hidden)) : nil
    latent = spec.latent.map {
      LatentSpace(
        $0, hidden: spec.hidden, seed: seeds[600], engine: engine, format: formats[.projection],
        pool: pool, in: memory)
    }
  }

  private static func check(_ spec: SparseLayerSpec) {
    precondition(
      spec.latent == nil || spec.identityExperts == 0,
      "what an identity expert returns in a latent space is not defined by any published model")
  }

  /// A copy of the router's matrix, choices × H, from which inputs are made that route as wanted.
  public var routerWeights: Matrix {
    let copy = Matrix(rows: spec.choices, columns: spec.hidden)
    for row in 0..<spec.choices { router.copyRow(row, matrix: 0, to: copy.all[row]) }
    return copy
  }
}

// MARK: - Memory

extension SparseLayer {
  /// Scratch for passes of up to `maxTokens` tokens with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> FeedForwardWorkspace {
    FeedForwardWorkspace(
      WorkspacePlan(
        .sparse(spec), maxTokens: maxTokens, threads: pool.threads, engine: engine,
        formats: formats))
  }

  /// Bytes that a layer and one workspace take, before either is made; `Int.max` where they cannot
  /// be counted.
  ///
  /// Inputs and outputs, tokens × H each, are not in it.
  public static func bytes(
    for spec: SparseLayerSpec, residentExperts: Int, maxTokens: Int, threads: Int,
    engine: any Engine, formats: FormatPlan
  ) -> Int {
    func matrix(_ outputs: Int, _ inputs: Int, _ role: WeightRole) -> Int {
      engine.matrixBytes(outputs: outputs, inputs: inputs, format: formats[role])
    }
    func networks(_ network: FeedForwardSpec, _ count: Int) -> Int {
      NetworkBank.bytes(network, count: count, engine: engine, format: formats[.network])
    }
    // Biases of the router, the gate of the shared expert and the norms' scales, one row each.
    let rows = 2 * paddedToVector(spec.choices) + paddedToVector(spec.hidden)
    var parts = [
      networks(spec.expert, residentExperts), matrix(spec.choices, spec.hidden, .router), 4 * rows,
    ]
    if let shared = spec.shared { parts.append(networks(shared.network, 1)) }
    if let latent = spec.latent {
      parts.append(matrix(latent.width, spec.hidden, .projection))
      parts.append(matrix(spec.hidden, latent.width, .projection))
      parts.append(2 * 4 * paddedToVector(latent.width))
    }
    let plan = WorkspacePlan(
      .sparse(spec), maxTokens: maxTokens, threads: threads, engine: engine, formats: formats)
    return Saturating.sum(parts + [plan.bytes])
  }
}

// MARK: - Forward

extension SparseLayer {
  /// One pass; results do not depend on the number of threads.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: FeedForwardWorkspace, pool: WorkerPool
  ) {
    checkShapes(input, output)
    workspace.begin(shape, tokens: input.rows, pool: pool)
    guard input.rows > 0, let routing = workspace.routing else { return }
    let pass = SparsePass(
      layer: self, input: input.all, output: output.all, workspace: workspace, routing: routing,
      pool: pool)
    workspace.phases = pass.run()
  }
}
