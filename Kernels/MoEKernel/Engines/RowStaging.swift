import Tile

/// The order in which an engine reads the rows that it multiplies.
///
/// Rows that meet the same weights are staged together, and always all of them: where a row lies
/// among staged ones depends on how many there are.
public enum RowStaging: Sendable {
  /// Row after row, as they are.
  case rows
  /// In tiles of a few rows each, input after input.
  case tiles(TileKernels)

  /// Pieces that `count` rows are staged in, one task each.
  public func pieces(rows count: Int) -> Int {
    switch self {
    case .rows: count
    case .tiles(let kernels): kernels.tiles(rows: count)
    }
  }

  /// The most rows of one piece.
  public var rowsPerPiece: Int {
    switch self {
    case .rows: 1
    case .tiles(let kernels): kernels.maximumRows
    }
  }

  /// Stages one piece of `count` rows.
  ///
  /// - Parameters:
  ///   - source: Row-major rows.
  ///   - indices: Which rows of the source, `count` of them; `nil` for the first ones in order.
  ///   - columns: Elements of a row.
  ///   - target: Room for `count` rows, at least `columns` elements each.
  public func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    switch self {
    case .rows:
      let row = indices.map { Int($0[piece]) } ?? piece
      target[piece].update(from: source[row], count: columns)
    case .tiles(let kernels):
      let rows = kernels.tileRows(piece, of: count)
      kernels.packTile(
        source: indices == nil ? source[rows.lowerBound] : source.base, stride: source.stride,
        indices: indices.map { $0 + rows.lowerBound }, rows: rows.count, depth: columns,
        tile: target[rows.lowerBound])
    }
  }
}
