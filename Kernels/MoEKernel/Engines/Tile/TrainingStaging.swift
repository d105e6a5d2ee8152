import Tile

/// Gradients as `BackwardProduct` reads so many rows of them: column by column those of a group of vectors, and single
/// rows as they are.
final class GradientStaging: RowStaging {
  private let kernels: TileKernels
  let order: String

  init(_ kernels: TileKernels) {
    self.kernels = kernels
    order = "gradients \(kernels.level.rawValue)"
  }

  let keepsRows = false

  func pieces(rows count: Int) -> Int { kernels.tiles(rows: count) }

  var rowsPerPiece: Int { kernels.maximumRows }

  /// As in `RowStaging`; columns are whole panels, of which a piece of rows has some.
  func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    precondition(columns % kernels.panelWidth == 0, "\(columns) columns are no whole panels")
    let (panels, pieces) = (columns / kernels.panelWidth, pieces(rows: count))
    let first = piece * panels / pieces * kernels.panelWidth
    let end = (piece + 1) * panels / pieces * kernels.panelWidth
    let groups = RowGroups(count, kernels)
    for index in 0..<groups.count {
      let rows = groups[index].rows
      kernels.packColumns(
        source: (indices == nil ? source[rows.lowerBound] : source.base) + first,
        stride: source.stride, indices: indices.map { $0 + rows.lowerBound }, rows: rows.count,
        count: end - first,
        columns: target.base + rows.lowerBound * columns + first * rows.count)
    }
    for row in groups.singles {
      (target.base + row * columns + first).update(
        from: source[indices.map { Int($0[row]) } ?? row] + first, count: end - first)
    }
  }
}

/// Strips of columns: the columns of a tile's rows side by side, row after row, so that the product over rows
/// reads them as a tile.
final class StripStaging: ColumnStaging {
  private let kernels: TileKernels

  init(_ kernels: TileKernels) { self.kernels = kernels }

  let keepsRows = false

  private static let stripsPerPiece = 16

  func pieces(columns: Int) -> Int {
    (kernels.tiles(rows: columns) + Self.stripsPerPiece - 1) / Self.stripsPerPiece
  }

  func stage(
    piece: Int, count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let strips = kernels.tiles(rows: columns)
    let first = piece * Self.stripsPerPiece
    for strip in first..<min(first + Self.stripsPerPiece, strips) {
      let part = kernels.tileRows(strip, of: columns)
      let whole = part.count & ~3
      var to = target + part.lowerBound * count
      for row in 0..<count {
        let from = source[indices.map { Int($0[row]) } ?? row]
        defer { to += part.count }
        copy(from + part.lowerBound, to: to, count: whole)
        for index in whole..<part.count { to[index] = from[part.lowerBound + index] }
      }
    }
  }
}

/// Copies floats that need only be aligned for one, four at a time: `count` is a multiple of four.
@inline(__always)
private func copy(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
) {
  for index in stride(from: 0, to: count, by: 4) {
    let four = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(target + index).storeBytes(of: four, as: SIMD4<Float>.self)
  }
}
