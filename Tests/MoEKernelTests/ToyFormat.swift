import LayerSpec
import MoEKernel

/// A weight format that no engine knows: blocks of 16 numbers of 8 bits with one 32-bit scale.
enum ToyFormat {
  static let format = WeightFormat(
    name: "toy8", blockElements: 16, blockBytes: 20, roundingError: 0x1p-8, arithmetic: .f32)

  /// The weights as they are stored, of whole rows.
  static func rounded(_ weights: [Float]) -> [Float] {
    let codec = ToyCodec()
    return stride(from: 0, to: weights.count, by: 16).flatMap { start in
      let block = Array(weights[start..<start + 16])
      var bytes = [UInt8](repeating: 0, count: 20)
      var result = [Float](repeating: .nan, count: 16)
      var encoded = bytes.mutableSpan
      codec.encode(block.span, into: &encoded)
      var decoded = result.mutableSpan
      codec.decode(bytes.span, into: &decoded)
      return result
    }
  }

  /// The same network with its matrices as they are stored.
  static func rounded(_ network: FeedForwardWeights) -> FeedForwardWeights {
    var network = network
    network.gate = network.gate.map(rounded)
    network.up = rounded(network.up)
    network.down = rounded(network.down)
    return network
  }
}

/// Writes a block as its scale, the largest magnitude over 127, and the numbers in units of it.
///
/// Bytes are turned over, so that bytes of zero are not numbers of zero.
struct ToyCodec: WeightCodec {
  var format: WeightFormat { ToyFormat.format }

  func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>) {
    var largest: Float = 0
    for index in block.indices { largest = max(largest, abs(block[index])) }
    let scale = largest / 127
    for byte in 0..<4 { bytes[byte] = ~UInt8(truncatingIfNeeded: scale.bitPattern >> (8 * byte)) }
    for index in block.indices {
      let number = scale == 0 ? 0 : (block[index] / scale).rounded()
      bytes[4 + index] = ~UInt8(bitPattern: Int8(number))
    }
  }

  func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>) {
    var bits: UInt32 = 0
    for byte in 0..<4 { bits |= UInt32(~bytes[byte]) << (8 * byte) }
    let scale = Float(bitPattern: bits)
    for index in block.indices {
      block[index] = Float(Int8(bitPattern: ~bytes[4 + index])) * scale
    }
  }
}
