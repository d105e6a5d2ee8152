/// How weights are stored; products always accumulate in 32-bit floats.
public enum Precision: String, Hashable, Sendable, CaseIterable, Codable {
  /// IEEE 754 binary32, 4 bytes a weight.
  case f32
  /// The upper half of a binary32, 2 bytes a weight.
  case bf16

  /// Bytes that one weight takes.
  public var bytesPerWeight: Int {
    switch self {
    case .f32: 4
    case .bf16: 2
    }
  }
}
