import LayerSpec

/// A BLAS library with one thread, called by every worker on its own block of outputs.
///
/// Matrices lie row-major. It has products of 32-bit floats; formats of its codecs are decoded before
/// they are multiplied.
public struct BLASEngine: Engine {
  /// The library that multiplies, with its identity for records; all workers call it at once.
  public let library: BLASLibrary
  private let codecs: [any WeightCodec]

  /// The engine of an opened library.
  ///
  /// - Parameter codecs: Of further formats than `f32`.
  public init(library: BLASLibrary, codecs: [any WeightCodec] = []) {
    self.library = library
    self.codecs = codecs.further(than: Self.nativeFormats)
  }

  /// `f32` alone: CBLAS as netlib declares it has sgemm and sgemv, and no product of narrower weights.
  public static let nativeFormats: [WeightFormat] = [.f32]

  /// `blas`, as `--engine` takes it and records carry it.
  public var name: String { "blas" }
  /// The layout, which is the same with every library.
  public var variant: String { "row-major" }
  /// `f32`, then the formats of the codecs.
  public var formats: [WeightFormat] { Self.nativeFormats + codecs.map(\.format) }
  /// `f32`, whose rows a library reads as an arena holds them.
  public func takesArena(_ format: WeightFormat) -> Bool { format == .f32 }

  /// True: a BLAS multiplies transposed operands.
  public var trains: Bool { true }

  /// 40 GFLOP/s, as seen with AVX-512 at some tens of tokens an expert, where a BLAS mostly packs.
  public var guessedFlopsPerSecond: Double { 40e9 }

  /// Bytes of one matrix without padding; `Int.max` where they cannot be counted.
  public func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int {
    guard supports(format) else { return .max }
    return format.bytes(rows: outputs, columns: inputs) ?? .max
  }

  /// Bytes of the two or three matrices of one network; `Int.max` where they cannot be counted.
  public func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int {
    let (width, units) = (network.width, network.intermediate)
    return Saturating.sum(
      Saturating.product(
        network.matrices - 1, matrixBytes(outputs: units, inputs: width, format: format)),
      matrixBytes(outputs: width, inputs: units, format: format))
  }

  /// Row-major matrices of zeros, or of what an arena holds; encoded ones never lie in an arena.
  public func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineMatrices {
    BLASMatrices(
      library: library, codec: codec(format), count: count, outputs: outputs, inputs: inputs,
      in: memory)
  }

  /// Networks of row-major matrices of zeros, or of what an arena holds; encoded ones never lie in an arena.
  public func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat, in memory: WeightMemory
  ) -> any EngineNetworks {
    BLASNetworks(library: library, codec: codec(format), count: count, spec: spec, in: memory)
  }

  /// The row-major order, since a BLAS packs by itself at every call.
  public func staging(_ format: WeightFormat) -> any RowStaging { RowMajorStaging.shared }

  /// Floats for the up product of a block, and for the decoded rows that a product is multiplied from.
  public func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    Saturating.sum(
      BLASBlocking.scratchElements(rows: rows),
      format == .f32 ? 0 : BLASMatrices.decodedElements(inputs: inputs))
  }

  /// The codec of a format, `nil` for the one that the library multiplies.
  private func codec(_ format: WeightFormat) -> (any WeightCodec)? {
    if format == .f32 { return nil }
    return codecs.codec(of: format)
  }
}

extension [any WeightCodec] {
  /// Those of formats that are not given; an engine's own products are never replaced by a codec.
  func further(than formats: [WeightFormat]) -> [any WeightCodec] {
    for codec in self {
      precondition(codec.format.isKnown, "the codec of \(codec.format) says nothing of its blocks")
    }
    return filter { !formats.contains($0.format) }
  }

  /// The codec of a format; stops when there is none, which layers rule out first by `Engine.require`.
  func codec(of format: WeightFormat) -> any WeightCodec {
    guard let codec = first(where: { $0.format == format }) else {
      preconditionFailure("the engine does not multiply \(format) weights")
    }
    return codec
  }
}
