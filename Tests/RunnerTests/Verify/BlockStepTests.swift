import LayerSpec
import MoEKernel
import ModelSpec
import Statistics
import Testing

@testable import Runner

/// Gradients of blocks of every family against the change of the loss by the forward oracle, which shares no formula
/// with a step: norms around branches, softcap, sinks, windows, chunks, temperature, biases and every kind of
/// query and key norm; latent attention with and without a rank of queries.
@Suite struct BlockStepTests {
  private static let names = GoldenFolder.blockNames
  private static let tokens = 9

  private func block(_ name: String) throws -> DecoderBlock {
    let folder = try GoldenFolder(block: name)
    let golden = try GoldenModel(config: folder.config)
      .layer(tensors: folder.tensors, io: folder.io)
    return try #require(golden.layer as? DecoderBlock)
  }

  private func layer(_ block: DecoderBlock, _ weights: BlockWeights) throws -> BlockLayer {
    BlockLayer(
      spec: block.spec, weights: weights, engine: try TileEngine(forcedLevel: nil),
      formats: FormatPlan(.f32))
  }

  private func matrix(_ elements: [Float], _ hidden: Int) -> Matrix {
    Matrix(rows: elements.count / hidden, columns: hidden, elements: elements)
  }

  /// Σ output · cotangent in double precision.
  private func loss(_ layer: BlockLayer, _ input: [Float], _ cotangent: [Float]) -> Double {
    let rows = layer.referenceOutputs(
      of: matrix(input, layer.spec.hidden), tokens: Array(0..<Self.tokens),
      pool: WorkerPool(threads: 1))
    return zip(rows.flatMap { $0 }, cotangent).reduce(0) { $0 + $1.0 * Double($1.1) }
  }

  /// A tensor of a block, for a step along a direction.
  private struct Tensor {
    let name: String
    let read: (BlockWeights) -> [Float]?
    let write: (inout BlockWeights, [Float]) -> Void

    init(_ name: String, _ path: WritableKeyPath<BlockWeights, [Float]>) {
      self.name = name
      read = { $0[keyPath: path] }
      write = { $0[keyPath: path] = $1 }
    }

    init(optional name: String, _ path: WritableKeyPath<BlockWeights, [Float]?>) {
      self.name = name
      read = { $0[keyPath: path] }
      write = { $0[keyPath: path] = $1 }
    }

    init(
      _ name: String,
      keysOrValues path: WritableKeyPath<
        (key: SelfAttentionWeights.Linear, value: SelfAttentionWeights.Linear), [Float]
      >
    ) {
      self.name = name
      func pair(_ weights: BlockWeights) -> (
        key: SelfAttentionWeights.Linear, value: SelfAttentionWeights.Linear
      )? {
        guard case .grouped(let key, let value) = weights.attention.keysAndValues else {
          return nil
        }
        return (key, value)
      }
      read = { pair($0)?[keyPath: path] }
      write = { weights, values in
        guard var changed = pair(weights) else { return }
        changed[keyPath: path] = values
        weights.attention.keysAndValues = .grouped(key: changed.key, value: changed.value)
      }
    }

    init(
      _ name: String,
      latent path: WritableKeyPath<
        (compress: SelfAttentionWeights.Linear, norm: [Float], expand: [Float]), [Float]
      >
    ) {
      self.name = name
      func parts(_ weights: BlockWeights) -> (
        compress: SelfAttentionWeights.Linear, norm: [Float], expand: [Float]
      )? {
        guard case .latent(let compress, let norm, let expand) = weights.attention.keysAndValues
        else { return nil }
        return (compress, norm, expand)
      }
      read = { parts($0)?[keyPath: path] }
      write = { weights, values in
        guard var changed = parts(weights) else { return }
        changed[keyPath: path] = values
        weights.attention.keysAndValues = .latent(
          compress: changed.compress, norm: changed.norm, expand: changed.expand)
      }
    }

    init(
      _ name: String,
      queryRank path: WritableKeyPath<
        (compress: SelfAttentionWeights.Linear, norm: [Float]), [Float]
      >
    ) {
      self.name = name
      read = { $0.attention.queryRank?[keyPath: path] }
      write = { $0.attention.queryRank?[keyPath: path] = $1 }
    }

