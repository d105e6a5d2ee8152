import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

/// Whole decoder blocks compute what Hugging Face transformers computed: prefill, decoding over a cache, and a
/// step of several sequences.
@Suite struct BlockVerifierTests {
  private func golden(_ name: String) throws -> (layer: GoldenLayer, block: DecoderBlock) {
    let folder = try GoldenFolder(block: name)
    let model = try GoldenModel(config: folder.config)
    let golden = try model.layer(tensors: folder.tensors, io: folder.io)
    return (golden, try #require(golden.layer as? DecoderBlock))
  }

  private func verify(
    _ golden: GoldenLayer, engine: any Engine, _ format: WeightFormat = .f32, threads: Int = 2
  ) throws -> [VerifyResult] {
    try Verifier(
      engine: engine, formats: FormatPlan(format), pool: WorkerPool(threads: threads)
    ).verify(golden, family: "family", directory: "directory")
  }

  private static func tileEngines() -> [any Engine] {
    ["v2", "v3", "v4", "neon"].compactMap { try? TileEngine(forcedLevel: $0) }
  }

  @Test func everyGoldenBlockIsFound() { #expect(GoldenFolder.blockNames.count >= 14) }

  @Test(arguments: GoldenFolder.blockNames)
  func everyEngineReproducesTheOutputs(name: String) throws {
    let golden = try golden(name).layer
    for engine in Self.tileEngines() + [BLASEngine(library: try BLASLibrary.open())] {
      let results = try verify(golden, engine: engine)
      #expect(results.map(\.case) == ["prefill", "decode", "batch"])
      #expect(results.map(\.tokens).suffix(2) == [5, 3])
      for result in results {
        #expect(result.passed, "\(name): \(String(describing: result.maxRelativeError))")
        #expect(result.tolerance == Verifier.tolerance)
      }
    }
  }

  @Test(arguments: GoldenFolder.blockNames)
  func roundedWeightsStayWithinTheirTolerance(name: String) throws {
    let golden = try golden(name).layer
    for engine in Self.tileEngines() {
      for result in try verify(golden, engine: engine, .bf16) {
        #expect(result.passed, "\(name): \(String(describing: result.maxRelativeError))")
        #expect(try #require(result.maxRelativeError) > 1e-4)
      }
    }
  }

  /// The oracle that runs are checked by, which shares no code with a pass.
  @Test(arguments: GoldenFolder.blockNames)
  func theOracleReproducesThePrefill(name: String) throws {
    let (golden, block) = try golden(name)
    let layer = BlockLayer(
      spec: block.spec, weights: block.weights, engine: try TileEngine(forcedLevel: nil),
      formats: FormatPlan(.f32))
    let prefill = golden.cases[0]
    let tokens = prefill.passes[0].tokens
    let input = Matrix(
      rows: tokens, columns: block.spec.hidden, elements: prefill.passes[0].hiddenStates)
    let rows = layer.referenceOutputs(
      of: input, tokens: Array(0..<tokens), pool: WorkerPool(threads: 2))
    let output = rows.flatMap { $0 }
    let largest = try #require(prefill.output.map { abs($0) }.max())
    let error = zip(output, prefill.output).map { abs($0 - Double($1)) }.max() ?? .infinity
    // What is left is the rounding of the golden values, in 32-bit floats by their generator.
    #expect(error <= 2e-6 * Double(largest), "\(name): \(error / Double(largest))")
  }

  /// A cache that is filled in parts gives what one pass gives.
  @Test(arguments: ["llama", "llama4_chunked", "gpt_oss_sliding", "deepseek_v3_dense"], [1, 3])
  func aPrefillMayComeInParts(name: String, threads: Int) throws {
    var (golden, block) = try golden(name)
    let prefill = golden.cases[0]
    let (tokens, hidden) = (prefill.passes[0].tokens, block.spec.hidden)
    let states = prefill.passes[0].hiddenStates
    let cuts = [0, 1, 7, 8, tokens]
    let passes = zip(cuts, cuts.dropFirst()).map { first, end in
      GoldenPass(tokens: end - first, Array(states[first * hidden..<end * hidden]))
    }
    golden = GoldenLayer(
      layer: golden.layer,
      cases: [
        GoldenCase(
          name: "parts", passes: passes, compared: passes.count, output: prefill.output)
      ])
    let results = try verify(golden, engine: TileEngine(forcedLevel: nil), threads: threads)
    #expect(results[0].passed, "\(String(describing: results[0].maxRelativeError))")
    #expect(results[0].tokens == tokens)
  }

  /// What makes a family differ from another is seen: a block without it is not the golden one.
  @Test(arguments: [
    ("gpt_oss_full", "sinks"), ("qwen3_moe", "norms"), ("olmoe", "norms"), ("glm4_moe", "bias"),
    ("gemma2_sliding", "after"), ("deepseek_v3_dense", "shared key"),
  ])
  func aMissingPartFails(name: String, part: String) throws {
    var (golden, block) = try golden(name)
    switch part {
    case "sinks": block.weights.attention.sinks = block.weights.attention.sinks?.map { _ in -100 }
    case "norms":
      block.weights.attention.keyNorm = block.weights.attention.keyNorm?.map { _ in 1 }
    case "bias":
      block.weights.attention.query.bias = block.weights.attention.query.bias?.map { _ in 0 }
    case "after":
      block.weights.attentionNorms.after = block.weights.attentionNorms.after?.map { $0 + 1 }
    default:
      guard case .latent(var compress, let norm, let expand) = block.weights.attention.keysAndValues
      else { return }
      let latent = try #require(block.spec.attention.latent)
      for index in latent.rank * block.spec.hidden..<compress.matrix.count {
        compress.matrix[index] = 0
      }
      block.weights.attention.keysAndValues = .latent(
        compress: compress, norm: norm, expand: expand)
    }
    golden.layer = block
    for result in try verify(golden, engine: TileEngine(forcedLevel: nil)) {
      #expect(!result.passed, "\(result.case ?? "")")
    }
  }
}
