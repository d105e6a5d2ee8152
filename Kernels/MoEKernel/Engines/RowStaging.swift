/// The order in which an engine reads the rows that it multiplies: its packing of activations.
///
/// Rows that meet the same weights are staged together, and always all of them: where a row lies
/// among staged ones depends on how many there are. A class, so that a pass may ask for it without an
/// allocation.
public protocol RowStaging: AnyObject, Sendable {
  /// Names the order: stagings of equal name bring equal rows into equal memory.
  var order: String { get }

  /// True when products read rows where they lie, row after row, so that only rows that are gathered
  /// from several places need staging.
  var keepsRows: Bool { get }

  /// Pieces that `count` rows are staged in: the tasks of a region, which write to different memory.
  func pieces(rows count: Int) -> Int

  /// The most rows of one piece, whatever the number of rows.
  var rowsPerPiece: Int { get }

  /// Stages one piece of `count` rows.
  ///
  /// - Parameters:
  ///   - source: Row-major rows.
  ///   - indices: Which rows of the source, `count` of them; `nil` for the first ones in order.
  ///   - columns: Elements of a row.
  ///   - target: Memory for `count` rows, each of `columns` elements up to a multiple of `vectorLanes`; products may
  ///     read up to a vector behind them, which comes to nothing.
  func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows)
}

/// Row-major order, in which rows lie already: what engines use that pack at every call, or never.
public final class RowMajorStaging: RowStaging {
  /// The only instance: it has no state, and passes compare orders by name.
  public static let shared = RowMajorStaging()

  private init() {}

  /// `rows`, the name of the row-major order.
  public let order = "rows"
  /// True: products read rows where they lie.
  public let keepsRows = true
  /// 1: a piece is a row.
  public let rowsPerPiece = 1

  /// `count`: a piece for each row.
  public func pieces(rows count: Int) -> Int { count }

  /// Copies one row of the source, the gather of one token.
  public func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    let row = indices.map { Int($0[piece]) } ?? piece
    target[piece].update(from: source[row], count: columns)
  }
}
