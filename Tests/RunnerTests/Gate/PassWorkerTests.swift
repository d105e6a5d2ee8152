import FoundationEssentials
import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// The other end of a gate: what a worker makes ready, times and counts.
@Suite struct PassWorkerTests {
  private static let config = """
    {"model_type": "mixtral", "hidden_size": 256, "intermediate_size": 512, "num_local_experts": 4,
     "num_experts_per_tok": 2, "num_hidden_layers": 2, "num_attention_heads": 4,
     "num_key_value_heads": 2, "vocab_size": 64}
    """

  private func cell(
    _ workload: String = "ffn-forward", tokens: Int = 3, threads: Int = 1, engine: String = "tile",
    model: String = "small"
  ) -> GateCell {
    GateCell(
      model: model, workload: WorkloadKind(rawValue: workload), tokens: tokens, threads: threads,
      engine: engine, precision: .f32)
  }

  private func worker(_ cells: [GateCell], checks: Bool = true) -> PassWorker {
    PassWorker(
      WorkerOrder(cells: cells, seed: 1, checks: checks),
      machine: MachineProbe(affinityCPUs: 2) { _ in nil }, engines: EngineSettings(),
      architecture: { name in
        guard name == "small" else { throw UnknownModel(name: name) }
        return try Architecture(configJSON: Array(Self.config.utf8), id: name)
      })
  }

  private struct UnknownModel: Error, CustomStringConvertible {
    let name: String
    var description: String { "there is no \(name)" }
  }

  @Test func cellsAreReadyOrSayWhyNot() {
    let cells = [
      cell(), cell("train-step"), cell(threads: 2), cell("sing"), cell(engine: "abacus"),
      cell(model: "large"),
    ]
    let hello = worker(cells).makeReady()
    #expect(hello.cells.map(\.id) == cells.map(\.id))
    #expect(hello.cells.map { $0.fault == nil } == [true, true, true, false, false, false])
    #expect(hello.cells[5].fault == "there is no large")
  }

  @Test func whatWasChosenByTryingIsSaid() throws {
    let hello = worker([cell()], checks: false).makeReady()
    let said = try #require(hello.choices)
    #expect(!said.isEmpty)
    // Tests beside this one may make this process choose more, but nothing else.
    let known = TileEngine.choices
    for (name, choice) in said { #expect(known[name] == choice) }
  }

  @Test func passesAreTimedAsAsked() throws {
    let cell = cell()
    let worker = worker([cell], checks: false)
    #expect(worker.makeReady().cells[0].work == nil)
    let sample = try #require(
      worker.answer(PassRequest(cell: cell.id, first: 5, untimed: 1, passes: 3)))
    #expect(sample.passes == 3 && sample.seconds > 0 && sample.cell == cell.id)
    #expect(worker.answer(PassRequest(cell: "other", first: 0, untimed: 0, passes: 1)) == nil)
  }

  /// FLOPs by hand: a router of 256×4 and two experts of three matrices of 256×512, for three tokens; each of two
  /// layers is alike, so one is built and counted once.
  @Test func countsAreThoseOfAPass() throws {
    let work = try #require(worker([cell()]).makeReady().cells[0].work)
    #expect(work["flops"] == 2 * 3 * (256 * 4 + 2 * 3 * 256 * 512))
    #expect(try #require(work["allocations"]) >= 0)
    #expect(work["blas_calls"] == nil)
    // With two threads, how long one waits for the other is the machine's.
    #expect(worker([cell(threads: 2)]).makeReady().cells[0].work?["instructions"] == nil)
  }

  @Test func productsOfLibrariesAreCounted() throws {
    try #require(Engines.installedBLAS != nil, "this test needs libopenblas0")
    let work = try #require(worker([cell(engine: "blas")]).makeReady().cells[0].work)
    // Every product of the layer is the library's, in four passes over four inputs.
    let multiplyAdds = try #require(work["blas_multiply_adds"])
    #expect(2 * multiplyAdds >= 4 * 2 * 3 * (2 * 3 * 256 * 512))
    #expect(try #require(work["blas_calls"]) > 0)
    let others = try #require(worker([cell(tokens: 4, engine: "blas")]).makeReady().cells[0].work)
    #expect(work["blas_shapes"] != others["blas_shapes"])
  }

  @Test func allocationsOfAllThreadsAreSeen() throws {
    let pool = WorkerPool(threads: 2)
    let folder = try TemporaryFolder()
    let some = try #require(
      PassCounts.allocations(of: {
        pool.run { worker in
          // What goes through the system is not folded away.
          _ = FileManager.default.fileExists(atPath: "\(folder.path)/\(worker)")
        }
      }))
    // Other tests allocate meanwhile, so it may be more; of a worker it is what the worker does.
    #expect(some >= 2)
  }
}
