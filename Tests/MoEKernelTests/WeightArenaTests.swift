import Glibc
import LayerSpec
import Testing

@testable import MoEKernel

@Suite struct WeightArenaTests {
  /// Layers whose weights are views of an arena compute what these weights say, in every format of every
  /// engine: padding of panels, which is random there, does not reach a result.
  @Test(arguments: LayerCase.all, [1, 15])
  func layersOfAnArenaAgreeWithTheirWeights(_ test: LayerCase, tokens: Int) throws {
    let pool = WorkerPool(threads: 2)
    let arena = WeightArena(bytes: 8 << 20, seed: 5, pool: pool)
    let input = Matrix(rows: tokens, columns: 37)
    input.fill(seed: 11, pool: pool)
    for way in try EngineFormat.all() {
      let layer = SparseLayer(
        spec: test.spec, seed: 3, residentExperts: test.spec.experts, engine: way.engine,
        formats: way.formats, pool: pool, in: .view(arena))
      #expect(layer.experts.networks.down.holdsWeights)
      let output = layer.output(of: input, pool: pool)
      expectClose(
        output.row(tokens - 1),
        layer.referenceOutput(of: input, token: tokens - 1, pool: pool),
        within: tolerance(for: .sparse(test.spec), way), "\(way)")
    }
  }

  @Test func denseLayersAndProductsDoToo() throws {
    let pool = WorkerPool(threads: 2)
    let arena = WeightArena(bytes: 8 << 20, seed: 5, pool: pool)
    let spec = try FeedForwardSpec(width: 31, intermediate: 70)
    func check<Layer: ExecutableLayer>(_ layer: Layer, _ way: EngineFormat) {
      let input = Matrix(rows: 9, columns: layer.width)
      input.fill(seed: 3, pool: pool)
      expectClose(
        layer.output(of: input, pool: pool).row(8),
        layer.referenceOutput(of: input, token: 8, pool: pool),
        within: tolerance(for: .dense(spec), way), "\(way) \(Layer.self)")
    }
    for way in try EngineFormat.all() {
      check(
        DenseLayer(
          spec: spec, seed: 1, engine: way.engine, formats: way.formats, pool: pool,
          in: .view(arena)), way)
      let products = MatrixProduct.copies(
        2, outputs: 23, inputs: 31, seed: 1, engine: way.engine, format: way.format, pool: pool,
        in: .view(arena))
      for product in products { check(product, way) }
    }
  }

  /// Formats whose blocks share a scale are stored, for a random word is none.
  @Test func whatACodecEncodesIsStored() throws {
    let pool = WorkerPool(threads: 1)
    let arena = WeightArena(bytes: 1 << 20, seed: 5, pool: pool)
    for engine in [
      try TileEngine(forcedLevel: nil, codecs: [ToyCodec()]) as any Engine,
      try blasEngine(codecs: [ToyCodec()]),
    ] {
      func product(_ memory: WeightMemory) -> MatrixProduct {
        MatrixProduct.copies(
          1, outputs: 16, inputs: 32, seed: 1, engine: engine, format: ToyFormat.format, pool: pool,
          in: memory)[0]
      }
      let input = Matrix(rows: 1, columns: 32)
      input.fill(seed: 3, pool: pool)
      let (stored, offered) = (product(.own), product(.view(arena)))
      #expect(
        stored.output(of: input, pool: pool).elements
          == offered.output(of: input, pool: pool).elements)
    }
  }

  private func words(_ arena: WeightArena, _ count: Int) -> [UInt32] {
    let buffer = AlignedBuffer<UInt32>(count: count, in: .view(arena))
    return (0..<count).map { buffer[$0] }
  }

  /// Both halves are bf16 numbers, and words 32-bit floats, of the promised size: none is 0, denormal or
  /// no number.
  ///
  /// The mean is below eight of its standard deviations, a / √(3n) each.
  @Test func wordsAreWeightsInEveryFormat() {
    let count = 1 << 19
    let words = words(WeightArena(bytes: 2 << 20, seed: 9, pool: WorkerPool(threads: 1)), count)
    let amplitude = Double(WeightArena.amplitude)
    let numbers: [[Double]] = [
      words.map { Double(Float(bitPattern: $0)) },
      words.map { Double(Float(bitPattern: $0 & 0xffff_0000)) },
      words.map { Double(Float(bitPattern: $0 << 16)) },
    ]
    for numbers in numbers {
      #expect(numbers.allSatisfy { abs($0) <= amplitude && abs($0) >= amplitude * 0x1p-16 })
      let mean = numbers.reduce(0, +) / Double(count)
      #expect(abs(mean) < 8 * amplitude / (3 * Double(count)).squareRoot())
      let square = numbers.reduce(0) { $0 + $1 * $1 } / Double(count)
      #expect(abs(square / (amplitude * amplitude / 3) - 1) < 0.02)
    }
    // A machine may keep only one of pages that are alike; here no two cache lines are.
    let lines = stride(from: 0, to: count, by: 16).map { Array(words[$0..<$0 + 16]) }
    #expect(Set(lines).count == lines.count)
  }

  @Test func theSameForASeedWithAnyThreads() {
    func some(_ seed: UInt64, threads: Int) -> [UInt32] {
      words(WeightArena(bytes: 5 << 20, seed: seed, pool: WorkerPool(threads: threads)), 1 << 20)
    }
    #expect(some(1, threads: 1) == some(1, threads: 3))
    #expect(some(1, threads: 1) != some(2, threads: 1))
  }

  /// Views follow each other, and begin again where the end is too near; none leaves the arena.
  @Test func viewsBeginAgainAtTheEnd() {
    let arena = WeightArena(bytes: 1, seed: 1, pool: WorkerPool(threads: 1))
    #expect(arena.bytes == 2 << 20)
    let first = arena.take(bytes: 1 << 20)
    #expect(arena.take(bytes: 1) == first + (1 << 20))
    #expect(arena.take(bytes: 1 << 20) == first)
    #expect(arena.take(bytes: 2 << 20) == first)
  }

  /// An arena that grows holds what one has that was written at once, and views go on where the last ended.
  @Test(arguments: [1, 3]) func growsToItsCapacity(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let arena = WeightArena(bytes: 1, capacity: 100 << 20, seed: 5, pool: pool)
    #expect(arena.bytes == 2 << 20)
    let first = arena.take(bytes: 1 << 20)
    arena.grow(to: 1, pool: pool)
    #expect(arena.bytes == 2 << 20)
    arena.grow(to: (4 << 20) + 1, pool: pool)
    #expect(arena.bytes == 6 << 20)
    #expect(arena.take(bytes: 4 << 20) == first + (1 << 20))
    arena.grow(to: 100 << 20, pool: pool) { false }
    #expect(arena.bytes == 6 << 20)
    arena.grow(to: 200 << 20, pool: pool)
    #expect(arena.bytes == 100 << 20)
    let whole = WeightArena(bytes: 100 << 20, seed: 5, pool: pool)
    #expect(memcmp(arena.start, whole.start, whole.bytes) == 0)
  }

  @Test func whatIsLargerThanTheArenaIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let arena = WeightArena(bytes: 1, seed: 1, pool: WorkerPool(threads: 1))
      _ = arena.take(bytes: (2 << 20) + 1)
    }
  }
}
