import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// Steps of whole blocks: their memory, their threads, and copies that take turns.
///
/// Their gradients are held against other programs' in `RunnerTests`.
@Suite struct BlockStepTests {
  private func layer(_ block: BlockCase, _ engine: any Engine, seed: UInt64 = 3) throws
    -> BlockLayer
  {
    BlockLayer(
      spec: try block.spec(), seed: seed, engine: engine, formats: FormatPlan(.f32),
      pool: WorkerPool(threads: 1))
  }

  /// A step with random input and cotangent: the output and the gradient by the input.
  private func run(_ step: BlockStep, tokens: Int, threads: Int) -> (
    output: [Float], input: [Float]
  ) {
    let pool = WorkerPool(threads: threads)
    func random(_ seed: UInt64) -> Matrix {
      let matrix = Matrix(rows: tokens, columns: BlockCase.hidden)
      matrix.fill(seed: seed, amplitude: 1, pool: pool)
      return matrix
    }
    func zeros() -> Matrix { Matrix(rows: tokens, columns: BlockCase.hidden) }
    let (output, gradient) = (zeros(), zeros())
    step.run(random(1), cotangent: random(2), into: output, inputGradient: gradient, pool: pool)
    return (output.elements, gradient.elements)
  }

  @Test(arguments: BlockCase.all)
  func threadsChangeNoBit(block: BlockCase) throws {
    let own = try layer(block, try TileEngine(forcedLevel: nil))
    let alone = BlockStep(own, maxTokens: 40, pool: WorkerPool(threads: 1))
    let together = BlockStep(own, maxTokens: 40, pool: WorkerPool(threads: 3))
    for tokens in [1, 33] {
      let (one, three) = (
        run(alone, tokens: tokens, threads: 1), run(together, tokens: tokens, threads: 3)
      )
      #expect(one.output == three.output)
      #expect(one.input == three.input)
    }
    #expect(tensors(alone.gradients) == tensors(together.gradients))
  }

  private func tensors(_ weights: BlockWeights) -> [[Float]] {
    var result = [
      weights.attention.query.matrix, weights.attention.output.matrix,
      weights.attentionNorms.before ?? [], weights.attention.queryNorm ?? [],
    ]
    switch weights.attention.keysAndValues {
    case .grouped(let key, let value): result += [key.matrix, value.matrix]
    case .latent(let compress, let norm, let expand): result += [compress.matrix, norm, expand]
    }
    return result
  }

  /// A step that went through another copy first gives what a new one gives.
  @Test(arguments: BlockCase.all)
  func copiesTakeTurns(block: BlockCase) throws {
    let engine = try TileEngine(forcedLevel: nil)
    let (first, second) = (try layer(block, engine), try layer(block, engine, seed: 8))
    let step = BlockStep(first, maxTokens: 20, pool: WorkerPool(threads: 2))
    _ = run(step, tokens: 20, threads: 2)
    step.use(second)
    let turned = run(step, tokens: 20, threads: 2)
    let fresh = BlockStep(second, maxTokens: 20, pool: WorkerPool(threads: 2))
    let expected = run(fresh, tokens: 20, threads: 2)
    #expect(turned.output == expected.output)
    #expect(turned.input == expected.input)
    #expect(tensors(step.gradients) == tensors(fresh.gradients))
  }

  /// Samples of a right step agree with the oracles, and those of a wrong one do not.
  @Test(arguments: BlockCase.all)
  func samplesTellRightFromWrong(block: BlockCase) throws {
    let step = BlockStep(
      try layer(block, try TileEngine(forcedLevel: nil)), maxTokens: 33,
      pool: WorkerPool(threads: 2))
    for tokens in [1, 2, 33] {
      _ = run(step, tokens: tokens, threads: 2)
      for sample in step.samples(ofTokens: tokens, unit: 5, pool: WorkerPool(threads: 2)) {
        #expect(error(sample) < 1e-4, "\(sample.name) of \(tokens) tokens")
      }
    }
    _ = run(step, tokens: 33, threads: 2)
    step.output.outputGradient.all[3][0] += 100
    let changed = step.samples(ofTokens: 33, unit: 0, pool: WorkerPool(threads: 2))
    #expect(changed.contains { $0.name == "gradient of W_o" && error($0) > 1e-2 })
  }

  private func error(_ sample: GradientSample) -> Double {
    let largest = sample.expected.map(abs).max() ?? 0
    let difference = zip(sample.values, sample.expected).map { abs(Double($0) - $1) }.max() ?? 0
    return largest > 0 ? difference / largest : difference
  }

  /// What a plan counts is no less than what a step and its block take.
  @Test(arguments: BlockCase.all, [1, 7, 200])
  func memoryIsCounted(block: BlockCase, tokens: Int) throws {
    for engine in try allEngines() where engine.trains {
      for threads in [1, 4] {
        let own = try layer(block, engine)
        let step = BlockStep(own, maxTokens: tokens, pool: WorkerPool(threads: threads))
        let counted = BlockStep.bytes(
          for: own.spec, maxTokens: tokens, threads: threads, engine: engine,
          formats: FormatPlan(.f32))
        let taken = MemoryCount(of: step).bytes
        #expect(taken <= counted, "\(engine.name): \(taken) of \(counted)")
        // Scratch of products is counted by its largest, and small blocks have little else.
        #expect(taken > 0)
      }
    }
    // As many tokens as a plan lets through.
    #expect(
      BlockStep.bytes(
        for: try block.spec(), maxTokens: 1 << 32, threads: 1,
        engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32)) > 1 << 40)
  }
}

/// Bytes of all buffers that an object leads to, each once.
private struct MemoryCount {
  private(set) var bytes = 0
  private var seen: Set<ObjectIdentifier> = []

  init(of object: AnyObject) { visit(object) }

  private mutating func visit(_ value: Any) {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .class {
      guard seen.insert(ObjectIdentifier(value as AnyObject)).inserted else { return }
      switch value {
      case let buffer as AlignedBuffer<Float>: bytes += buffer.count * 4
      case let buffer as AlignedBuffer<UInt8>: bytes += buffer.count
      case let buffer as AlignedBuffer<Int32>: bytes += buffer.count * 4
      case is WorkerPool: return
      default: break
      }
    }
    for child in mirror.children { visit(child.value) }
    if let parent = mirror.superclassMirror { for child in parent.children { visit(child.value) } }
  }
}
