import LayerSpec
import Tile

/// Panels of equal matrices, or of equal gate and up matrices side by side: in memory as the kernels read
/// them, or encoded, and those of a task decoded into a worker's scratch.
final class Panels {
  private let kernels: TileKernels
  private let depth: Int
  private let outputs: Int
  private let isGated: Bool
  private let storage: Storage

  private enum Storage {
    case panels(PanelMemory)
    case encoded(EncodedPanels)
  }

  /// - Parameters:
  ///   - parts: 1 for plain matrices, 2 for gate and up.
  ///   - codec: how rows are encoded; `nil` for what the kernels read.
  init(
    _ kernels: TileKernels, matrices: Int, outputs: Int, parts: Int, depth: Int,
    codec: (any WeightCodec)?
  ) {
    precondition(parts == 1 || parts == 2, "panels of \(parts) matrices")
    self.kernels = kernels
    self.depth = depth
    self.outputs = outputs
    isGated = parts == 2
    let count = isGated ? kernels.gatedPanels(outputs: outputs) : kernels.panels(outputs: outputs)
    storage =
      codec.map {
        .encoded(
          EncodedPanels(
            kernels, matrices: matrices, outputs: outputs, parts: parts, depth: depth, codec: $0))
      } ?? .panels(PanelMemory(kernels, matrices: matrices, panels: count, depth: depth))
  }

  /// Where a row stands among the panels of its matrix.
  private func place(part: Int, row: Int) -> PanelPlace {
    precondition(row >= 0 && row < outputs, "row \(row) is outside 0..<\(outputs)")
    return isGated
      ? kernels.gatedPlace(output: row, isUp: part == 1) : kernels.place(output: row)
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, part: Int, row: Int) {
    switch storage {
    case .panels(let memory):
      let place = place(part: part, row: row)
      kernels.packOutput(
        values, depth: depth, column: place.column, panel: memory[matrix, place.panel])
    case .encoded(let rows): rows.store(values, matrix: matrix, part: part, row: row)
    }
  }

  func copyRow(_ row: Int, matrix: Int, part: Int, to target: UnsafeMutablePointer<Float>) {
    switch storage {
    case .panels(let memory):
      let place = place(part: part, row: row)
      kernels.unpackOutput(
        target, depth: depth, column: place.column, panel: memory[matrix, place.panel])
    case .encoded(let rows): rows.copyRow(row, matrix: matrix, part: part, to: target)
    }
  }

  /// Consecutive panels to multiply with.
  ///
  /// - Parameter scratch: room for them where they are decoded.
  func read(
    matrix: Int, panel: Int, count: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeRawPointer {
    switch storage {
    case .panels(let memory): return UnsafeRawPointer(memory[matrix, panel])
    case .encoded(let rows):
      return rows.decode(matrix: matrix, panels: panel..<panel + count, into: scratch)
    }
  }

  /// Where a panel lies in memory, to be asked for ahead; `nil` where it has yet to be decoded.
  func place(matrix: Int, panel: Int) -> UnsafeRawPointer? {
    guard case .panels(let memory) = storage else { return nil }
    return UnsafeRawPointer(memory[matrix, panel])
  }
}

/// Panels as kernels read them, zero where nothing was stored.
struct PanelMemory {
  private let bytes: Int
  private let panels: Int
  private let matrices: Int
  private let buffer: AlignedBuffer<UInt8>

  init(_ kernels: TileKernels, matrices: Int, panels: Int, depth: Int) {
    bytes = kernels.panelBytes(depth: depth)
    self.panels = panels
    self.matrices = matrices
    buffer = AlignedBuffer(count: matrices * panels * bytes)
  }

  /// One panel of one matrix.
  subscript(matrix: Int, panel: Int) -> UnsafeMutableRawPointer {
    precondition(
      matrix >= 0 && matrix < matrices && panel >= 0 && panel < panels,
      "panel \(panel) of matrix \(matrix) is outside \(matrices) matrices of \(panels)")
    return UnsafeMutableRawPointer(buffer.base + (matrix * panels + panel) * bytes)
  }
}

/// Encoded rows that become panels of 32-bit floats task by task.
final class EncodedPanels {
  private let kernels: TileKernels
  private let outputs: Int
  private let depth: Int
  /// One entry for plain matrices, gate and up for networks.
  private let parts: [EncodedRows]

  init(
    _ kernels: TileKernels, matrices: Int, outputs: Int, parts: Int, depth: Int,
    codec: any WeightCodec
  ) {
    self.kernels = kernels
    self.outputs = outputs
    self.depth = depth
    self.parts = (0..<parts).map { _ in
      EncodedRows(rows: matrices * outputs, columns: depth, codec: codec)
    }
  }

  func store(_ values: UnsafePointer<Float>, matrix: Int, part: Int, row: Int) {
    parts[part].encode(values, row: matrix * outputs + row)
  }

  func copyRow(_ row: Int, matrix: Int, part: Int, to target: UnsafeMutablePointer<Float>) {
    parts[part].decode(matrix * outputs + row, to: target)
  }

  /// Floats of scratch for the panels of a task, and one row.
  static func scratchElements(_ kernels: TileKernels, depth: Int) -> Int {
    let panels = TileProduct.mostPanelsPerTask(kernels, depth: depth)
    return Saturating.sum(
      Saturating.product(panels, kernels.panelBytes(depth: depth) / MemoryLayout<Float>.size),
      paddedToVector(depth))
  }

  /// Decodes consecutive panels of a matrix, the last filled up with zeros.
  func decode(
    matrix: Int, panels: Range<Int>, into scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeRawPointer {
    let panelElements = kernels.panelBytes(depth: depth) / MemoryLayout<Float>.size
    let row = scratch + panels.count * panelElements
    scratch.update(repeating: 0, count: panels.count * panelElements)
    let units = kernels.panelWidth / parts.count
    for (index, panel) in panels.enumerated() {
      let target = UnsafeMutableRawPointer(scratch + index * panelElements)
      for unit in 0..<min(units, outputs - panel * units) {
        for (part, rows) in parts.enumerated() {
          rows.decode(matrix * outputs + panel * units + unit, to: row)
          kernels.packOutput(row, depth: depth, column: part * units + unit, panel: target)
        }
      }
    }
    return UnsafeRawPointer(scratch)
  }
}
