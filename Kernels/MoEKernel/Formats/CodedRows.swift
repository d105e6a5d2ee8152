import LayerSpec

/// Rows of weights as a codec writes them, one after the other in one allocation.
final class CodedRows {
  /// Weights of a row, a whole number of blocks.
  let columns: Int

  private let codec: any WeightCodec
  private let block: WeightFormat.Block
  private let rows: Int
  private let rowBytes: Int
  private let buffer: AlignedBuffer<UInt8>

  init(_ codec: any WeightCodec, rows: Int, columns: Int) {
    guard let block = codec.format.block,
      let rowBytes = codec.format.bytes(rows: 1, columns: columns),
      let bytes = codec.format.bytes(rows: rows, columns: columns)
    else {
      preconditionFailure(
        "\(rows) rows of \(columns) weights cannot be stored as \(codec.format)")
    }
    self.codec = codec
    self.block = block
    self.rows = rows
    self.columns = columns
    self.rowBytes = rowBytes
    buffer = AlignedBuffer(count: bytes)
    fillWithZeros()
  }

  /// What was never stored must read as zeros, which bytes of zero need not be in every format.
  private func fillWithZeros() {
    guard buffer.count > 0 else { return }
    let zeros = [Float](repeating: 0, count: block.elements)
    var target = UnsafeMutableBufferPointer(start: buffer.base, count: block.bytes).mutableSpan
    codec.encode(zeros.span, into: &target)
    for start in stride(from: block.bytes, to: buffer.count, by: block.bytes) {
      (buffer.base + start).update(from: buffer.base, count: block.bytes)
    }
  }

  /// Encodes `columns` weights, block by block; rows may be stored by several threads, each its own.
  func store(_ values: UnsafePointer<Float>, row: Int) {
    let bytes = bytes(ofRow: row)
    for index in 0..<columns / block.elements {
      let weights = UnsafeBufferPointer(
        start: values + index * block.elements, count: block.elements)
      let target = UnsafeMutableBufferPointer(
        start: bytes + index * block.bytes, count: block.bytes)
      var span = target.mutableSpan
      codec.encode(weights.span, into: &span)
    }
  }

  /// Decodes one row into `columns` floats.
  func decode(row: Int, to target: UnsafeMutablePointer<Float>) {
    let bytes = bytes(ofRow: row)
    for index in 0..<columns / block.elements {
      let source = UnsafeBufferPointer(
        start: UnsafePointer(bytes + index * block.bytes), count: block.bytes)
      let weights = UnsafeMutableBufferPointer(
        start: target + index * block.elements, count: block.elements)
      var span = weights.mutableSpan
      codec.decode(source.span, into: &span)
    }
  }

  /// Where a row begins.
  func address(ofRow row: Int) -> UnsafeRawPointer { UnsafeRawPointer(bytes(ofRow: row)) }

  private func bytes(ofRow row: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
    return buffer.base + row * rowBytes
  }
}
