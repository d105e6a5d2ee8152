import LayerSpec

/// A training step of one feed-forward layer: its output, and of a gradient by the output the gradients by its
/// input and by every weight.
///
/// loss = Σ y·dy for the cotangent dy that a pass is given. What is chosen has no gradient; the weights of what is
/// chosen have, through normalisation and score, to the router and the input. Gradients are overwritten in every
/// step and are exactly 0 where no token went. Weights are 32-bit floats and stay as they are: no optimiser runs.
public final class TrainingStep {
  /// The layer, whose weights passes read.
  public private(set) var layer: TrainableLayer
  /// Routing, phases and scratch of the forward half, and the phases of the whole.
  public let workspace: FeedForwardWorkspace
  /// Routed experts or the dense network, and behind them the shared expert.
  let lanes: [TrainingLane]
  let router: RouterTraining?
  /// What is around experts in a latent space; `nil` where they read the input.
  let latent: LatentSpaceTraining?
  /// The input as products over tokens read it; empty where that is its own order.
  let tokenStrips: Matrix
  /// Which tasks of a region belong to which group of rows.
  let tasks: GroupTasks
  private let terms: WorkerMemory<Term>
  let scratchRows: Matrix

  /// Makes gradients and scratch for steps of up to `maxTokens` tokens.
  ///
  /// - Precondition: `TrainableLayer.refusal` has nothing against the layer, and all experts are resident.
  public init(_ layer: TrainableLayer, maxTokens: Int, pool: WorkerPool) {
    if let refusal = layer.refusal { preconditionFailure(refusal) }
    self.layer = layer
    switch layer {
    case .dense(let dense):
      workspace = dense.makeWorkspace(maxTokens: maxTokens, pool: pool)
      lanes = [TrainingLane(dense.bank, rows: maxTokens, engine: layer.engine, isGathered: false)]
      router = nil
      latent = nil
    case .sparse(let sparse):
      precondition(
        sparse.residentExperts == sparse.spec.experts,
        "an expert that stands for several has no gradient of its own")
      workspace = sparse.makeWorkspace(maxTokens: maxTokens, pool: pool)
      let routed = TrainingLane(
        sparse.experts, rows: maxTokens * sparse.spec.topK, engine: layer.engine, isGathered: true)
      lanes =
        [routed]
        + (sparse.shared.map {
          [TrainingLane($0, rows: maxTokens, engine: layer.engine, isGathered: false)]
        } ?? [])
      router = RouterTraining(sparse, maxTokens: maxTokens, threads: pool.threads)
      latent = sparse.latent.map {
        LatentSpaceTraining(
          $0, hidden: sparse.spec.hidden, topK: sparse.spec.topK, maxTokens: maxTokens,
          engine: layer.engine, threads: pool.threads)
      }
    }
    workspace.keptProjection = latent?.projected
    workspace.kept = lanes.map(\.kept)
    tokenStrips = Matrix(
      rows: lanes[0].networks.columnStaging.keepsRows ? 0 : maxTokens, columns: layer.spec.hidden)
    tasks = GroupTasks(groups: (workspace.routing?.dispatch.groups.count ?? 1) + 1)
    terms = WorkerMemory(workers: pool.threads, count: Self.terms(of: layer.spec))
    let elements =
      (lanes.map { $0.scratchElements(rows: maxTokens) }
      + [router?.scratchElements(rows: maxTokens) ?? 0]).max() ?? 0
    scratchRows = .scratch(workers: pool.threads, floats: elements)
  }

  /// Steps go through this layer from now on, of the same shape and engine; gradients and scratch stay.
  public func use(_ layer: TrainableLayer) {
    precondition(
      layer.spec == self.layer.spec && layer.engine.identity == self.layer.engine.identity,
      "a step that was made for \(self.layer.spec) cannot go through \(layer.spec)")
    self.layer = layer
    switch layer {
    case .dense(let dense): lanes[0].use(dense.bank)
    case .sparse(let sparse):
      lanes[0].use(sparse.experts)
      if let shared = sparse.shared { lanes[1].use(shared) }
      router?.use(sparse)
      if let space = sparse.latent { latent?.use(space) }
    }
  }

