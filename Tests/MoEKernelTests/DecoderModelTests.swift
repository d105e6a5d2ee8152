import LayerSpec
import MoEKernel
import Testing

/// A whole decoder against plain loops through all of its layers, and passes of it against each other.
@Suite struct DecoderModelTests {
  private let pool = WorkerPool(threads: 2)

  /// A layer that sees all and has experts, a dense one with a window, and the first shape again.
  private func spec() throws -> DecoderSpec {
    func block(_ reach: SelfAttentionSpec.Reach, _ half: FFNLayerSpec) throws -> BlockSpec {
      try BlockSpec(
        attention: SelfAttentionSpec(
          hidden: 48, heads: 4, keyValueHeads: 2, keyWidth: 12, valueWidth: 12, rotary: nil,
          reach: reach, scale: 0.3),
        feedForward: half, normEpsilon: 1e-5)
    }
    let network = try FeedForwardSpec(width: 48, intermediate: 40)
    let sparse = FFNLayerSpec.sparse(
      try SparseLayerSpec(
        hidden: 48, experts: 4, topK: 2, expert: network, router: RouterPolicy()))
    let (routed, dense) = (try block(.all, sparse), try block(.window(5), .dense(network)))
    return DecoderSpec(blocks: [routed, dense, routed], vocabulary: 70)
  }

  private func model(
    _ engine: any Engine, in memory: WeightMemory = .own
  ) throws -> DecoderModel {
    DecoderModel(
      spec: try spec(), seed: 3, engine: engine, formats: FormatPlan(.f32), pool: pool, in: memory)
  }

  private let tokens = [3, 69, 0, 17, 17, 42, 8, 5, 61, 33, 12]

  private func logits(
    _ parts: [[Int]], _ model: DecoderModel, _ workspace: DecoderWorkspace
  ) -> [Float] {
    workspace.rewind(to: 0)
    for part in parts {
      model.forward(part, rows: [part.count], workspace: workspace, pool: pool)
    }
    return workspace.logits.row(0)
  }

  /// Sums of some hundred terms through three layers: 32-bit rounding moves a logit by some 10⁻⁶ of the largest,
  /// and another layer, token or cache by as much as the logit itself.
  private let tolerance = 1e-4

  private func distance(_ values: [Float], _ expected: [Double]) -> Double {
    let largest = expected.reduce(0) { max($0, abs($1)) }
    return zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / largest
  }

  @Test func logitsAreThoseOfPlainLoops() throws {
    for engine in try allEngines() {
      let model = try model(engine)
      let workspace = model.makeWorkspace(maxTokens: 11, sequences: 1, context: 11, pool: pool)
      let found = logits([tokens], model, workspace)
      #expect(found.count == 70)
      #expect(distance(found, model.referenceLogits(of: tokens, pool: pool)) < tolerance)
    }
  }

  /// Every layer keeps its own keys and values: a prompt in one pass, token by token, and with another one read in
  /// between come to the same logits.
  @Test func decodingContinuesAPrompt() throws {
    let model = try model(TileEngine(forcedLevel: nil))
    let workspace = model.makeWorkspace(maxTokens: 11, sequences: 1, context: 11, pool: pool)
    let whole = logits([tokens], model, workspace).map(Double.init)
    let steps = logits(tokens.map { [$0] }, model, workspace)
    #expect(distance(steps, whole) < tolerance)
    let parts = logits([Array(tokens[..<6]), [tokens[6]], Array(tokens[7...])], model, workspace)
    #expect(distance(parts, whole) < tolerance)
    let other = logits([tokens.reversed()], model, workspace)
    #expect(distance(other, whole) > 0.01)
  }

  @Test func sequencesDoNotSeeEachOther() throws {
    let model = try model(TileEngine(forcedLevel: nil))
    let one = model.makeWorkspace(maxTokens: 11, sequences: 1, context: 11, pool: pool)
    let alone = logits([tokens], model, one).map(Double.init)
    let two = model.makeWorkspace(maxTokens: 22, sequences: 2, context: 11, pool: pool)
    model.forward(
      tokens.reversed() + tokens, rows: [11, 11], workspace: two, pool: pool)
    #expect(two.logits.rows == 2)
    #expect(distance(two.logits.row(1), alone) < tolerance)
    #expect(distance(two.logits.row(0), alone) > 0.01)
    // A pass of one sequence has logits of that one alone.
    two.rewind(to: 0)
    model.forward(tokens, rows: [0, 11], workspace: two, pool: pool)
    #expect(two.logits.rows == 1)
    #expect(distance(two.logits.row(0), alone) < tolerance)
  }

