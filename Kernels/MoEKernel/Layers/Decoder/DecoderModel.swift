import LayerSpec

/// A whole decoder with the weights of every layer in memory of their own: tokens in, logits out.
///
/// The table of tokens holds 32-bit floats, row after row, of which a pass copies one for each token; a head that
/// has the table's weights in a checkpoint is stored beside it, because products read another order. Factors on
/// embeddings and on logits, and the choice of the next token, are left out.
public final class DecoderModel {
  /// What is computed.
  public let spec: DecoderSpec
  /// The layers in order.
  public let blocks: [BlockLayer]
  /// The output head, V × H.
  public let head: MatrixProduct

  /// V × H.
  let table: Matrix
  /// The scale of the norm before the head, one row.
  let norm: Matrix

  /// A model of random weights, each layer with others; or with those of an arena, which must have room for all.
  ///
  /// - Precondition: The engine multiplies the formats of the plan, and no part of an arena is used twice.
  public init(
    spec: DecoderSpec, seed: UInt64, engine: any Engine, formats: FormatPlan, pool: WorkerPool,
    in memory: WeightMemory = .own
  ) {
    self.spec = spec
    let seeds = SeedSequence(seed)
    blocks = spec.blocks.enumerated().map { index, block in
      BlockLayer(
        spec: block, seed: seeds[1000 * (index + 1)], engine: engine, formats: formats, pool: pool,
        in: memory)
    }
    head =
      MatrixProduct.copies(
        1, outputs: spec.vocabulary, inputs: spec.hidden, seed: seeds[1], engine: engine,
        format: formats[.projection], pool: pool, in: memory)[0]
    table = Matrix(rows: spec.vocabulary, columns: spec.hidden)
    table.fill(
      seed: seeds[2], amplitude: Self.amplitudeOfTokens(layers: spec.blocks.count), pool: pool)
    norm = .paddedRow([Float](repeating: 1, count: spec.hidden), spec.hidden)
    if case .view(let arena) = memory {
      precondition(arena.laps == 0, "the arena is smaller than the weights of all layers")
    }
  }

  /// Half the width of the uniform distribution of the table's elements, whose deviation is √(2·layers).
  ///
  /// GPT-2 begins its training with the weights that write to the stream divided by the square root of how many
  /// branches do (Radford et al. 2019), two for each layer here. Behind norms that is the same as tokens that are
  /// as much longer. Without it, what attention averages over a prompt is soon what all rows have in common
  /// (Dong et al. 2021, arXiv 2103.03404), and routers of random weights send nearly all of them to some experts,
  /// which trained ones are kept from.
  private static func amplitudeOfTokens(layers: Int) -> Float {
    // Uniform in ±√3 has the deviation 1.
    Float(3 * 2 * layers).squareRoot()
  }

  /// Scratch for passes of up to `maxTokens` rows, and caches of every layer for `sequences` of up to `context`
  /// tokens.
  public func makeWorkspace(
    maxTokens: Int, sequences: Int, context: Int, pool: WorkerPool
  ) -> DecoderWorkspace {
    DecoderWorkspace(
      self, maxTokens: maxTokens, sequences: sequences, context: context, pool: pool)
  }

  /// What is told of a layer in a pass that is watched, before the next one begins.
  public struct Passage {
    /// The layer's number, from 0.
    public let layer: Int
    /// What it was given, as many rows as the pass has.
    public let input: Matrix
    /// What it made of them.
    public let output: Matrix
    /// Of the layer's pass.
    public let workspace: BlockWorkspace
  }

  /// One pass of further tokens of some sequences: a prefill, a step of decoding, or a part of a prefill.
  ///
  /// The workspace then holds the logits of the last token of every sequence that has any in the pass.
  ///
  /// - Parameters:
  ///   - tokens: those of the first sequence come first.
  ///   - rows: how many of them belong to each sequence.
  ///   - watch: told of every layer; a pass that is timed is not watched.
  public func forward(
    _ tokens: [Int], rows: [Int], workspace: DecoderWorkspace, pool: WorkerPool,
    watch: ((Passage) -> Void)? = nil
  ) {
    precondition(
      tokens.allSatisfy { $0 >= 0 && $0 < spec.vocabulary } && !tokens.isEmpty,
      "tokens of a pass are from 0 to \(spec.vocabulary - 1), and at least one")
    precondition(rows.reduce(0, +) == tokens.count, "\(tokens.count) tokens in rows of \(rows)")
    var clock = PhaseClock()
    workspace.begin(tokens: tokens.count, ends: rows.count { $0 > 0 })
    pool.forEach(
      tokens.count,
      in: (tokens: tokens, table: table.all, target: workspace.input.all, width: spec.hidden)
    ) { pass, _, row in
      pass.target[row].update(from: pass.table[pass.tokens[row]], count: pass.width)
    }
    workspace.phases.embeddingSeconds = clock.lap()
    for (index, block) in blocks.enumerated() {
      let own = workspace.enter(layer: index)
      block.extend(
        rows, workspace.input, into: workspace.output, workspace: own, pool: pool)
      watch?(
        Passage(
          layer: index, input: workspace.input, output: workspace.output, workspace: own))
      workspace.exchangeEnds()
    }
    workspace.phases.blockSeconds = clock.lap()
    normLastRows(rows, workspace)
    head.forward(
      workspace.normed, into: workspace.logits, workspace: workspace.head, pool: pool)
    workspace.phases.headSeconds = clock.lap()
  }

  /// The norm of each sequence's last row, which alone the head is for.
  private func normLastRows(_ rows: [Int], _ workspace: DecoderWorkspace) {
    var (row, end) = (0, 0)
    for count in rows where count > 0 {
      row += count
      let target = workspace.normed.all[end]
      target.update(from: workspace.input.all[row - 1], count: spec.hidden)
      Norm.apply(
        to: target, count: spec.hidden, scale: norm.all[0], epsilon: spec.normEpsilon)
      end += 1
    }
  }

  /// The logits of a row of the stream behind the last layer, in double precision by plain loops.
  public func referenceLogits(of row: [Float], pool: WorkerPool) -> [Double] {
    let normed = Reference.norm(row.map(Double.init), scale: norm, epsilon: spec.normEpsilon)
    return head.referenceOutput(
      of: Matrix(rows: 1, columns: spec.hidden, elements: normed.map(Float.init)), token: 0,
      pool: pool)
  }

  /// Logits behind some tokens from the beginning of a sequence, in double precision through all layers.
  ///
  /// It shares no code with a pass but the access to weights, and takes as long as that sounds.
  public func referenceLogits(of tokens: [Int], pool: WorkerPool) -> [Double] {
    var stream = Matrix(
      rows: tokens.count, columns: spec.hidden, elements: tokens.flatMap { table.row($0) })
    for block in blocks {
      let rows = block.referenceOutputs(of: stream, tokens: Array(tokens.indices), pool: pool)
      stream = Matrix(
        rows: tokens.count, columns: spec.hidden, elements: rows.flatMap { $0.map(Float.init) })
    }
    return referenceLogits(of: stream.row(tokens.count - 1), pool: pool)
  }
}
