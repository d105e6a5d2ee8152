import CCounters
import LayerSpec
import Testing

@testable import MoEKernel

/// A pass takes its memory from its workspace: what is timed allocates nothing, on no thread.
@Suite struct AllocationTests {
  /// Grouped and latent attention, dense and routed halves.
  static let blocks = BlockCase.all

  @Test(arguments: blocks.indices, [1, 2])
  func aStepOfDecodingAllocatesNothing(block: Int, threads: Int) throws {
    let pass = try Pass(Self.blocks[block].spec(), sequences: 3, context: 40, threads: threads)
    pass.workspace.fillCaches(tokens: 40, seed: 1, pool: pool(pass))
    let count = allocations(of: pass) {
      pass.workspace.rewind(to: 40)
      pass.layer.extend(
        each: 1, pass.input, into: pass.output, workspace: pass.workspace, pool: pass.pool)
    }
    #expect(count == 0)
  }

  @Test(arguments: blocks.indices, [1, 2])
  func aPromptAllocatesNothing(block: Int, threads: Int) throws {
    let pass = try Pass(Self.blocks[block].spec(), rows: 17, threads: threads)
    let count = allocations(of: pass) {
      pass.layer.forward(
        pass.input, into: pass.output, workspace: pass.workspace, pool: pass.pool)
    }
    #expect(count == 0)
  }

  /// The counter sees what a pass must not do.
  @Test func anAllocationIsCounted() {
    ccounters_begin_allocations()
    let array = [Int](repeating: 1, count: 1000)
    let count = ccounters_end_allocations()
    #expect(count >= 1)
    #expect(array.count == 1000)
  }

  private func pool(_ pass: Pass) -> WorkerPool { pass.pool }

  /// Allocations of all threads in the second pass; the first may make what stays.
  private func allocations(of pass: Pass, _ body: () -> Void) -> Int {
    body()
    let counts = AlignedBuffer<Int>(count: pass.pool.threads)
    let base = counts.base
    pass.pool.run { worker in if worker > 0 { ccounters_begin_allocations() } }
    ccounters_begin_allocations()
    body()
    base[0] = ccounters_end_allocations()
    pass.pool.run { worker in if worker > 0 { base[worker] = ccounters_end_allocations() } }
    return withExtendedLifetime(counts) {
      (0..<pass.pool.threads).reduce(0) { $0 + counts[$1] }
    }
  }

  /// A block with its inputs.
  private struct Pass {
    let layer: BlockLayer
    let workspace: BlockWorkspace
    let pool: WorkerPool
    let input: Matrix
    let output: Matrix

    init(
      _ spec: BlockSpec, sequences: Int = 1, rows: Int = 1, context: Int = 0, threads: Int
    ) throws {
      pool = WorkerPool(threads: threads)
      layer = BlockLayer(
        spec: spec, seed: 3, engine: TileEngine(level: try TileEngine(forcedLevel: nil).level),
        formats: FormatPlan(.f32), pool: pool)
      let all = sequences * rows
      workspace = layer.makeWorkspace(
        maxTokens: all, sequences: sequences, context: context + rows, pool: pool)
      input = Matrix(rows: all, columns: spec.hidden)
      input.fill(seed: 5, pool: pool)
      output = Matrix(rows: all, columns: spec.hidden)
    }
  }
}
