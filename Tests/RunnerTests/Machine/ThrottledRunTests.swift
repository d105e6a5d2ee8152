import ModelSpec
import Testing

@testable import Runner

/// A quota that stops a run is in the record: at both ends, and in every cell that it stopped.
@Suite struct ThrottledRunTests {
  /// Readings before the run, before and after every visit, and after the run: the first three visits to the
  /// second of two cells are stopped once each.
  private final class Counter {
    private var readings = 0
    private var times = 5

    var next: ThrottledTime {
      defer { readings += 1 }
      let (visit, isEnd) = ((readings - 1) / 2, readings > 0 && readings % 2 == 0)
      if isEnd, visit % 2 == 1, times < 8 { times += 1 }
      return ThrottledTime(times: times, seconds: Double(times) / 10)
    }
  }

  /// With a given number of rounds, cells are visited in turns whatever the time.
  @Test func theRecordHoldsBothEndsAndMarksTheCell() throws {
    let config = """
      {"model_type": "mixtral", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 1,
       "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 160,
       "num_local_experts": 4, "num_experts_per_tok": 2}
      """
    let machine = try MachineTree("both-versions").probe.identity
    let engine = try Engines.table[0].open(EngineSettings())
    let request = RunRequest(
      suite: Suite(
        candidates: [try Architecture(configJSON: Array(config.utf8), id: "small")],
        baselines: [.isoActive], routings: [.uniform]),
      sizes: WorkloadSizes(tokens: [1, 2]), threads: 1, memoryBytes: 4 << 30,
      effort: .token)
    let plan = try RunPlan(request, engine: engine, machine: machine)
    let inTurns = RunPlan(
      cells: plan.cells, threads: 1, seed: plan.seed, budgetSeconds: plan.budgetSeconds,
      narrowInterval: plan.narrowInterval, rounds: 1, memoryBytes: plan.memoryBytes,
      effort: plan.effort, cacheBytes: plan.cacheBytes)
    let counter = Counter()
    var measurement = Measurement(
      plans: [inTurns],
      throttling: ThrottleMeter { counter.next })
    measurement.run()
    let record = measurement.record(
      of: [request], tool: ToolIdentity(version: "0", commit: "c", build: "release", swift: "6"),
      machine: machine, engines: [engine])
    #expect(record.machine.throttling?.before == ThrottledTime(times: 5, seconds: 0.5))
    #expect(record.machine.throttling?.after == ThrottledTime(times: 8, seconds: 0.8))
    let marks = record.cells.map { cell in
      cell.cautions.filter { $0.contains("stopped this process") }
    }
    #expect(marks.map(\.count) == [0, 1])
    #expect(marks.last?.first?.contains("3 times, for 300 ms in all") == true)
  }
}
