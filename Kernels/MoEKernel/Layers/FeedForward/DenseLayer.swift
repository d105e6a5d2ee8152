import LayerSpec

/// A feed-forward layer in which every parameter is used for every token.
public final class DenseLayer: ExecutableLayer {
  /// Shared with routed layers; a workspace of one is refused by the other.
  public typealias Workspace = FeedForwardWorkspace

  /// H, F, activation and biases of the one network.
  public let spec: FeedForwardSpec
  /// The engine that holds the matrices in its layout and multiplies.
  public let engine: any Engine
  /// The format of each role's matrices; this layer has networks only.
  public let formats: FormatPlan

  let bank: NetworkBank
  /// What a workspace must have been made for.
  private let shape: WorkspaceShape

  /// H: a row goes in for each token.
  public var width: Int { spec.width }
  /// H: a row comes out for each token.
  public var outputWidth: Int { spec.width }

  private init(
    spec: FeedForwardSpec, engine: any Engine, formats: FormatPlan, makeBank: () -> NetworkBank
  ) {
    engine.require(formats)
    self.spec = spec
    self.engine = engine
    self.formats = formats
    shape = WorkspaceShape(.dense(spec), engine: engine, formats: formats)
    bank = makeBank()
  }

  /// A layer with given weights, whose arrays must have the sizes that `spec` implies.
  ///
  /// - Precondition: The engine multiplies the formats of the plan.
  public convenience init(
    spec: FeedForwardSpec, weights: FeedForwardWeights, engine: any Engine, formats: FormatPlan
  ) {
    self.init(spec: spec, engine: engine, formats: formats) {
      NetworkBank(spec: spec, weights: [weights], engine: engine, format: formats[.network])
    }
  }

  /// A layer with random weights, the same for a seed with any engine and any number of threads; or with
  /// those of an arena.
  ///
  /// - Precondition: The engine multiplies the formats of the plan.
  public convenience init(
    spec: FeedForwardSpec, seed: UInt64, engine: any Engine, formats: FormatPlan, pool: WorkerPool,
    in memory: WeightMemory = .own
  ) {
    self.init(spec: spec, engine: engine, formats: formats) {
      NetworkBank(
        spec: spec, count: 1, seed: seed, engine: engine, format: formats[.network], pool: pool,
        in: memory)
    }
  }

  /// Scratch for passes of up to `maxTokens` tokens with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> FeedForwardWorkspace {
    FeedForwardWorkspace(
      WorkspacePlan(
        .dense(spec), maxTokens: maxTokens, threads: pool.threads, engine: engine,
        formats: formats))
  }

  /// Bytes that a layer and one workspace take, before either is made; `Int.max` where they cannot
  /// be counted.
  ///
  /// Inputs and outputs, tokens × H each, are not in it.
  public static func bytes(
    for spec: FeedForwardSpec, maxTokens: Int, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) -> Int {
    Saturating.sum(
      NetworkBank.bytes(spec, count: 1, engine: engine, format: formats[.network]),
      WorkspacePlan(
        .dense(spec), maxTokens: maxTokens, threads: threads, engine: engine, formats: formats
      ).bytes)
  }

  /// One token's output in double precision by plain loops, sharing no code with a pass but the access to
  /// the weights.
  public func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    referenceOutputs(of: input, tokens: [token], pool: pool)[0]
  }

  /// Several rows of the output so; the weights are read once for all.
  public func referenceOutputs(
    of input: Matrix, tokens: [Int], pool: WorkerPool
  ) -> [[Double]] {
    precondition(input.columns == width, "the input is not of width \(width)")
    let rows = tokens.map { input.row($0).map(Double.init) }
    return rows.isEmpty ? [] : Reference.outputs(of: bank, network: 0, rows: rows, pool: pool)
  }

  /// One pass.
  ///
  /// With the tile engine results do not depend on the number of threads. The blocks of W_down's outputs do,
  /// and a BLAS's sums may depend on its blocks.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: FeedForwardWorkspace, pool: WorkerPool
  ) {
    checkShapes(input, output)
    workspace.begin(shape, tokens: input.rows, pool: pool)
    if input.rows == 0 { return }
    var clock = PhaseClock()
    let pass = DensePass(
      bank: bank, threads: pool.threads, input: input.all, output: output.all,
      workspace: workspace)
    pool.forEach(pass.inputPieces, in: pass) { $0.stageInput(piece: $2) }
    workspace.phases.dispatchSeconds = clock.lap()
    let hidden = pool.forEach(
      pass.hiddenBlocks, isAhead: pass.repeatsPanels, in: pass,
      home: { $0.hiddenAddress(block: $1) }
    ) {
      $0.computeHidden(block: $2, next: $3, worker: $1)
    }
    let outputs = pool.forEach(
      pass.outputBlocks, isAhead: pass.repeatsPanels, in: pass,
      home: { $0.outputAddress(block: $1) }
    ) {
      $0.computeOutputs(block: $2, next: $3, worker: $1)
    }
    workspace.phases.networks = hidden + outputs
  }
}

