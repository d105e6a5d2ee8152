import LayerSpec

extension DecoderModel {
  /// Bytes of a model and of one workspace, before anything is allocated; `Int.max` where they cannot be counted.
  public struct Bytes: Hashable, Sendable {
    /// Of the layers' weights, all that an arena may hold of them with what stands beside.
    public let blocks: Int
    /// Of the head's matrix.
    public let head: Int
    /// Of the table of tokens.
    public let table: Int
    /// Of the keys and values of all layers.
    public let caches: Int
    /// Of everything that passes write, and their logits.
    public let scratch: Int

    /// What an arena needs for the weights, views that begin on pages included.
    public var arena: Int {
      Saturating.sum([blocks, head, viewSlack])
    }

    /// What views that begin on pages may leave unused.
    let viewSlack: Int

    /// All together.
    public var all: Int { Saturating.sum([arena, table, caches, scratch]) }
  }

  /// - Parameters:
  ///   - rows: of the largest pass.
  ///   - context: tokens that each cache has room for.
  public static func bytes(
    for spec: DecoderSpec, rows: Int, sequences: Int, context: Int, threads: Int,
    engine: any Engine, formats: FormatPlan
  ) -> Bytes {
    func block(_ spec: BlockSpec, rows: Int = 0, sequences: Int = 0, context: Int = 0) -> Int {
      BlockLayer.bytes(
        for: spec, residentExperts: nil, rows: rows, sequences: sequences, context: context,
        threads: threads, engine: engine, formats: formats)
    }
    func difference(_ whole: Int, _ part: Int) -> Int { whole == .max ? .max : whole - part }
    var counts: [BlockSpec: Int] = [:]
    for block in spec.blocks { counts[block, default: 0] += 1 }
    var (weights, caches, scratch) = (0, 0, 0)
    for (spec, count) in counts {
      let own = block(spec)
      weights = Saturating.sum(weights, Saturating.product(count, own))
      let kept = difference(block(spec, sequences: sequences, context: context), own)
      caches = Saturating.sum(caches, Saturating.product(count, kept))
      scratch = Saturating.sum(scratch, difference(block(spec, rows: rows), own))
    }
    let floats = MemoryLayout<Float>.size
    let matrix = engine.matrixBytes(
      outputs: spec.vocabulary, inputs: spec.hidden, format: formats[.projection])
    let product = MatrixProduct.bytes(
      outputs: spec.vocabulary, inputs: spec.hidden, maxRows: sequences, threads: threads,
      engine: engine, format: formats[.projection])
    let streams = Saturating.product(2 * floats, Saturating.product(rows, spec.hidden))
    let ends = Saturating.product(
      floats, Saturating.product(sequences, Saturating.sum(spec.hidden, spec.vocabulary)))
    return Bytes(
      blocks: weights, head: matrix,
      table: Saturating.product(floats, Saturating.product(spec.vocabulary, spec.hidden)),
      caches: caches,
      scratch: Saturating.sum([scratch, difference(product, matrix), streams, ends]),
      viewSlack: (spec.blocks.count * mostViewsOfABlock + 1) * WeightArena.alignment)
  }

  /// Matrices of a block that may be views: of latent attention, a latent space, routed and shared experts.
  private static let mostViewsOfABlock = 16
}
