import LayerSpec
import MoEKernel
import Testing

/// A pass in a workspace that was made for something else stops before it writes anywhere.
///
/// Kernels are optimised in every build, so these show what users get.
@Suite struct WorkspaceTests {
  private static func dense(
    width: Int = 64, units: Int = 96, engine: any Engine, formats: FormatPlan = FormatPlan(.f32)
  ) throws -> DenseLayer {
    DenseLayer(
      spec: try FeedForwardSpec(width: width, intermediate: units), seed: 1, engine: engine,
      formats: formats, pool: WorkerPool(threads: 1))
  }

  private static func sparse(
    experts: Int = 8, topK: Int = 2, units: Int = 32, engine: any Engine
  ) throws -> SparseLayer {
    SparseLayer(
      spec: try SparseLayerSpec(
        hidden: 64, experts: experts, topK: topK,
        expert: FeedForwardSpec(width: 64, intermediate: units), router: RouterPolicy()),
      seed: 1, residentExperts: experts, engine: engine, formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
  }

  private static func pass<Layer: ExecutableLayer>(
    _ layer: Layer, in workspace: Layer.Workspace, tokens: Int = 4, threads: Int = 1
  ) {
    let pool = WorkerPool(threads: threads)
    let input = Matrix(rows: tokens, columns: layer.width)
    input.fill(seed: 1, pool: pool)
    layer.forward(
      input, into: Matrix(rows: tokens, columns: layer.outputWidth), workspace: workspace,
      pool: pool)
  }

  private static var one: WorkerPool { WorkerPool(threads: 1) }

  /// One that fits serves layers of the same shape, with other weights and with fewer threads.
  @Test func servesLayersOfItsShape() throws {
    let engine = try TileEngine(forcedLevel: nil)
    let (first, second) = (try Self.sparse(engine: engine), try Self.sparse(engine: engine))
    let workspace = first.makeWorkspace(maxTokens: 4, pool: WorkerPool(threads: 2))
    Self.pass(first, in: workspace)
    Self.pass(second, in: workspace, threads: 2)
    #expect(workspace.tokens == 4)
    #expect(workspace.tokensPerExpert.reduce(0, +) == 8)
  }

  @Test func refusesASmallerLayers() async {
    await #expect(processExitsWith: .failure) {
      let engine = try TileEngine(forcedLevel: nil)
      let small = try Self.dense(units: 16, engine: engine)
      Self.pass(
        try Self.dense(engine: engine), in: small.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
    await #expect(processExitsWith: .failure) {
      let engine = try blasEngine()
      let small = try Self.sparse(topK: 1, engine: engine)
      Self.pass(
        try Self.sparse(engine: engine), in: small.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
    await #expect(processExitsWith: .failure) {
      let engine = try blasEngine()
      let small = try Self.sparse(experts: 4, engine: engine)
      Self.pass(
        try Self.sparse(engine: engine), in: small.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
  }

  @Test func refusesADenseLayersForASparseOne() async {
    await #expect(processExitsWith: .failure) {
      let engine = try TileEngine(forcedLevel: nil)
      let dense = try Self.dense(engine: engine)
      Self.pass(
        try Self.sparse(engine: engine), in: dense.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
  }

  /// BLAS stages no rows, so its workspace has no memory for staged ones.
  @Test func refusesAnotherEnginesStaging() async {
    await #expect(processExitsWith: .failure) {
      let other = try Self.dense(engine: try blasEngine())
      Self.pass(
        try Self.dense(engine: try TileEngine(forcedLevel: nil)),
        in: other.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
  }

  @Test func refusesAnotherFormats() async {
    await #expect(processExitsWith: .failure) {
      let engine = try TileEngine(forcedLevel: nil, codecs: [ToyCodec()])
      let other = try Self.dense(engine: engine)
      Self.pass(
        try Self.dense(engine: engine, formats: FormatPlan(ToyFormat.format)),
        in: other.makeWorkspace(maxTokens: 4, pool: Self.one))
    }
  }

  @Test func refusesMoreThreadsAndMoreTokens() async {
    await #expect(processExitsWith: .failure) {
      let layer = try Self.dense(engine: try TileEngine(forcedLevel: nil))
      Self.pass(layer, in: layer.makeWorkspace(maxTokens: 4, pool: Self.one), threads: 2)
    }
    await #expect(processExitsWith: .failure) {
      let layer = try Self.dense(engine: try TileEngine(forcedLevel: nil))
      Self.pass(layer, in: layer.makeWorkspace(maxTokens: 3, pool: Self.one))
    }
  }

  @Test func ofAProductRefusesOtherInputs() async {
    await #expect(processExitsWith: .failure) {
      let engine = try TileEngine(forcedLevel: nil)
      func product(_ inputs: Int) -> MatrixProduct {
        MatrixProduct(
          outputs: 32, inputs: inputs, seed: 1, engine: engine, format: .f32, pool: Self.one)
      }
      Self.pass(product(64), in: product(16).makeWorkspace(maxTokens: 4, pool: Self.one))
    }
  }
}
