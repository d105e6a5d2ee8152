import LayerSpec

/// Rows of weights in one allocation: 32-bit floats, or the blocks of another format.
final class WeightRows {
  let columns: Int
  private enum Storage {
    case floats(Matrix)
    case blocks(EncodedRows)
  }
  private let storage: Storage

  /// Rows of zeros.
  ///
  /// - Parameter codec: how rows are encoded; `nil` for 32-bit floats.
  init(rows: Int, columns: Int, codec: (any WeightCodec)?) {
    self.columns = columns
    storage =
      codec.map { .blocks(EncodedRows(rows: rows, columns: columns, codec: $0)) }
      ?? .floats(Matrix(rows: rows, columns: columns))
  }

  func store(_ values: UnsafePointer<Float>, row: Int) {
    switch storage {
    case .floats(let matrix): matrix.all[row].update(from: values, count: columns)
    case .blocks(let rows): rows.encode(values, row: row)
    }
  }

  func copyRow(_ row: Int, to target: UnsafeMutablePointer<Float>) {
    switch storage {
    case .floats(let matrix): target.update(from: matrix.all[row], count: columns)
    case .blocks(let rows): rows.decode(row, to: target)
    }
  }

  /// Rows to multiply with: those in memory, or decoded ones in `scratch`.
  ///
  /// - Parameter scratch: `count` × columns floats, where rows are encoded.
  func read(from row: Int, count: Int, scratch: UnsafeMutablePointer<Float>) -> Rows {
    switch storage {
    case .floats(let matrix): return matrix.all.part(from: row, count: count)
    case .blocks(let rows):
      for index in 0..<count { rows.decode(row + index, to: scratch + index * columns) }
      return Rows(base: scratch, stride: columns, count: count)
    }
  }
}

/// Rows of weights as a codec encodes them.
final class EncodedRows {
  private let codec: any WeightCodec
  private let blocksPerRow: Int
  private let block: WeightFormat.Block
  private let rows: Int
  private let bytes: AlignedBuffer<UInt8>

  /// Rows of zero bytes.
  init(rows: Int, columns: Int, codec: any WeightCodec) {
    guard let block = codec.format.block, columns % block.elements == 0 else {
      preconditionFailure("rows of \(columns) weights are no whole blocks of \(codec.format)")
    }
    self.codec = codec
    self.block = block
    self.rows = rows
    blocksPerRow = columns / block.elements
    bytes = AlignedBuffer(count: rows * blocksPerRow * block.bytes)
  }

  private func start(ofRow row: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
    return bytes.base + row * blocksPerRow * block.bytes
  }

  func encode(_ values: UnsafePointer<Float>, row: Int) {
    let target = start(ofRow: row)
    for index in 0..<blocksPerRow {
      let elements = UnsafeBufferPointer(
        start: values + index * block.elements, count: block.elements)
      let encoded = codec.encode(Array(elements))
      precondition(encoded.count == block.bytes, "a block of \(codec.format) has other bytes")
      for (offset, byte) in encoded.enumerated() { target[index * block.bytes + offset] = byte }
    }
  }

  func decode(_ row: Int, to target: UnsafeMutablePointer<Float>) {
    let source = start(ofRow: row)
    for index in 0..<blocksPerRow {
      let encoded = UnsafeBufferPointer(start: source + index * block.bytes, count: block.bytes)
      let elements = codec.decode(Array(encoded))
      precondition(elements.count == block.elements, "a block of \(codec.format) has other elements")
      for (offset, element) in elements.enumerated() {
        target[index * block.elements + offset] = element
      }
    }
  }
}
