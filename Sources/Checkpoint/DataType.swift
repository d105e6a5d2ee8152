/// How the elements of a stored tensor are encoded, under the names of the safetensors format.
///
/// The list is that of safetensors 0.8 (`Dtype` of its Rust crate). Every type can stand in a
/// header; `SafetensorsFile.floats` and `.integers` say which of them they convert.
public enum DataType: String, Hashable, Sendable, CaseIterable {
  /// One byte, 0 or 1; every other value is read as 1.
  case bool = "BOOL"
  /// Unsigned integers of 8 bits.
  case u8 = "U8"
  /// Signed integers of 8 bits, in two's complement as all signed ones.
  case i8 = "I8"
  /// Unsigned integers of 16 bits.
  case u16 = "U16"
  /// Signed integers of 16 bits.
  case i16 = "I16"
  /// Unsigned integers of 32 bits.
  case u32 = "U32"
  /// Signed integers of 32 bits.
  case i32 = "I32"
  /// Unsigned integers of 64 bits; those above 2⁶³−1 are refused when read.
  case u64 = "U64"
  /// Signed integers of 64 bits.
  case i64 = "I64"
  /// IEEE 754 binary64, rounded to binary32 when read.
  case f64 = "F64"
  /// IEEE 754 binary32.
  case f32 = "F32"
  /// IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
  case f16 = "F16"
  /// bfloat16, the upper half of a binary32: 8 bits of exponent, 7 of fraction.
  case bf16 = "BF16"
  /// Two binary32, real and imaginary part.
  case c64 = "C64"
  /// 8 bits, 5 of them exponent.
  case f8e5m2 = "F8_E5M2"
  /// 8 bits, 4 of them exponent.
  case f8e4m3 = "F8_E4M3"
  /// As `F8_E5M2` with one zero and no infinity.
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  /// As `F8_E4M3` with one zero and no infinity.
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  /// 8 bits of exponent, the scale of the microscaling formats.
  case f8e8m0 = "F8_E8M0"
  /// 6 bits, 2 of them exponent, packed.
  case f6e2m3 = "F6_E2M3"
  /// 6 bits, 3 of them exponent, packed.
  case f6e3m2 = "F6_E3M2"
  /// 4 bits, two elements to the byte.
  case f4 = "F4"

  /// Bits that one element takes: not always whole bytes, which a tensor's data is.
  public var bits: Int {
    switch self {
    case .f4: 4
    case .f6e2m3, .f6e3m2: 6
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e5m2fnuz, .f8e4m3fnuz, .f8e8m0: 8
    case .u16, .i16, .f16, .bf16: 16
    case .u32, .i32, .f32: 32
    case .u64, .i64, .f64, .c64: 64
    }
  }

  /// Bytes that a tensor of this shape takes; `nil` when they cannot be counted in 63 bits or do
  /// not fill the last byte.
  func bytes(shape: [Int]) -> Int? {
    // An empty tensor has no bytes, however large its other dimensions are.
    if shape.contains(0) { return 0 }
    var total = bits
    for dimension in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      total = product
    }
    return total.isMultiple(of: 8) ? total / 8 : nil
  }
}
