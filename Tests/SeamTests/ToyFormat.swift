import LayerSpec
import MoEKernel

/// A weight format that Tenfold does not know: blocks of 16 elements, each a byte, under a scale of their
/// own in 32 bits.
struct ToyCodec: WeightCodec {
  static let toy8 = WeightFormat(
    name: "toy8", blockElements: 16, blockBytes: 20, arithmetic: .f32)

  let format = ToyCodec.toy8

  func encode(_ elements: [Float]) -> [UInt8] {
    let largest = elements.map(\.magnitude).max() ?? 0
    let scale = largest / 127
    let bits = scale.bitPattern
    let head = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    return head
      + elements.map { element in
        UInt8(bitPattern: scale == 0 ? 0 : Int8((element / scale).rounded()))
      }
  }

  func decode(_ bytes: [UInt8]) -> [Float] {
    let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[$1]) << (8 * UInt32($1)) }
    let scale = Float(bitPattern: bits)
    return bytes.dropFirst(4).map { Float(Int8(bitPattern: $0)) * scale }
  }
}