/// One pass through a dense layer: two regions of the pool, and one before them where rows are staged.
private struct DensePass {
  let bank: NetworkBank
  let threads: Int
  let input: Rows
  let output: Rows
  let workspace: FeedForwardWorkspace

  private var tokens: Int { input.count }
  private var staged: Rows { workspace.input(input, as: workspace.inputs.network) }
  private var hidden: Rows { workspace.hidden[0].all.part(from: 0, count: tokens) }
  private var hiddenBlock: Int { bank.networks.hiddenBlock(rows: tokens) }

  /// Outputs of one task: what the engine prefers, or fewer, so that there are a few tasks for each thread.
  ///
  /// Layers of experts have those to share out; here the outputs are all that W_down can be cut into.
  private var outputBlock: Int {
    let (down, width) = (bank.networks.down, bank.spec.width)
    let units = (width + down.outputUnit - 1) / down.outputUnit
    let fair = max(1, units / (Self.tasksPerThread * threads)) * down.outputUnit
    return min(down.block(rows: tokens), fair)
  }

  /// With so many tasks a thread waits at most for a quarter of its share.
  private static let tasksPerThread = 4

  private var pieces: Int { bank.networks.staging.pieces(rows: tokens) }

  /// True when panels are multiplied more than once, which leaves time to prefetch the next ones.
  var repeatsPanels: Bool { pieces > 1 }

  /// Tasks of the three regions: staging, gate and up, down.
  var inputPieces: Int { workspace.inputs.network == nil ? 0 : pieces }
  var hiddenBlocks: Int { (bank.spec.intermediate + hiddenBlock - 1) / hiddenBlock }
  var outputBlocks: Int { (bank.spec.width + outputBlock - 1) / outputBlock }

  /// Brings the rows of one piece of the input into the order that products read.
  func stageInput(piece: Int) {
    bank.networks.staging.stage(
      piece: piece, of: tokens, source: input, indices: nil, columns: bank.spec.width,
      into: staged)
  }

  /// Where the weights of a block of hidden units begin, and of a block of outputs.
  func hiddenAddress(block: Int) -> UnsafeRawPointer? {
    bank.networks.address(of: WeightPlace(matrix: 0, output: block * hiddenBlock))
  }
  func outputAddress(block: Int) -> UnsafeRawPointer? {
    bank.networks.down.address(of: WeightPlace(matrix: 0, output: block * outputBlock))
  }

  /// Gate, up and activation of one block of hidden units, for all tokens.
  func computeHidden(block: Int, next: Int, worker: Int) {
    let first = block * hiddenBlock
    bank.hidden(
      network: 0, units: first..<min(first + hiddenBlock, bank.spec.intermediate), input: staged,
      into: hidden,
      keeping: workspace.kept.isEmpty ? nil : workspace.kept[0].all.part(from: 0, count: tokens),
      epilogue: bank.epilogue(0), scratch: workspace.scratch(worker),
      next: next < hiddenBlocks ? WeightPlace(matrix: 0, output: next * hiddenBlock) : nil)
  }

  /// Down and its bias of one block of outputs, for all tokens.
  func computeOutputs(block: Int, next: Int, worker: Int) {
    let outputs = (block * outputBlock)..<min((block + 1) * outputBlock, bank.spec.width)
    let result = output.part(from: 0, count: tokens, column: outputs.lowerBound)
    bank.networks.down.multiply(
      matrix: 0, outputs: outputs, input: hidden, into: result,
      scratch: workspace.scratch(worker),
      next: next < outputBlocks ? WeightPlace(matrix: 0, output: next * outputBlock) : nil)
    if let bias = bank.outputBias(0) {
      RowArithmetic.add(bias + outputs.lowerBound, to: result, columns: outputs.count)
    }
  }
}
