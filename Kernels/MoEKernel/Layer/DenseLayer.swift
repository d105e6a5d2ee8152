import LayerSpec

/// A feed-forward layer in which every parameter is used for every token.
///
/// Its units may lie in several segments, networks of equal shape laid end to end: their hidden units
/// are those of one wide network, and its output is the sum of theirs.
public final class DenseLayer {
  /// What the layer computes.
  public let spec: FeedForwardSpec
  /// Who multiplies.
  public let engine: Engine

  let bank: NetworkBank
  /// Segments; segment s uses the weights of network s mod the bank's count.
  let segments: Int

  /// A layer with given weights, whose arrays must have the sizes that `spec` implies.
  public init(spec: FeedForwardSpec, weights: FeedForwardWeights, engine: Engine) {
    self.spec = spec
    self.engine = engine
    segments = 1
    bank = NetworkBank(spec: spec, weights: [weights], engine: engine)
  }

  /// A layer with random weights, the same for a seed with any engine and any number of threads.
  public init(spec: FeedForwardSpec, seed: UInt64, engine: Engine, pool: WorkerPool) {
    self.spec = spec
    self.engine = engine
    segments = 1
    bank = NetworkBank(spec: spec, count: 1, seed: seed, engine: engine, pool: pool)
  }

  /// The experts of a sparse layer laid end to end: a dense layer of width E·F in the same memory.
  ///
  /// Where the experts have biases after W_down, this layer's bias is their sum.
  ///
  /// - Throws: `LayerSpecError` when the width cannot be counted.
  public init(sharing layer: SparseLayer) throws(LayerSpecError) {
    let expert = layer.spec.expert
    let (units, overflow) = layer.spec.experts.multipliedReportingOverflow(by: expert.intermediate)
    guard !overflow else { throw .tooLarge(what: "intermediate units of all experts") }
    spec = try FeedForwardSpec(
      width: expert.width, intermediate: units, isGated: expert.isGated,
      activation: expert.activation, hasBias: expert.hasBias)
    engine = layer.engine
    segments = layer.spec.experts
    bank = layer.experts
  }

  /// Scratch for passes of up to `maxTokens` tokens with the threads of `pool`.
  public func makeWorkspace(maxTokens: Int, pool: WorkerPool) -> Workspace {
    Workspace(
      Self.plan(bank.spec, segments: segments, maxTokens: maxTokens, threads: pool.threads))
  }

  /// Bytes that a layer and one workspace take, before either is made; `Int.max` where they cannot
  /// be counted.
  ///
  /// Inputs and outputs, tokens × H each, are not in it.
  public static func bytes(for spec: FeedForwardSpec, maxTokens: Int, threads: Int = 1) -> Int {
    Saturating.sum(
      Saturating.product(spec.parameters, 4),
      plan(spec, segments: 1, maxTokens: maxTokens, threads: threads).bytes)
  }

  /// Bytes that this layer's workspace takes, its weights being another layer's.
  public func workspaceBytes(maxTokens: Int, threads: Int) -> Int {
    Self.plan(bank.spec, segments: segments, maxTokens: maxTokens, threads: threads).bytes
  }

  private static func plan(
    _ spec: FeedForwardSpec, segments: Int, maxTokens: Int, threads: Int
  ) -> WorkspacePlan {
    precondition(maxTokens >= 0, "a workspace cannot be for \(maxTokens) tokens")
    return WorkspacePlan(
      dense: spec, segments: segments, maxTokens: maxTokens, threads: threads,
      scratchPerThread: Engine.scratchElements(rows: maxTokens))
  }
}

// MARK: - Forward

extension DenseLayer {
  /// One pass: `output` becomes the layer's value for every row of `input`.
  ///
  /// Allocates nothing. Results do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - input: Tokens × H; 0 tokens are legal.
  ///   - output: As many rows and columns as `input`, another matrix.
  ///   - workspace: Made by `makeWorkspace` of this layer.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: Workspace, pool: WorkerPool
  ) {
    precondition(
      input.columns == spec.width && output.columns == spec.width && input.rows == output.rows,
      "a layer of width \(spec.width) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output, "a pass cannot write over its own input")
    workspace.begin(tokens: input.rows, pool: pool)
    if input.rows == 0 { return }
    var clock = PhaseClock()
    let pass = DensePass(
      bank: bank, segments: segments, input: input.all, output: output.all, workspace: workspace)
    pool.forEach(segments * pass.hiddenBlocks, in: pass) {
      $0.computeHidden(task: $2, worker: $1)
    }
    pool.forEach(pass.outputBlocks, in: pass) { $0.computeOutputs(block: $2) }
    workspace.phases.networkSeconds = clock.lap()
  }
}

/// One pass through a dense layer: two regions of the pool.
private struct DensePass {
  let bank: NetworkBank
  let segments: Int
  let input: Rows
  let output: Rows
  let workspace: Workspace

  private var hidden: Rows { workspace.hidden[0].all }
  private var hiddenBlock: Int { bank.networks.hiddenBlock(rows: input.count) }
  private var outputBlock: Int { bank.networks.down.block(rows: input.count) }

  /// Tasks of the first region, for each segment.
  var hiddenBlocks: Int { (bank.spec.intermediate + hiddenBlock - 1) / hiddenBlock }

  /// Tasks of the second region.
  var outputBlocks: Int { (bank.spec.width + outputBlock - 1) / outputBlock }

  /// Gate, up and activation of one block of hidden units of a segment.
  func computeHidden(task: Int, worker: Int) {
    let (segment, first) = (task / hiddenBlocks, task % hiddenBlocks * hiddenBlock)
    let network = segment % bank.count
    bank.networks.hidden(
      network: network, units: first..<min(first + hiddenBlock, bank.spec.intermediate),
      input: input,
      into: hidden.part(from: segment * input.count, count: input.count, column: first),
      epilogue: bank.epilogue(network), scratch: workspace.scratch(worker))
  }

  /// Down of one block of outputs, the segments added up in order.
  func computeOutputs(block: Int) {
    let tokens = input.count
    let outputs = (block * outputBlock)..<min((block + 1) * outputBlock, bank.spec.width)
    let result = output.part(from: 0, count: tokens, column: outputs.lowerBound)
    for segment in 0..<segments {
      let network = segment % bank.count
      bank.networks.down.multiply(
        matrix: network, outputs: outputs,
        input: hidden.part(from: segment * tokens, count: tokens), into: result,
        accumulate: segment > 0)
      if let bias = bank.outputBias(network) {
        add(bias + outputs.lowerBound, to: result, columns: outputs.count)
      }
    }
  }
}
