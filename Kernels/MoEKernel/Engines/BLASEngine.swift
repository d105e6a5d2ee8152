import LayerSpec

/// A BLAS library with one thread, called by every worker on its own block of outputs.
public struct BLASEngine: Engine {
  private let library: BLASLibrary
  private let codecs: WeightCodecs

  /// An engine on an opened library.
  ///
  /// - Parameter codecs: formats beside f32 that it multiplies by decoding blocks of rows.
  public init(library: BLASLibrary, codecs: [any WeightCodec] = []) {
    self.library = library
    self.codecs = WeightCodecs(codecs)
  }

  /// `blas`.
  public var name: String { "blas" }

  /// f32, and what its codecs decode.
  public var formats: [WeightFormat] { [.f32] + codecs.formats }

  /// Seen with AVX-512 at some tens of rows (OpenBLAS 0.3.21).
  public var guessedFlopsPerSecond: Double { 40e9 }

  /// Never.
  public func roundsActivations(_ format: WeightFormat) -> Bool { false }

  /// A BLAS reads rows as they are.
  public var stagesRows: Bool { false }

  /// A BLAS cuts rows as it likes, and says nothing of it.
  public func tileRows(of rows: Int, format: WeightFormat) -> [Int]? { nil }

  /// None.
  public func makeTileWork(format: WeightFormat, threads: Int) -> TileWork? { nil }

  /// Row-major matrices.
  public func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat
  ) -> any EngineMatrices {
    matrices(count: count, outputs: outputs, inputs: inputs, format: format)
  }

  /// Gate, up and down apart.
  public func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat
  ) -> any EngineNetworks {
    let (width, units) = (spec.width, spec.intermediate)
    return BLASNetworks(
      spec: spec,
      gate: spec.isGated
        ? matrices(count: count, outputs: units, inputs: width, format: format) : nil,
      up: matrices(count: count, outputs: units, inputs: width, format: format),
      down: matrices(count: count, outputs: width, inputs: units, format: format))
  }

  private func matrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat
  ) -> BLASMatrices {
    let codec = format == .f32 ? nil : codecs.codec(format)
    return BLASMatrices(
      library: library, count: count, outputs: outputs, inputs: inputs, codec: codec)
  }

  /// The up product of a block, and a block of decoded weights where they are encoded.
  public func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int {
    let up = BLASBlocking.scratchElements(rows: rows)
    guard format != .f32 else { return up }
    return Saturating.sum(up, Saturating.product(BLASBlocking.mostOutputs, inputs))
  }

  /// None.
  public func outputPadding(_ format: WeightFormat) -> Int { 0 }
}
