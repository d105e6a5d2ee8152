import LayerSpec

/// How the blocks of a weight format are written and read.
///
/// An engine that is given a codec multiplies weights of its format: encoded rows are what lies in memory,
/// and what streams from it; each task decodes the rows of its block into the worker's scratch and
/// multiplies there with the engine's own 32-bit product. That is right for every shape whose rows are
/// whole blocks, and fast for none: a format that matters gets a micro-kernel beside it.
public protocol WeightCodec: Sendable {
  /// The format, whose block is known.
  var format: WeightFormat { get }

  /// Encodes one block.
  ///
  /// - Parameter elements: as many as a block has.
  /// - Returns: as many bytes as a block has.
  func encode(_ elements: [Float]) -> [UInt8]

  /// Decodes one block.
  ///
  /// - Parameter bytes: as many as a block has.
  /// - Returns: as many elements as a block has.
  func decode(_ bytes: [UInt8]) -> [Float]
}

/// The codecs of an engine, by format.
struct WeightCodecs: Sendable {
  private let codecs: [any WeightCodec]

  init(_ codecs: [any WeightCodec]) {
    for codec in codecs {
      precondition(codec.format.isKnown, "\(codec.format) has a codec and no block")
    }
    self.codecs = codecs
  }

  var formats: [WeightFormat] { codecs.map(\.format) }

  /// The codec of a format that the engine said it multiplies.
  func codec(_ format: WeightFormat) -> any WeightCodec {
    guard let codec = codecs.first(where: { $0.format == format }) else {
      preconditionFailure("the engine does not multiply \(format); ask for its formats first")
    }
    return codec
  }
}