  /// The backward scratch of one worker, which no other writes to.
  func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratchRows.all[worker] }

  /// A worker's terms of one token's gradient.
  func terms(_ worker: Int) -> UnsafeMutablePointer<Term> {
    terms[worker]
  }

  /// What reads a token: K experts, the router and the shared expert, or a dense network.
  private static func terms(of layer: FFNLayerSpec) -> Int {
    if case .sparse(let layer) = layer { layer.topK + 2 } else { 1 }
  }

  /// The row of the shared expert's gate; `nil` where there is none.
  var sharedGate: UnsafeMutablePointer<Float>? {
    if case .sparse(let layer) = layer { layer.sharedGate?.all[0] } else { nil }
  }

  /// One step: `output` becomes the layer's value, `inputGradient` the gradient by `input`, and the gradients of
  /// all weights those of this batch.
  ///
  /// Allocates nothing, and with the tile engine does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - input: Tokens × H.
  ///   - cotangent: The gradient by the output, of the same shape.
  ///   - output: Another matrix of that shape, as is `inputGradient`.
  public func run(
    _ input: Matrix, cotangent: Matrix, into output: Matrix, inputGradient: Matrix,
    pool: WorkerPool
  ) {
    precondition(
      [cotangent, inputGradient].allSatisfy {
        $0.rows == input.rows && $0.columns == input.columns
      } && inputGradient !== input && inputGradient !== cotangent && inputGradient !== output,
      "a step needs gradients of the shape of its input, each in memory of its own")
    forward(input, into: output, pool: pool)
    backward(input, cotangent: cotangent, inputGradient: inputGradient, pool: pool)
  }

  /// The first half of a step, which `backward` needs.
  func forward(_ input: Matrix, into output: Matrix, pool: WorkerPool) {
    layer.forward(input, into: output, workspace: workspace, pool: pool)
  }

  /// The second half, of what the last `forward` read.
  func backward(
    _ input: Matrix, cotangent: Matrix, inputGradient: Matrix, pool: WorkerPool
  ) {
    let pass = BackwardPass(
      step: self, input: input.all, cotangent: cotangent.all, result: inputGradient.all, pool: pool)
    workspace.phases = pass.run(after: workspace.phases)
  }
}

/// A feed-forward layer that can be trained, dense or routed.
public enum TrainableLayer {
  /// All parameters for every token.
  case dense(DenseLayer)
  /// Routed experts, and what stands beside them.
  case sparse(SparseLayer)

  /// What the layer computes.
  public var spec: FFNLayerSpec {
    switch self {
    case .dense(let layer): .dense(layer.spec)
    case .sparse(let layer): .sparse(layer.spec)
    }
  }

  var engine: any Engine {
    switch self {
    case .dense(let layer): layer.engine
    case .sparse(let layer): layer.engine
    }
  }

  private var formats: FormatPlan {
    switch self {
    case .dense(let layer): layer.formats
    case .sparse(let layer): layer.formats
    }
  }

  /// Why the layer cannot be trained here; `nil` when it can.
  public var refusal: String? {
    guard engine.trains else {
      return "the engine \(engine.name) has no products of a backward pass; choose another --engine"
    }
    return Self.refusal(of: spec, formats: formats)
  }

  /// Why such a layer cannot be trained with weights in these formats, as the end of a sentence; `nil` when it
  /// can.
  public static func refusal(of spec: FFNLayerSpec, formats: FormatPlan) -> String? {
    if let format = formats.formats.first(where: { $0 != .f32 }) {
      return "a training step has weights and gradients in f32, not \(format); give --precision f32"
    }
    guard case .sparse(let layer) = spec else { return nil }
    if let latent = layer.latent,
      [latent.width, layer.hidden, layer.expert.intermediate].contains(1)
    {
      // What is normed is then a number times one vector, whose norm does not depend on the number.
      return
        "the norms around experts in a latent space leave no gradient but rounding where a width is 1"
    }
    if case .sparseMixer = layer.router.score {
      return "a sparse mixer is trained by sampling, which has no gradient to compare"
    }
    return nil
  }

  func forward(
    _ input: Matrix, into output: Matrix, workspace: FeedForwardWorkspace, pool: WorkerPool
  ) {
    switch self {
    case .dense(let layer):
      layer.forward(input, into: output, workspace: workspace, pool: pool)
    case .sparse(let layer):
      layer.forward(input, into: output, workspace: workspace, pool: pool)
    }
  }

  /// Rows of the output in double precision by plain loops.
  public func referenceOutputs(
    of input: Matrix, tokens: [Int], pool: WorkerPool
  ) -> [[Double]] {
    switch self {
    case .dense(let layer): layer.referenceOutputs(of: input, tokens: tokens, pool: pool)
    case .sparse(let layer): layer.referenceOutputs(of: input, tokens: tokens, pool: pool)
    }
  }
}
