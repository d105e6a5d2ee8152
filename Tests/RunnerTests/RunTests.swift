import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// A run goes on where a cell is wrong, and keeps all others.
@Suite struct RunTests {
  /// Passes that take the time they say, without computing anything.
  private struct Pretended: MeasurableLayer {
    let name: String
    var narrowestWidth: Int { 1 }
    func narrowed(by divisor: Int) -> Pretended? { divisor == 1 ? self : nil }
    var segments: WeightSegments? { nil }
    var router: RouterShape? { nil }
    func check(_ workload: Workload, formats: FormatPlan) throws(UncountableLayer) {}
    func weightBytes(_ part: WeightPart, formats: FormatPlan) -> Int { 1 << 20 }

    func memoryBytes(
      residentSegments: Int?, workload: Workload, threads: Int, engine: any Engine,
      formats: FormatPlan
    ) -> Int { 1 << 20 }

    /// A thousand FLOPs, or so many that no machine does them in a millisecond.
    func operations(_ workload: Workload, formats: FormatPlan) -> [ModelSpec.Operation] {
      let flops = workload.tokens == RunTests.impossible ? 1_000_000_000_000_000 : 1000
      return [Operation(.projection, flops: flops, format: .f32, weightBytes: 1)]
    }

    func prepare(
      _ plan: LayerPlan, for workload: Workload, with resources: PassResources
    ) -> any PreparedPass { PretendedPass(layer: self, workload: workload) }
  }

  private final class PretendedPass: PreparedPass {
    let layer: Pretended
    let workload: Workload
    private var checks = 0

    init(layer: Pretended, workload: Workload) {
      self.layer = layer
      self.workload = workload
    }

    func load(_ workload: Workload, routing: Routing, seed: UInt64) {}

    func pass(_ number: Int) -> PassTime {
      PassTime(measured: 0.001, atFullWidth: 0.001, phases: .zero)
    }

    func check(seed: UInt64) throws(PassFault) {
      checks += 1
      if workload.tokens == RunTests.wrong || workload.tokens == RunTests.turningWrong && checks > 1
      {
        throw .wrongOutput(error: 1, tolerance: 0.1)
      }
    }

    var operations: [ModelSpec.Operation] { layer.operations(workload, formats: FormatPlan(.f32)) }
  }

  private struct Pretence: MeasurableWorkload {
    let kind = WorkloadKind(rawValue: "pretence")

    func layers(of pairing: Pairing) throws(PlanError) -> PairedLayers {
      PairedLayers(
        baseline: [PlannedLayer(Pretended(name: "baseline"), count: 1)],
        candidate: [PlannedLayer(Pretended(name: "candidate"), count: 1)])
    }
  }

  private static let wrong = 2
  private static let impossible = 3
  private static let turningWrong = 5

  private let machine = MachineIdentity(
    cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 1, effectiveCPUs: 1,
    lastLevelCacheBytes: 64 << 10, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
    hypervisor: nil)

  /// Probes as short as a token's, which are relied on: what is looked for is off by orders of magnitude.
  private let effort = MeasuringEffort(
    ceilings: .token, ceilingsBesideCells: .tokenGlance, ceilingsInDoubt: .token,
    shortestSliceSeconds: 0.001, reliesOnCeilings: true)

  @Test func wrongAndImpossibleCellsAreLeftOutAndTheRunGoesOn() throws {
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let request = RunRequest(
      suite: Suite(
        candidates: [model], baselines: [.isoActive], routings: [], workload: Pretence()),
      workload: Pretence(),
      sizes: WorkloadSizes(tokens: [1, Self.wrong, Self.impossible, 4, Self.turningWrong]),
      threads: 1,
      budgetSeconds: 1, memoryBytes: 1 << 30, effort: effort)
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil))
    let run = Run(try RunPlan(request, engine: engine, machine: machine))
    let error = #expect(throws: RunError.self) { try run.measure() }
    guard case .wrongOutput? = error else {
      Issue.record("the first that was wrong is told, not \(String(describing: error))")
      return
    }
    #expect(run.cells.map(\.measured.tokens) == [1, 4])
    #expect(run.unmeasured.map(\.status) == [.failed, .failed, .failed])
    #expect(
      run.unmeasured.map(\.conditions.workload.tokens)
        == [Self.wrong, Self.impossible, Self.turningWrong])
    #expect(run.unmeasured.allSatisfy { $0.reason?.contains("olmoe-1b-7b") == true })
    for cell in run.cells {
      #expect(Set(cell.measured.rounds.map(\.visit)).count >= RatioEstimate.fewestVisits)
      #expect(cell.measured.timeRatio.median == 1)
    }
  }

  /// A budget that probes alone exceed, for they read 256 MiB: the run is measured all the same, and says what it
  /// took.
  @Test(arguments: [(0.03, true), (.infinity, false)])
  func aRunBeyondItsBudgetSaysSo(budget: Double, isBeyond: Bool) throws {
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let request = RunRequest(
      suite: Suite(
        candidates: [model], baselines: [.isoActive], routings: [], workload: Pretence()),
      workload: Pretence(), sizes: WorkloadSizes(tokens: [1]), threads: 1, budgetSeconds: budget,
      memoryBytes: 1 << 30, effort: .token)
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil))
    let run = Run(try RunPlan(request, engine: engine, machine: machine))
    try run.measure()
    #expect(run.cells.count == 1)
    #expect(run.cautions.map { $0.contains("with a budget of 30 ms") } == (isBeyond ? [true] : []))
  }

  /// Copies of a layer that is mostly padding fit the arena that was planned for them.
  @Test(arguments: [(1, 64), (1, 1), (17, 100)]) func paddedCopiesFit(outputs: Int, inputs: Int)
    throws
  {
    var machine = machine
    machine.lastLevelCacheBytes = 32 << 20
    let engines = [OpenedEngine(try TileEngine(forcedLevel: nil))]
    let request = ProductRequest(
      rows: [1], outputs: outputs, inputs: inputs, threads: 1, memoryBytes: 2 << 30, effort: .token)
    let run = Run(try RunPlan(request, engines: engines, machine: machine))
    try run.measure()
    #expect(run.cells.count == 1)
  }
}
