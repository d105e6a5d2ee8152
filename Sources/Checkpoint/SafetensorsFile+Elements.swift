extension SafetensorsFile {
  /// The types that `floats` converts: those of which every element, rounded if need be, is a 32-bit float.
  public static let floatTypes: [DataType] = [.f64, .f32, .f16, .bf16]

  /// The types that `integers` converts: those whose elements are integers of at most 64 bits.
  public static let integerTypes: [DataType] = [
    .u64, .i64, .u32, .i32, .u16, .i16, .u8, .i8, .bool,
  ]

  /// The elements of a tensor as 32-bit floats, row-major; 64-bit floats are rounded to nearest.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - elements: Which of its elements, counted row-major, so that one expert of a fused tensor
  ///     is read without its neighbours; `nil` for all. Must lie within the tensor.
  /// - Throws: `CheckpointError` when there is no such tensor or it does not hold floats.
  public func floats(
    _ name: String, elements: Range<Int>? = nil
  ) throws(CheckpointError) -> [Float] {
    let tensor = try require(name)
    let span = tensor.slice(elements)
    switch tensor.dataType {
    case .f64:
      return convert(span, width: 8) { Float(Double(bitPattern: $0.littleEndian64(at: $1))) }
    case .f32: return convert(span, width: 4) { Float(bitPattern: $0.littleEndian32(at: $1)) }
    case .f16:
      return convert(span, width: 2) { Float(Float16(bitPattern: $0.littleEndian16(at: $1))) }
    case .bf16:
      return convert(span, width: 2) { Float(bitPattern: UInt32($0.littleEndian16(at: $1)) << 16) }
    default:
      throw .tensor(
        name: name,
        flaw: .notReadable(as: "floats", type: tensor.dataType, readable: Self.floatTypes))
    }
  }

  /// The elements of a tensor as integers, row-major; false is 0 and true is 1.
  ///
  /// - Throws: `CheckpointError` when there is no such tensor, it does not hold integers, or one of
  ///   them exceeds 2⁶³−1.
  public func integers(_ name: String) throws(CheckpointError) -> [Int] {
    let tensor = try require(name)
    let span = tensor.range
    switch tensor.dataType {
    case .u64:
      let values = convert(span, width: 8) { $0.littleEndian64(at: $1) }
      if let value = values.first(where: { $0 > UInt64(Int.max) }) {
        throw .tensor(name: name, flaw: .integerTooLarge(value))
      }
      return values.map { Int($0) }
    case .i64: return convert(span, width: 8) { Int(Int64(bitPattern: $0.littleEndian64(at: $1))) }
    case .u32: return convert(span, width: 4) { Int($0.littleEndian32(at: $1)) }
    case .i32: return convert(span, width: 4) { Int(Int32(bitPattern: $0.littleEndian32(at: $1))) }
    case .u16: return convert(span, width: 2) { Int($0.littleEndian16(at: $1)) }
    case .i16: return convert(span, width: 2) { Int(Int16(bitPattern: $0.littleEndian16(at: $1))) }
    case .u8: return convert(span, width: 1) { Int($0[$1]) }
    case .i8: return convert(span, width: 1) { Int(Int8(bitPattern: $0[$1])) }
    case .bool: return convert(span, width: 1) { $0[$1] == 0 ? 0 : 1 }
    default:
      throw .tensor(
        name: name,
        flaw: .notReadable(as: "integers", type: tensor.dataType, readable: Self.integerTypes))
    }
  }

  private func require(_ name: String) throws(CheckpointError) -> Tensor {
    guard let tensor = self[name] else { throw .tensor(name: name, flaw: .absent) }
    return tensor
  }

  /// One value per `width` bytes of the range.
  ///
  /// The loads are checked and put together by shifts; the optimiser makes plain loads of them, so
  /// that converting runs at about 1 GB/s, mostly spent on touching the new memory.
  private func convert<Element>(
    _ range: Range<Int>, width: Int, _ load: (Span<UInt8>, Int) -> Element
  ) -> [Element] {
    let source = bytes.span.extracting(range)
    return [Element](capacity: range.count / width) { output in
      var offset = 0
      while offset + width <= source.count {
        output.append(load(source, offset))
        offset += width
      }
    }
  }
}

extension SafetensorsFile.Tensor {
  /// Number of elements: the product of the dimensions.
  public var count: Int { range.count * 8 / dataType.bits }

  /// The bytes in the file of some elements; only for types of whole bytes.
  fileprivate func slice(_ elements: Range<Int>?) -> Range<Int> {
    guard let elements else { return range }
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= count,
      "elements \(elements) of tensor \(name), which has \(count)")
    let width = dataType.bits / 8
    return range.lowerBound + elements.lowerBound * width..<range.lowerBound + elements.upperBound
      * width
  }
}

extension Span<UInt8> {
  func littleEndian16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
  }

  func littleEndian32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
      | UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 3]) << 24
  }

  func littleEndian64(at offset: Int) -> UInt64 {
    UInt64(littleEndian32(at: offset)) | UInt64(littleEndian32(at: offset + 4)) << 32
  }
}
