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
    computeHidden(input.all, workspace, pool)
    computeOutputs(output.all, workspace, pool)
    workspace.phases.networkSeconds = clock.lap()
  }

  /// Gate, up and activation of every (segment, block of hidden units).
  private func computeHidden(_ input: Rows, _ workspace: Workspace, _ pool: WorkerPool) {
    let (tokens, units) = (input.count, bank.spec.intermediate)
    let hidden = workspace.hidden[0].all
    let block = bank.networks.hiddenBlock(rows: tokens)
    let blocks = (units + block - 1) / block
    pool.forEach(segments * blocks) { worker, task in
      let (segment, first) = (task / blocks, task % blocks * block)
      let network = segment % bank.count
      bank.networks.hidden(
        network: network, units: first..<min(first + block, units), input: input,
        into: hidden.part(from: segment * tokens, count: tokens, column: first),
        epilogue: bank.epilogue(network), scratch: workspace.scratch(worker))
    }
  }

  /// Down of every block of outputs, the segments added up in order.
  private func computeOutputs(_ output: Rows, _ workspace: Workspace, _ pool: WorkerPool) {
    let (tokens, width) = (output.count, bank.spec.width)
    let hidden = workspace.hidden[0].all
    let down = bank.networks.down
    let block = down.block(rows: tokens)
    pool.forEach((width + block - 1) / block) { _, task in
      let outputs = (task * block)..<min((task + 1) * block, width)
      let result = output.part(from: 0, count: tokens, column: outputs.lowerBound)
      for segment in 0..<segments {
        let network = segment % bank.count
        down.multiply(
          matrix: network, outputs: outputs,
          input: hidden.part(from: segment * tokens, count: tokens), into: result,
          accumulate: segment > 0)
        if let bias = bank.outputBias(network) {
          add(bias + outputs.lowerBound, to: result, columns: outputs.count)
        }
      }
    }
  }
}
