import CThread
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// A run whose threads are bound to NUMA nodes, and what its record says of where weights lie.
@Suite struct BoundRunTests {
  private static var systemTells: Bool {
    var touched = 1
    return cthread_node_of_page(&touched) >= 0
  }

  /// Two nodes with made-up numbers, both with every processor: the run measures as any other does, and all
  /// pages are found to lie elsewhere.
  @Test(.enabled(if: systemTells, "the system does not tell where pages lie"))
  func aRunOnSeveralNodesLooksWhereItsWeightsLie() throws {
    let config = """
      {"model_type": "mixtral", "hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 1,
       "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 160,
       "num_local_experts": 8, "num_experts_per_tok": 2}
      """
    let machine = try MachineTree("two-sockets").probe.identity
    let engines = try Engines.table.filter { $0.name == "tile" }.map {
      try $0.open(EngineSettings())
    }
    let request = RunRequest(
      suite: Suite(
        candidates: [try Architecture(configJSON: Array(config.utf8), id: "small")],
        baselines: [.isoActive], routings: [.uniform]),
      sizes: WorkloadSizes(tokens: [1, 20]), threads: 3, budgetSeconds: 1, memoryBytes: 4 << 30,
      effort: .token)
    var measurement = Measurement(
      plans: [try RunPlan(request, engine: engines[0], machine: machine)],
      nodes: [500, 501].map {
        ProcessorNode(id: $0, processors: Array(0..<1024), cores: 2)
      })
    measurement.run()
    #expect(measurement.ending == nil)
    let record = measurement.record(
      of: [request], tool: ToolIdentity(version: "0", commit: "c", build: "release", swift: "6"),
      machine: machine, engines: engines)
    #expect(record.cells.count == 2)
    #expect(
      record.cautions.contains {
        $0.contains("pages of weights that were looked at lie on another")
      })
  }
}
