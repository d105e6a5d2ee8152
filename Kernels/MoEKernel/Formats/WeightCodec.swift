import LayerSpec
import Tile

/// How the weights of one format are encoded and decoded (quantised and dequantised), one block at a time.
///
/// With a codec an engine multiplies a format that it has no products for: the encoded rows are what lies
/// in memory, so that the bytes that a pass streams are the format's own, and every task decodes the rows
/// of its block into the worker's scratch and multiplies there with the engine's product of 32-bit floats.
/// That is right on every engine and for every shape whose rows are whole blocks, and fast on none: a
/// decoded weight is written to the cache and read again, and `decode` is called for every block of every
/// task. A format that must be fast gets products of its own beside it, which decode in registers.
///
/// A codec is called by many threads at once.
public protocol WeightCodec: Sendable {
  /// The format, which must have a block: the sizes that `encode` and `decode` are given are the block's.
  var format: WeightFormat { get }

  /// Writes one block.
  ///
  /// - Parameters:
  ///   - block: `format.block.elements` consecutive weights of a row.
  ///   - bytes: `format.block.bytes` bytes, all of which must be written.
  func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>)

  /// Reads one block that `encode` wrote.
  ///
  /// - Parameters:
  ///   - bytes: `format.block.bytes` bytes.
  ///   - block: `format.block.elements` weights, all of which must be written.
  func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>)
}

/// The upper half of a binary32, rounded to nearest: with it an engine without bf16 products multiplies
/// bf16 weights.
public struct BF16Codec: WeightCodec {
  /// The codec has no parameters and no state.
  public init() {}

  /// `bf16`, whose blocks are single weights of two bytes.
  public var format: WeightFormat { .bf16 }

  /// Rounds one weight to nearest, ties to even, and writes it with the low byte first.
  public func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>) {
    let bits = BF16.bits(block[0])
    bytes[0] = UInt8(truncatingIfNeeded: bits)
    bytes[1] = UInt8(truncatingIfNeeded: bits >> 8)
  }

  /// Widens one weight, exactly.
  public func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>) {
    block[0] = BF16.value(UInt16(bytes[0]) | UInt16(bytes[1]) << 8)
  }
}
