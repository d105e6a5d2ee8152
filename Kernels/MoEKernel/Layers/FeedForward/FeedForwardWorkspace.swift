import LayerSpec

/// All scratch of a dense or a routed feed-forward layer.
///
/// It belongs to one shape, plan of formats and engine, and is refused by a layer of another. After a
/// pass it holds the routing of that pass until the next.
public final class FeedForwardWorkspace: LayerWorkspace {
  /// The most rows that one pass may have.
  public let maxTokens: Int
  /// The most threads that a pool may have to use it: each has scratch of its own.
  public let threads: Int
  /// Rows of the last pass, 0 before the first.
  public internal(set) var tokens = 0
  /// Seconds of the phases of the last pass, zero before the first.
  public internal(set) var phases = PassPhases()

  private let shape: WorkspaceShape
  let routing: RoutingScratch?
  /// Which of `stagedInputs` each kind of product reads.
  let inputs: StagedInputs
  /// A copy of the input in each order that products read and that is not its own.
  let stagedInputs: [Matrix]
  /// Expert inputs, one row for each (token, expert), in order of expert.
  let gathered: Matrix
  /// The same rows times their weights, row-major, where they are staged from there.
  let scaled: Matrix
  /// Hidden rows of each lane: 0 of the routed experts or the dense network, 1 of the shared expert.
  let hidden: [Matrix]
  /// Output rows of each lane, before they are combined; none of a dense layer, which writes its output.
  let outputs: [Matrix]
  /// What stands before the activations of each lane, for a backward pass; empty where none follows.
  var kept: [Matrix] = []
  /// The same of the input projection into a latent space: what its norm reads, tokens × L; `nil` where no backward
  /// pass follows.
  var keptProjection: Matrix?
  /// A row for each thread.
  private let scratchRows: Matrix

  init(_ plan: WorkspacePlan) {
    precondition(plan.bytes < Int.max, "a workspace for \(plan.maxTokens) tokens is too large")
    func matrix(_ size: (rows: Int, columns: Int)) -> Matrix {
      Matrix(rows: size.rows, columns: size.columns)
    }
    maxTokens = plan.maxTokens
    threads = plan.threads
    shape = plan.shape
    routing =
      if case .sparse(let layer) = plan.shape.layer {
        RoutingScratch(layer, maxTokens: plan.maxTokens, threads: plan.threads)
      } else {
        nil
      }
    inputs = plan.inputs
    stagedInputs = (0..<plan.inputs.count).map { _ in matrix(plan.stagedInput) }
    gathered = matrix(plan.gathered)
    scaled = matrix(plan.scaled)
    hidden = plan.hidden.map(matrix)
    outputs = plan.outputs.map(matrix)
    scratchRows = .scratch(workers: plan.threads, floats: plan.scratchPerThread)
  }

  /// The scratch of one worker, which no other writes to.
  func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratchRows.all[worker] }

  /// The input as a kind of product reads it.
  ///
  /// - Parameter copy: One of the numbers of `inputs`.
  func input(_ input: Rows, as copy: Int?) -> Rows {
    guard let copy else { return input }
    return stagedInputs[copy].all.part(from: 0, count: input.count)
  }

  /// Checks a pass against what this was made for, and forgets the last one.
  func begin(_ shape: WorkspaceShape, tokens: Int, pool: WorkerPool) {
    checkPass(shape, own: self.shape, tokens: tokens, pool: pool)
    self.tokens = tokens
    phases = PassPhases()
  }
}

// MARK: - How the last pass routed

extension FeedForwardWorkspace {
  /// Tokens that each of the E experts received in the last pass; empty for a dense layer.
  public var tokensPerExpert: [Int] {
    guard let routing else { return [] }
    let counts = routing.dispatch.counts
    return (0..<counts.count).map { tokens == 0 ? 0 : Int(counts[$0]) }
  }

  /// The K choices of one token in the last pass, in ascending order; identity experts follow the
  /// computing ones in number.
  public func experts(ofToken token: Int) -> [Int] {
    guard let routing else { return [] }
    precondition(token >= 0 && token < tokens, "token \(token) is outside 0..<\(tokens)")
    return (0..<routing.topK).map { Int(routing.experts[token * routing.topK + $0]) }
  }

  /// The weights of `experts(ofToken:)`, normalised and scaled as the combine used them.
  public func weights(ofToken token: Int) -> [Float] {
    guard let routing else { return [] }
    precondition(token >= 0 && token < tokens, "token \(token) is outside 0..<\(tokens)")
    return (0..<routing.topK).map { routing.weights[token * routing.topK + $0] }
  }
}

/// What only a routed layer needs: router logits, the selected experts and their weights, and the indices of
/// gather and combine.
final class RoutingScratch {
  let topK: Int
  /// Router logits, tokens × choices; rows are padded to vectors.
  let logits: Matrix
  /// K ids per token, ascending.
  let experts: AlignedBuffer<Int32>
  /// K weights per token, in the order of `experts`.
  let weights: AlignedBuffer<Float>
  /// σ(w·x) of the shared expert's gate, one per token.
  let sharedFactor: AlignedBuffer<Float>
  let dispatch: RowDispatch
  let scratch: RouterScratchPool
  /// What experts read and what their sum is, tokens × L, when there is a latent space.
  let latentInput: Matrix?
  let latentSum: Matrix?
  private let terms: WorkerMemory<Term>

  init(_ layer: SparseLayerSpec, maxTokens: Int, threads: Int) {
    topK = layer.topK
    logits = Matrix(rows: maxTokens, columns: paddedToVector(layer.choices))
    experts = AlignedBuffer(count: maxTokens * layer.topK)
    weights = AlignedBuffer(count: maxTokens * layer.topK)
    sharedFactor = AlignedBuffer(count: maxTokens)
    dispatch = RowDispatch(experts: layer.experts, topK: layer.topK, maxTokens: maxTokens)
    scratch = RouterScratchPool(
      workers: threads, choices: layer.choices, topK: layer.topK,
      groups: layer.router.groups?.count ?? 0)
    let latent = layer.latent.map { paddedToVector($0.width) }
    latentInput = latent.map { Matrix(rows: maxTokens, columns: $0) }
    latentSum = latent.map { Matrix(rows: maxTokens, columns: $0) }
    terms = WorkerMemory(workers: threads, count: layer.topK + 1)
  }

  /// A worker's terms of one token's sum: K experts and the shared one.
  func terms(_ worker: Int) -> UnsafeMutablePointer<Term> { terms[worker] }
}
