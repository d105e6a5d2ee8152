import LayerSpec
import Testing
import Tile

@testable import MoEKernel

/// Attention against double precision, and a sequence in parts against itself at once.
@Suite struct AttentionTests {
  /// A shape, and how it is decoded.
  struct Shape: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let spec: @Sendable () throws -> SelfAttentionSpec

    static let all = [
      grouped("one head each", heads: 3, keyValueHeads: 3, width: 64),
      grouped("groups of 4", heads: 8, keyValueHeads: 2, width: 20),
      grouped("a group of 7, which fills no tile", heads: 7, keyValueHeads: 1, width: 128),
      grouped("a group of 40, more than a task has", heads: 40, keyValueHeads: 1, width: 8),
      grouped("a window", heads: 4, keyValueHeads: 2, width: 16, reach: .window(37)),
      grouped("chunks", heads: 4, keyValueHeads: 2, width: 16, reach: .chunk(24)),
      grouped("a bound of scores", heads: 4, keyValueHeads: 2, width: 16, softcap: 1.5),
      latent("latent, a panel in part", heads: 5, rank: 20, rotary: 4),
      latent("latent, several panels", heads: 80, rank: 70, rotary: 6),
    ]

    private static func grouped(
      _ name: String, heads: Int, keyValueHeads: Int, width: Int,
      reach: SelfAttentionSpec.Reach = .all, softcap: Float? = nil
    ) -> Shape {
      Shape(testDescription: name) {
        try SelfAttentionSpec(
          hidden: 8, heads: heads, keyValueHeads: keyValueHeads, keyWidth: width,
          valueWidth: width - 3, rotary: nil, reach: reach, scale: 1, softcap: softcap)
      }
    }

    private static func latent(_ name: String, heads: Int, rank: Int, rotary: Int) -> Shape {
      Shape(testDescription: name) {
        try SelfAttentionSpec(
          hidden: 8, heads: heads, keyValueHeads: heads, keyWidth: 8 + rotary, valueWidth: 10,
          latent: .init(
            queryRank: nil, rank: rank, plainWidth: 8, rotaryWidth: rotary, normEpsilon: 1e-6),
          rotary: nil, scale: 1)
      }
    }
  }

  /// Sums of up to 140 products and of up to 2100 keys err by about √n·u each, 8 of which is a cautious bound:
  /// 8·(√140 + √2100)·2⁻²⁴ of the values, and the outputs, which are means of many, may be smaller than those by
  /// the root of their number, 46.
  private static let tolerance = 8 * 58 * 46 * 0x1p-24

  @Test(arguments: Shape.all, TileLevel.supported)
  func promptsAndStepsAgreeWithDoublePrecision(shape: Shape, level: TileLevel) throws {
    let pool = WorkerPool(threads: 2)
    // Prompts that end within a panel, a chunk and a task; steps whose context is one part, and several.
    let passes: [(sequences: Int, tokens: Int, context: Int)] = [
      (1, 1, 0), (1, 17, 0), (2, 131, 0), (1, 5, 300), (1, 1, 1),
      (3, 1, 127), (2, 1, 2099),
    ]
    for pass in passes {
      let product = AttentionProduct(
        try shape.spec(), sequences: pass.sequences, tokens: pass.tokens, context: pass.context,
        copies: 2, engine: TileEngine(level: level), seed: 7, pool: pool)
      let error = product.relativeError()
      #expect(error <= Self.tolerance, "\(pass): \(error)")
    }
  }

  /// A window that ends shortly before a chunk of keys does is seen by some tiles of a task and not by others: these
  /// begin with a later chunk.
  @Test(arguments: TileLevel.supported)
  func tilesOfATaskBeginWithChunksOfTheirOwn(level: TileLevel) throws {
    for window in [1, 7] {
      let spec = try SelfAttentionSpec(
        hidden: 64, heads: 4, keyValueHeads: 1, keyWidth: 16, valueWidth: 16, rotary: nil,
        reach: .window(window), scale: 1)
      let product = AttentionProduct(
        spec, sequences: 1, tokens: 300, context: 0, copies: 1, engine: TileEngine(level: level),
        seed: 3, pool: WorkerPool(threads: 2))
      // As `tolerance`, with 16 elements of a key and 7 keys.
      #expect(product.relativeError(of: 0..<300) <= 8 * 16 * 7 * 0x1p-24)
    }
  }

  /// How many threads there are changes no bit.
  @Test(arguments: Shape.all)
  func threadsChangeNothing(shape: Shape) throws {
    func outputs(threads: Int) throws -> [Float] {
      let product = AttentionProduct(
        try shape.spec(), sequences: 2, tokens: 1, context: 2099, copies: 1,
        engine: try TileEngine(forcedLevel: nil), seed: 7, pool: WorkerPool(threads: threads))
      product.pass()
      return product.elements
    }
    let alone = try outputs(threads: 1)
    #expect(try outputs(threads: 3) == alone)
    #expect(alone.contains { $0 != 0 })
  }

  /// A sequence in one pass, in two, and token by token comes to the same: latent attention is expanded in the
  /// first and in the latent space in the others.
  @Test(arguments: BlockCase.all, TileLevel.supported)
  func stepsContinueAPrompt(block: BlockCase, level: TileLevel) throws {
    let (spec, pool, tokens) = (try block.spec(), WorkerPool(threads: 2), 23)
    let layer = BlockLayer(
      spec: spec, seed: 11, engine: TileEngine(level: level), formats: FormatPlan(.f32), pool: pool)
    let input = Matrix(rows: tokens, columns: spec.hidden)
    input.fill(seed: 13, pool: pool)
    func outputs(cuts: [Int]) -> [Float] {
      let workspace = layer.makeWorkspace(
        maxTokens: tokens, sequences: 1, context: tokens, pool: pool)
      var (first, outputs): (Int, [Float]) = (0, [])
      for count in cuts {
        let rows = (first..<first + count).flatMap { input.row($0) }
        let output = Matrix(rows: count, columns: spec.hidden)
        layer.extend(
          [count], Matrix(rows: count, columns: spec.hidden, elements: rows), into: output,
          workspace: workspace, pool: pool)
        outputs += output.elements
        first += count
      }
      return outputs
    }
    let whole = outputs(cuts: [tokens])
    let largest = whole.map(abs).max() ?? 0
    for cuts in [[9, 14], Array(repeating: 1, count: tokens)] {
      let difference = zip(whole, outputs(cuts: cuts)).map { abs($0 - $1) }.max() ?? .infinity
      // As the golden blocks: about seven products of √48·u each, with a gain of 5.
      #expect(difference <= 1e-5 * largest)
    }
  }
}
