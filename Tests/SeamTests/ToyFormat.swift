import LayerSpec
import MoEKernel

/// A weight format that Tenfold does not know: blocks of 16 elements, each a byte, under a scale of their
/// own in 32 bits.
struct ToyCodec: WeightCodec {
  static let toy8 = WeightFormat(
    name: "toy8", blockElements: 16, blockBytes: 20, roundingError: 0x1p-8, arithmetic: .f32)

  let format = ToyCodec.toy8

  func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>) {
    var largest: Float = 0
    for index in block.indices { largest = max(largest, block[index].magnitude) }
    let scale = largest / 127
    for byte in 0..<4 {
      bytes[byte] = UInt8(truncatingIfNeeded: scale.bitPattern >> (8 * UInt32(byte)))
    }
    for index in block.indices {
      let step = scale == 0 ? 0 : Int8((block[index] / scale).rounded())
      bytes[4 + index] = UInt8(bitPattern: step)
    }
  }

  func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>) {
    var bits: UInt32 = 0
    for byte in 0..<4 { bits |= UInt32(bytes[byte]) << (8 * UInt32(byte)) }
    let scale = Float(bitPattern: bits)
    for index in block.indices { block[index] = Float(Int8(bitPattern: bytes[4 + index])) * scale }
  }
}

/// Blocks that no row of the small models is a whole number of.
struct WideCodec: WeightCodec {
  let format = WeightFormat(
    name: "toy-blocks", blockElements: 40, blockBytes: 160, roundingError: 0, arithmetic: .f32)

  func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>) {
    for index in block.indices {
      for byte in 0..<4 {
        bytes[4 * index + byte] = UInt8(
          truncatingIfNeeded: block[index].bitPattern >> (8 * UInt32(byte)))
      }
    }
  }

  func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>) {
    for index in block.indices {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * index + $1]) << (8 * $1) }
      block[index] = Float(bitPattern: bits)
    }
  }
}

/// The toy format in an arithmetic that nobody has a kernel for, so that its peak is not known.
struct OddCodec: WeightCodec {
  let format = WeightFormat(
    name: "toy-odd", blockElements: 16, blockBytes: 20, roundingError: 0x1p-8,
    arithmetic: Arithmetic(rawValue: "toy-arithmetic"))

  func encode(_ block: Span<Float>, into bytes: inout MutableSpan<UInt8>) {
    ToyCodec().encode(block, into: &bytes)
  }

  func decode(_ bytes: Span<UInt8>, into block: inout MutableSpan<Float>) {
    ToyCodec().decode(bytes, into: &block)
  }
}
