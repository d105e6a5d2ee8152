import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// Decoder blocks as workloads: which blocks a pairing has, what a pass is, and that a wrong one has no time.
@Suite struct BlockWorkloadTests {
  private func pairing(_ candidate: String, _ baseline: Baseline) throws -> Pairing {
    Pairing(
      candidate: try #require(Catalogue.architecture(id: candidate)), baseline: baseline,
      routings: [])
  }

  @Test(arguments: [WorkloadKind.blockForward, .blockDecode])
  func blocksAreCountedByKind(kind: WorkloadKind) throws {
    let llama = try #require(Catalogue.architecture(id: "llama2-70b"))
    let layers = try BlockWorkload(kind).layers(of: pairing("mixtral-8x7b", .named(llama)))
    #expect(layers.candidate.map(\.count) == [32])
    #expect(layers.baseline.map(\.count) == [80])
    #expect(layers.candidate[0].layer.name == "sparse E=8 K=2 F=14336 heads=32/8")
    let dense = try BlockWorkload(kind).layers(of: pairing("olmoe-1b-7b", .isoActive))
    #expect(dense.baseline[0].layer.name == "dense F=8192 heads=16/16")
  }

  /// A model with blocks that cannot be computed is named, with what can be measured of it.
  @Test func aModelThatIsCountedOnlyIsRefused() throws {
    let error = #expect(throws: PlanError.self) {
      try BlockWorkload(.blockForward).layers(of: pairing("qwen3-next-80b-a3b", .isoActive))
    }
    #expect(try #require(error).description.contains("--workload ffn-forward"))
    let training = #expect(throws: PlanError.self) {
      try BlockTrainWorkload().layers(of: pairing("qwen3-next-80b-a3b", .isoActive))
    }
    #expect(try #require(training).description.contains("cannot be measured by block-train"))
  }

  private let config = """
    {"model_type": "mixtral", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
     "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 160,
     "num_local_experts": 4, "num_experts_per_tok": 2}
    """

  /// A whole run of each kind: every cell is checked against the oracle before it is timed.
  @Test(
    arguments: [
      (WorkloadKind.blockForward, WorkloadSizes(tokens: [1, 37])),
      (.blockDecode, WorkloadSizes(tokens: [1], sequences: [1, 3], context: [0, 70])),
    ], ["tile", "blas"])
  func cellsOfBlocksAreMeasured(of: (kind: WorkloadKind, sizes: WorkloadSizes), name: String) throws
  {
    let machine = try MachineTree("both-versions").probe.identity
    let engine = try #require(try Engines.table.first { $0.name == name }?.open(EngineSettings()))
    for format in [WeightFormat.f32, .bf16] where engine.engine.supports(format) {
      let request = RunRequest(
        suite: Suite(
          candidates: [try Architecture(configJSON: Array(config.utf8), id: "small")],
          baselines: [.isoActive], routings: [], workload: BlockWorkload(of.kind)),
        workload: BlockWorkload(of.kind), formats: FormatPlan(format), sizes: of.sizes, threads: 2,
        budgetSeconds: 1, memoryBytes: 4 << 30, effort: .token)
      let run = Run(try RunPlan(request, engine: engine, machine: machine))
      try run.measure()
      #expect(run.unmeasured.isEmpty)
      #expect(run.cells.count == of.sizes.workloads(of.kind).count)
      for cell in run.cells {
        let phases = try #require(cell.measured.sides.candidate.phases)
        #expect(phases.productSeconds > 0 && phases[.elementwise] > 0)
      }
    }
  }

  /// The same of training steps, which are of 32-bit floats: a step is checked against oracles before it is timed.
  @Test(arguments: ["tile", "blas"], [nil, ForcedWidth(divisor: 2)])
  func trainingStepsOfBlocksAreMeasured(name: String, width: ForcedWidth?) throws {
    let machine = try MachineTree("both-versions").probe.identity
    let engine = try #require(try Engines.table.first { $0.name == name }?.open(EngineSettings()))
    var request = RunRequest(
      suite: Suite(
        candidates: [try Architecture(configJSON: Array(config.utf8), id: "small")],
        baselines: [.isoTotal], routings: [], workload: BlockTrainWorkload()),
      workload: BlockTrainWorkload(), formats: FormatPlan(.f32),
      sizes: WorkloadSizes(tokens: [1, 37]), threads: 2, budgetSeconds: 1, memoryBytes: 4 << 30,
      effort: .token)
    request.width = width
    let run = Run(try RunPlan(request, engine: engine, machine: machine))
    try run.measure()
    #expect(run.unmeasured.isEmpty, "\(run.unmeasured)")
    #expect(run.cells.count == 2)
    for cell in run.cells {
      let phases = try #require(cell.measured.sides.candidate.phases)
      #expect(phases.productSeconds > 0 && phases[.elementwise] > 0)
    }
    request.formats = FormatPlan(.bf16)
    if engine.engine.supports(.bf16) {
      #expect(throws: PlanError.self) {
        try RunPlan(request, engine: engine, machine: machine)
      }
    }
  }

  /// Three times the FLOPs of a pass, as PyTorch counts them of forward and backward in eager mode.
  @Test func aStepHasThreeTimesTheFLOPs() throws {
    let folder = try GoldenFolder(training: "qwen3_moe_block")
    let golden = try GoldenModel(config: folder.config).layer(
      tensors: folder.tensors, io: folder.io)
    let spec = try #require(golden.layer as? DecoderBlock).spec
    let workload = Workload(.blockTrain, tokens: 17)
    func flops(_ layer: any MeasurableLayer) -> Double {
      layer.operations(workload, formats: FormatPlan(.f32)).reduce(0) { $0 + Double($1.flops) }
    }
    let pass = DecoderBlockLayer(spec, .blockForward)
    #expect(flops(TrainedBlock(pass)) == 3 * flops(pass))
  }

  /// OLMoE is made for 4096 tokens: a step of decoding adds one to its context.
  @Test(arguments: [
    (WorkloadKind.blockDecode, 4095), (.blockForward, 4096), (.blockTrain, 4096),
  ])
  func aContextBeyondTheModelsIsRefused(kind: WorkloadKind, most: Int) throws {
    let layer = try #require(Workloads.workload(named: kind.rawValue))
      .layers(of: pairing("olmoe-1b-7b", .isoActive)).candidate[0].layer
    func check(_ size: Int) throws {
      let workload =
        kind == .blockDecode
        ? Workload(kind, tokens: 1, context: size) : Workload(kind, tokens: size)
      try layer.check(workload, formats: FormatPlan(.f32))
    }
    try check(most)
    let error = #expect(throws: UncountableLayer.self) { try check(most + 1) }
    #expect(try #require(error).description.contains("of at most \(most)"))
  }

  /// Copies of a block have a context each, but where one alone is beyond the caches, or passes begin without.
  @Test func copiesHaveContextsOfTheirOwn() throws {
    let engine = try TileEngine(forcedLevel: nil)
    let formats = FormatPlan(.f32)
    let planned = try BlockWorkload(.blockDecode)
      .layers(of: pairing("olmoe-1b-7b", .isoActive)).candidate[0]
    // Eight gibibytes are not to stay in the caches: six copies of 1.6 GB.
    let plan = try #require(
      LayerPlan(planned, divisor: 1, residence: .fewest, cacheBytes: 1 << 30, formats: formats))
    #expect(plan.copies == 6)
    let short = Workload(.blockDecode, tokens: 1, context: 1023)
    #expect(plan.contexts(short, engine: engine) == 6)
    #expect(plan.contexts(Workload(.blockForward, tokens: 1024), engine: engine) == 1)
    let many = Workload(.blockDecode, tokens: 1, sequences: 1024, context: 1023)
    #expect(plan.contexts(many, engine: engine) == 1)
    // 2 · 16 heads · 128 elements · 4 bytes · 1024 tokens, in whole chunks of keys.
    #expect(plan.measured.contextBytes(short, engine: engine) == 16 << 20)
    let one = plan.measured.memoryBytes(
      residentSegments: plan.residentSegments, workload: short, threads: 1, engine: engine,
      formats: formats)
    let empty = plan.measured.memoryBytes(
      residentSegments: plan.residentSegments, workload: Workload(.blockDecode, tokens: 0),
      threads: 1, engine: engine, formats: formats)
    #expect(
      plan.bytes(short, threads: 1, engine: engine, formats: formats)
        == one + 5 * empty + 5 * (16 << 20))
  }

  /// Contexts that no memory holds are refused by a plan, before anything is allocated.
  @Test(arguments: [(1, 1 << 40), (1 << 40, 1), (1 << 20, 1 << 20), (4096, 1 << 20)])
  func aCacheBeyondMemoryIsRefused(sequences: Int, context: Int) throws {
    let machine = try MachineTree("both-versions").probe.identity
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil))
    let request = RunRequest(
      suite: Suite(
        candidates: [try #require(Catalogue.architecture(id: "olmoe-1b-7b"))],
        baselines: [.isoActive], routings: [], workload: BlockWorkload(.blockDecode)),
      workload: BlockWorkload(.blockDecode),
      sizes: WorkloadSizes(tokens: [1], sequences: [sequences], context: [context]), threads: 2,
      budgetSeconds: 1, memoryBytes: 8 << 30)
    #expect(throws: PlanError.self) { try RunPlan(request, engine: engine, machine: machine) }
  }
}