    static var all: [Tensor] {
      [
        Tensor("query", \.attention.query.matrix), Tensor("output", \.attention.output.matrix),
        Tensor("key", keysOrValues: \.key.matrix), Tensor("value", keysOrValues: \.value.matrix),
        Tensor("compress", latent: \.compress.matrix), Tensor("latent norm", latent: \.norm),
        Tensor("expand", latent: \.expand),
        Tensor("query rank", queryRank: \.compress.matrix),
        Tensor("query rank norm", queryRank: \.norm),
        Tensor(optional: "query bias", \.attention.query.bias),
        Tensor(optional: "output bias", \.attention.output.bias),
        Tensor(optional: "query norm", \.attention.queryNorm),
        Tensor(optional: "key norm", \.attention.keyNorm),
        Tensor(optional: "sinks", \.attention.sinks),
        Tensor(optional: "norm before attention", \.attentionNorms.before),
        Tensor(optional: "norm after attention", \.attentionNorms.after),
        Tensor(optional: "norm before", \.feedForwardNorms.before),
        Tensor(optional: "norm after", \.feedForwardNorms.after),
      ]
    }
  }

  @Test(arguments: names)
  func theLossChangesAsTheGradientsSay(name: String) throws {
    let block = try block(name)
    let hidden = block.spec.hidden
    var numbers = SeededGenerator(seed: 5, purpose: "directions")
    func normals(_ count: Int) -> [Float] { numbers.normals(count: count) }
    let input = normals(Self.tokens * hidden)
    let cotangent = normals(Self.tokens * hidden)
    let own = try layer(block, block.weights)
    let step = BlockStep(own, maxTokens: Self.tokens + 4, pool: WorkerPool(threads: 2))
    let (output, gradient) = (
      Matrix(rows: Self.tokens, columns: hidden), Matrix(rows: Self.tokens, columns: hidden)
    )
    step.run(
      matrix(input, hidden), cotangent: matrix(cotangent, hidden), into: output,
      inputGradient: gradient, pool: WorkerPool(threads: 2))
    let expected = own.referenceOutputs(
      of: matrix(input, hidden), tokens: Array(0..<Self.tokens), pool: WorkerPool(threads: 1))
    #expect(
      OutputCheck.relativeError(output.elements, expected: expected.flatMap { $0 }) < 1e-5)

    /// Holds ⟨gradient, direction⟩ against the loss on both sides, in units of what the two could be at most.
    func check(
      _ what: String, _ values: [Float], _ gradient: [Float],
      _ loss: ([Float]) throws -> Double
    ) throws {
      // Along the gradient itself, so that nothing cancels; a small part of what is there.
      let size = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let length = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard size > 0 else { return }
      // A step may reach over the edge of a router's choice: the smaller it is the less.
      let errors = try [1e-3, 1e-4, 1e-5].map { part in
        let scale = Float(part * max(length, 0.1) / size)
        let more = zip(values, gradient).map { $0 + scale * $1 }
        let less = zip(values, gradient).map { $0 - scale * $1 }
        let predicted = zip(zip(more, less), gradient).reduce(0) {
          $0 + (Double($1.0.0) - Double($1.0.1)) * Double($1.1)
        }
        return abs(try loss(more) - loss(less) - predicted) / abs(predicted)
      }
      // Of the third order a millionth, and what 32-bit floats between the halves round.
      #expect(try #require(errors.min()) < 2e-3, "\(name) \(what): \(errors)")
    }
    try check("input", input, gradient.elements) { loss(own, $0, cotangent) }
    let gradients = step.gradients
    for tensor in Tensor.all {
      guard let values = tensor.read(block.weights) else { continue }
      let gradient = try #require(tensor.read(gradients), "\(name) \(tensor.name)")
      #expect(gradient.count == values.count)
      try check(tensor.name, values, gradient) { changed in
        var weights = block.weights
        tensor.write(&weights, changed)
        return loss(try layer(block, weights), input, cotangent)
      }
    }
  }
}
