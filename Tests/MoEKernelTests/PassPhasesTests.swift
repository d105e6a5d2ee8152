import Glibc
import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// Nothing here depends on how long anything takes, only on what must contain what.
@Suite struct PassPhasesTests {
  /// Readings of the clock are whole nanoseconds, and every phase is a difference of two; their sums in
  /// floating point are exact to far less than one.
  private let resolution = 1e-9

  private func expectOrder(_ region: RegionSeconds) {
    #expect(region.busy >= 0 && region.waiting >= 0)
    #expect(region.busy + region.waiting <= region.wall + resolution)
  }

  private func expectOrder(_ phases: PassPhases, within seconds: Double) {
    expectOrder(phases.networks)
    expectOrder(phases.projections)
    let others = [phases.routerSeconds, phases.dispatchSeconds, phases.combineSeconds]
    for seconds in others { #expect(seconds >= -resolution) }
    let sum = others.reduce(phases.networks.wall + phases.projections.wall, +)
    #expect(sum > 0)
    #expect(sum <= seconds + resolution)
  }

  private func seconds(_ body: () -> Void) -> Double {
    let start = MonotonicClock.nanoseconds()
    body()
    return Double(MonotonicClock.nanoseconds() - start) * 1e-9
  }

  @Test(arguments: [1, 2, 3], [1, 40])
  func ofASparsePassContainEachOther(threads: Int, tokens: Int) throws {
    let pool = WorkerPool(threads: threads)
    for layerCase in LayerCase.all {
      for way in try EngineFormat.all() {
        let spec = layerCase.spec
        let layer = SparseLayer(
          spec: spec, seed: 1, residentExperts: spec.experts, engine: way.engine,
          formats: way.formats, pool: pool)
        let workspace = layer.makeWorkspace(maxTokens: tokens, pool: pool)
        let input = Matrix(rows: tokens, columns: spec.hidden)
        input.fill(seed: 2, pool: pool)
        let output = Matrix(rows: tokens, columns: spec.hidden)
        let wall = seconds {
          layer.forward(input, into: output, workspace: workspace, pool: pool)
        }
        let phases = workspace.phases
        expectOrder(phases, within: wall)
        #expect(phases.networks.busy > 0)
        #expect((phases.projections.wall > 0) == (spec.latent != nil))
        if threads == 1 {
          #expect(phases.networks.busy == phases.networks.wall)
          #expect(phases.networks.waiting == 0)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func ofADensePassHaveNoRouter(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    let spec = try FeedForwardSpec(width: 40, intermediate: 700)
    for way in try EngineFormat.all() {
      let layer = DenseLayer(
        spec: spec, seed: 4, engine: way.engine, formats: way.formats, pool: pool)
      let workspace = layer.makeWorkspace(maxTokens: 9, pool: pool)
      let input = Matrix(rows: 9, columns: 40)
      input.fill(seed: 6, pool: pool)
      let output = Matrix(rows: 9, columns: 40)
      let wall = seconds {
        layer.forward(input, into: output, workspace: workspace, pool: pool)
      }
      expectOrder(workspace.phases, within: wall)
      #expect(workspace.phases.routerSeconds == 0)
      #expect(workspace.phases.combineSeconds == 0)
      #expect(workspace.phases.projections == RegionSeconds())
    }
  }

  @Test func ofAPassWithoutTokensAreNothing() throws {
    let pool = WorkerPool(threads: 2)
    let spec = try FeedForwardSpec(width: 40, intermediate: 70)
    let layer = DenseLayer(
      spec: spec, seed: 4, engine: try blasEngine(), formats: FormatPlan(.f32), pool: pool)
    let workspace = layer.makeWorkspace(maxTokens: 1, pool: pool)
    for tokens in [1, 0] {
      let input = Matrix(rows: tokens, columns: 40)
      let output = Matrix(rows: tokens, columns: 40)
      layer.forward(input, into: output, workspace: workspace, pool: pool)
    }
    #expect(workspace.phases == PassPhases())
  }
}

@Suite struct RegionSecondsTests {
  /// Three workers from 100 ns on: two tasks until 400 and 700, and one that came after the last.
  @Test func aLateWorkerIsNotWaitedForAsIfItWorked() {
    let spans = WorkerSpans(workers: 3)
    spans.note(0, begin: 100, end: 400)
    spans.note(1, begin: 200, end: 700)
    spans.note(2, begin: 900, end: 900)
    let seconds = spans.seconds(wall: 1000)
    #expect(abs(seconds.wall - 1000e-9) < 1e-20)
    #expect(abs(seconds.busy - (300 + 500) / 3 * 1e-9) < 1e-12)
    #expect(abs(seconds.waiting - 100e-9) < 1e-12)
  }

  @Test func aRegionOfTheCallerAloneKeepsTheOthersWaiting() {
    let alone = RegionSeconds.alone(nanoseconds: 800, threads: 4)
    #expect(abs(alone.busy - 200e-9) < 1e-20)
    #expect(abs(alone.waiting - 600e-9) < 1e-20)
    #expect(RegionSeconds.alone(nanoseconds: 5, threads: 1).waiting == 0)
  }

  @Test(arguments: [1, 2, 3], [0, 1, 2, 100])
  func everyIndexIsVisitedOnce(threads: Int, count: Int) {
    let pool = WorkerPool(threads: threads)
    let visits = Matrix(rows: 1, columns: count)
    for _ in 0..<3 {
      let seconds = pool.forEach(count, isAhead: threads == 2, in: visits) { visits, _, index, _ in
        // Each index is one worker's alone.
        visits[0, index] += 1
      }
      #expect(seconds.busy + seconds.waiting <= seconds.wall + 1e-9)
    }
    #expect(visits.elements == [Float](repeating: 3, count: count))
  }
}
