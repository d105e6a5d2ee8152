import LayerSpec

/// All scratch of a pass, made once, so that a pass allocates nothing; afterwards, how it routed.
///
/// It belongs to one layer's shape and one pool's threads. After a pass it holds the routing of that
/// pass until the next.
public final class Workspace: LayerWorkspace {
  /// The most tokens that one pass may have.
  public let maxTokens: Int
  /// The most threads that a pool may have to use it.
  public let threads: Int
  /// Tokens of the last pass.
  public internal(set) var tokens = 0
  /// Where the time of the last pass went.
  public internal(set) var phases = PassPhases()

  private let shape: WorkspaceShape
  let routing: RoutingScratch?
  /// Expert inputs, one row for each (token, expert), in order of expert.
  let gathered: Matrix
  /// The same rows times their weights, row-major, where they are staged from there.
  let scaled: Matrix
  /// Input rows as the router reads them, and as other products do; empty where they are the input.
  let routerInput: Matrix
  let networkInput: Matrix
  /// Hidden rows of each lane.
  let hidden: [Matrix]
  /// Output rows of each lane, before they are combined.
  let outputs: [Matrix]
  private let scratchRows: Matrix

  init(_ plan: WorkspacePlan) {
    precondition(plan.bytes < Int.max, "a workspace for \(plan.maxTokens) tokens is too large")
    maxTokens = plan.maxTokens
    threads = plan.threads
    shape = plan.shape
    routing = plan.layer.map {
      RoutingScratch($0, maxTokens: plan.maxTokens, threads: plan.threads)
    }
    gathered = Matrix(rows: plan.gathered.rows, columns: plan.gathered.columns)
    scaled = Matrix(rows: plan.scaled.rows, columns: plan.scaled.columns)
    routerInput = Matrix(rows: plan.routerInput.rows, columns: plan.routerInput.columns)
    networkInput = Matrix(rows: plan.networkInput.rows, columns: plan.networkInput.columns)
    hidden = plan.hidden.map { Matrix(rows: $0.rows, columns: $0.columns) }
    outputs = plan.outputs.map { Matrix(rows: $0.rows, columns: $0.columns) }
    scratchRows = Matrix(rows: plan.threads, columns: plan.scratchPerThread)
  }

  /// A worker's scratch for products.
  func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratchRows.all[worker] }

  /// Checks a pass against what this was made for, and begins it.
  ///
  /// Kernels write without bounds, so that a pass through a workspace of other sizes would write into
  /// memory that is not its own: these preconditions hold in every build.
  func begin(_ input: Matrix, _ output: Matrix, pool: WorkerPool, for layer: WorkspaceShape) {
    let width = layer.layer.hidden
    precondition(
      input.columns == width && output.columns == width && input.rows == output.rows,
      "a layer of width \(width) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output, "a pass cannot write over its own input")
    precondition(
      layer == shape, "the workspace was made for another layer, engine or weight format")
    precondition(
      input.rows <= maxTokens, "a pass of \(input.rows) tokens in a workspace for \(maxTokens)")
    precondition(
      pool.threads <= threads, "a pool of \(pool.threads) threads in a workspace for \(threads)")
    tokens = input.rows
    phases = PassPhases()
  }
}

// MARK: - How the last pass routed

extension Workspace {
  /// Tokens that each of the E experts received in the last pass; empty for a dense layer.
  public var tokensPerExpert: [Int] {
    guard let routing else { return [] }
    let counts = routing.dispatch.counts
    return (0..<counts.count).map { tokens == 0 ? 0 : Int(counts[$0]) }
  }

  /// D, the experts that received at least one token in the last pass.
  public var distinctExperts: Int { tokensPerExpert.count { $0 > 0 } }

  /// The K choices of one token in the last pass, in ascending order; identity experts follow the
  /// computing ones in number.
  public func experts(ofToken token: Int) -> [Int] {
    guard let routing else { return [] }
    precondition(token >= 0 && token < tokens, "token \(token) is outside 0..<\(tokens)")
    return (0..<routing.topK).map { Int(routing.experts[token * routing.topK + $0]) }
  }

  /// The weights that go with `experts(ofToken:)`.
  public func weights(ofToken token: Int) -> [Float] {
    guard let routing else { return [] }
    precondition(token >= 0 && token < tokens, "token \(token) is outside 0..<\(tokens)")
    return (0..<routing.topK).map { routing.weights[token * routing.topK + $0] }
  }
}

/// Scratch that only a routed layer needs.
final class RoutingScratch {
  let topK: Int
  /// Logits, tokens × choices, padded.
  let logits: Matrix
  /// K ids per token, ascending.
  let experts: AlignedBuffer<Int32>
  /// K weights per token.
  let weights: AlignedBuffer<Float>
  /// σ(w·x) of the shared expert's gate, one per token.
  let sharedFactor: AlignedBuffer<Float>
  let dispatch: Dispatch
  let scratch: RouterScratchPool
  /// What experts read and what their sum is, tokens × L, when there is a latent space.
  let latentInput: Matrix?
  let latentSum: Matrix?
  private let terms: AlignedBuffer<Term>
  private let termsPerWorker: Int

  init(_ layer: SparseLayerSpec, maxTokens: Int, threads: Int) {
    topK = layer.topK
    logits = Matrix(rows: maxTokens, columns: paddedToVector(layer.choices))
    experts = AlignedBuffer(count: maxTokens * layer.topK)
    weights = AlignedBuffer(count: maxTokens * layer.topK)
    sharedFactor = AlignedBuffer(count: maxTokens)
    dispatch = Dispatch(experts: layer.experts, topK: layer.topK, maxTokens: maxTokens)
    scratch = RouterScratchPool(
      workers: threads, choices: layer.choices, topK: layer.topK,
      groups: layer.router.groups?.count ?? 0)
    let latent = layer.latent.map { paddedToVector($0.width) }
    latentInput = latent.map { Matrix(rows: maxTokens, columns: $0) }
    latentSum = latent.map { Matrix(rows: maxTokens, columns: $0) }
    termsPerWorker = layer.topK + 1
    terms = AlignedBuffer(count: threads * termsPerWorker)
  }

  /// A worker's room for the terms of one token's sum: K experts and the shared one.
  func terms(_ worker: Int) -> UnsafeMutablePointer<Term> { terms.base + worker * termsPerWorker }
}