  /// Layers are told one after the other, each reads what the last one wrote, and all phases take time.
  @Test func aWatchedPassTellsOfEveryLayer() throws {
    let model = try model(TileEngine(forcedLevel: nil))
    let workspace = model.makeWorkspace(maxTokens: 3, sequences: 1, context: 3, pool: pool)
    var layers: [Int] = []
    var last: [Float]?
    model.forward([1, 2, 3], rows: [3], workspace: workspace, pool: pool) { passage in
      layers.append(passage.layer)
      if let last { #expect(passage.input.elements == last) }
      last = passage.output.elements
      #expect(passage.workspace.tokensPerExpert.reduce(0, +) == (passage.layer == 1 ? 0 : 6))
    }
    #expect(layers == [0, 1, 2])
    let phases = workspace.phases
    #expect(phases.embeddingSeconds > 0 && phases.blockSeconds > 0 && phases.headSeconds > 0)
  }

  /// Rows stay as independent as their tokens through many layers, so that random routers find all experts wanted.
  @Test func rowsOfDeepModelsStayDifferent() throws {
    let deep = DecoderSpec(
      blocks: Array(repeating: try spec().blocks[0], count: 24), vocabulary: 70)
    let model = DecoderModel(
      spec: deep, seed: 3, engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32),
      pool: pool)
    let prompt = Array(0..<64)
    let workspace = model.makeWorkspace(maxTokens: 64, sequences: 1, context: 64, pool: pool)
    var common: [Float] = []
    model.forward(prompt, rows: [64], workspace: workspace, pool: pool) { passage in
      common.append(commonPart(of: passage.output))
    }
    // The mean of 64 independent rows has 1/64 of their square; with tokens of deviation 1 the last layer's have
    // two thirds of it in common.
    #expect(common.count == 24)
    #expect(common.allSatisfy { $0 < 0.1 }, "\(common)")
  }

  /// The square of the rows' mean over the mean of their squares: 1 for equal rows.
  private func commonPart(of rows: Matrix) -> Float {
    var mean = [Float](repeating: 0, count: rows.columns)
    var square: Float = 0
    for row in 0..<rows.rows {
      for (column, value) in rows.row(row).enumerated() {
        mean[column] += value / Float(rows.rows)
        square += value * value / Float(rows.rows)
      }
    }
    return mean.reduce(0) { $0 + $1 * $1 } / square
  }

  /// An arena of the counted bytes has room for each layer, once.
  @Test func layersOfAnArenaShareNoWeights() throws {
    let engine = try TileEngine(forcedLevel: nil)
    let bytes = DecoderModel.bytes(
      for: try spec(), rows: 11, sequences: 1, context: 11, threads: 2, engine: engine,
      formats: FormatPlan(.f32))
    let arena = WeightArena(bytes: bytes.arena, seed: 1, pool: pool)
    let model = try model(engine, in: .view(arena))
    #expect(arena.laps == 0)
    let workspace = model.makeWorkspace(maxTokens: 11, sequences: 1, context: 11, pool: pool)
    let found = logits([tokens], model, workspace)
    #expect(distance(found, model.referenceLogits(of: tokens, pool: pool)) < tolerance)
    #expect(bytes.all == bytes.arena + bytes.table + bytes.caches + bytes.scratch)
  }

  @Test func anArenaThatIsTooSmallIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 1)
      let network = try FeedForwardSpec(width: 512, intermediate: 1024)
      let block = try BlockSpec(
        attention: SelfAttentionSpec(
          hidden: 512, heads: 4, keyValueHeads: 4, keyWidth: 128, valueWidth: 128, rotary: nil,
          scale: 0.1), feedForward: .dense(network), normEpsilon: 1e-5)
      // One layer has 10 MiB.
      let arena = WeightArena(bytes: 16 << 20, seed: 1, pool: pool)
      _ = DecoderModel(
        spec: DecoderSpec(blocks: [block, block], vocabulary: 8), seed: 1,
        engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32), pool: pool,
        in: .view(arena))
    }
  }
}
