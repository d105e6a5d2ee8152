import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// Whole models: what is planned before anything is allocated, and runs of small ones.
@Suite struct EndToEndTests {
  private let machine: MachineIdentity

  init() throws { machine = try MachineTree("both-versions").probe.identity }

  private static let config = """
    {"model_type": "mixtral", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3,
     "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 160,
     "num_local_experts": 4, "num_experts_per_tok": 2, "max_position_embeddings": 64}
    """

  private func small() throws -> Architecture {
    try Architecture(configJSON: Array(Self.config.utf8), id: "small")
  }

  private func opened(_ name: String = "tile") throws -> OpenedEngine {
    try #require(try Engines.table.first { $0.name == name }?.open(EngineSettings()))
  }

  private func plan(
    _ model: Architecture, contexts: [Int] = [8], sequences: Int = 1, steps: Int = 2,
    format: WeightFormat = .f32, memory: Int = 1 << 50, engine: String = "tile"
  ) throws -> EndToEndPlan {
    try EndToEndPlan(
      EndToEndRequest(
        model, formats: FormatPlan(format), contexts: contexts, sequences: sequences, steps: steps,
        threads: 2, budgetSeconds: 0.01, memoryBytes: memory, effort: .token),
      engine: opened(engine), machine: machine)
  }

  /// OLMoE has 6.92 billion parameters: its weights are as large as that in either format, and routers, which are
  /// 32-bit, and padding of panels add less than a hundredth.
  @Test(arguments: [(WeightFormat.f32, 4), (.bf16, 2)])
  func theWeightsOfAllLayersAreCounted(format: WeightFormat, width: Int) throws {
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let bytes = try plan(model, format: format).bytes
    let table = model.vocabulary * model.hidden
    #expect(bytes.table == 4 * table)
    let expected = Double(width * (model.totalParameters - table))
    let found = Double(bytes.blocks + bytes.head)
    #expect(found / expected > 1 && found / expected < 1.01)
    // Keys and values of 16 heads of 128 elements, 16 layers, 10 tokens in chunks of up to 8·64 keys.
    #expect(bytes.caches >= 16 * 10 * 2 * 2048 * 4)
  }

  /// The refusal has every term, and the longest context that fits does fit.
  @Test func whatDoesNotFitIsRefusedWithTheLongestContextThatDoes() throws {
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let memory = 15 << 30
    let error = try #require(
      #expect(throws: PlanError.self) {
        try plan(model, contexts: [512, 4000], sequences: 4, format: .bf16, memory: memory)
      })
    guard case .modelMemory(_, let arithmetic, let needed, let allowed, let longest?) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(needed > allowed && allowed == memory)
    for term in ["16 layers", "head", "table of tokens", "4 sequences of 4002 tokens", "scratch"] {
      #expect(arithmetic.contains(term))
    }
    #expect(error.description.contains("--context of at most \(longest)"))
    #expect(!error.isUsage)
    _ = try plan(model, contexts: [longest], sequences: 4, format: .bf16, memory: memory)
    #expect(throws: PlanError.self) {
      try plan(model, contexts: [longest + 1], sequences: 4, format: .bf16, memory: memory)
    }
    let none = try #require(
      #expect(throws: PlanError.self) { try plan(model, format: .f32, memory: memory) })
    #expect(none.description.contains("no context fits"))
  }

  @Test func aSequenceBeyondTheModelsIsRefused() throws {
    let error = try #require(
      #expect(throws: PlanError.self) { try plan(small(), contexts: [8, 63], steps: 2) })
    #expect(error.description.contains("--context of at most 62"))
    #expect(error.isUsage)
    _ = try plan(small(), contexts: [62], steps: 2)
  }

  @Test func aModelWithPartsThatAreCountedOnlyIsRefused() throws {
    let model = try #require(Catalogue.architecture(id: "qwen3-next-80b-a3b"))
    let error = try #require(#expect(throws: PlanError.self) { try plan(model) })
    #expect(error.isUsage)
    #expect(error.description.contains("cannot be run end to end"))
    var biased = try small()
    biased = try Architecture(
      id: "biased", modelType: biased.modelType, hidden: biased.hidden,
      vocabulary: biased.vocabulary, tiedEmbeddings: false, layers: biased.layers,
      surroundings: .init(otherParameters: 0, headHasBias: true))
    let outside = try #require(#expect(throws: PlanError.self) { try plan(biased) })
    #expect(outside.description.contains("outside of its layers"))
  }

  /// Whole runs: every layer and the head are checked, and there is a row for each kind of pass and context.
  @Test(arguments: ["tile", "blas"], [1, 3])
  func aSmallModelIsMeasured(name: String, sequences: Int) throws {
    let engine = try opened(name)
    for format in [WeightFormat.f32, .bf16] where engine.engine.supports(format) {
      let plan = try plan(
        small(), contexts: [5, 20], sequences: sequences, format: format, engine: name)
      let run = EndToEndRun(plan)
      var stages: [String] = []
      try run.measure(progress: { stages.append($0.doing) })
      #expect(stages.contains { $0.hasPrefix("checking") })
      let document = try #require(
        EndToEndDocument(
          run, plan: plan, engine: engine, created: "now",
          tool: ToolIdentity(version: "1", commit: "unknown", build: "debug", swift: "6"),
          machine: machine, failure: nil))
      #expect(document.layers == 3)
      #expect(document.check.layers <= 1 && document.check.head <= 1)
      #expect(document.passes.map(\.context) == [5, 20, 5, 20])
      #expect(document.passes.map(\.kind) == [.prefill, .prefill, .decode, .decode])
      for pass in document.passes {
        #expect(pass.rounds.count >= 6)
        #expect(pass.seconds.low <= pass.seconds.median && pass.seconds.median <= pass.seconds.high)
        #expect(pass.layerSeconds > 0 && pass.headSeconds > 0)
        #expect(pass.layerSeconds + pass.headSeconds <= 2 * pass.seconds.high)
        let tokens = Double(pass.kind == .prefill ? pass.context : sequences)
        #expect(abs(pass.tokensPerSecond.median * pass.seconds.median - tokens) < 1e-9 * tokens)
        let experts = try #require(pass.distinctExperts)
        #expect(experts >= 2 && experts <= 4)
      }
      // The layers of the whole model and its head, by the same count as every report's.
      let prefill = document.passes[1]
      #expect(prefill.flops > 20 * 2 * 3 * 2 * 3 * 64 * 96)
    }
  }

  /// A run that is stopped before its first whole round has nothing to tell.
  @Test func aRunThatIsStoppedHasNoDocument() throws {
    let plan = try plan(small())
    let run = EndToEndRun(plan)
    #expect(throws: RunError.cancelled) { try run.measure(isCancelled: { true }) }
    #expect(run.log.isEmpty)
  }
}
