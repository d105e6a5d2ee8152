/// The order in which an engine reads the rows that it multiplies.
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

  /// Pieces that `count` rows are staged in, one task each.
  func pieces(rows count: Int) -> Int

  /// The most rows of one piece.
  var rowsPerPiece: Int { get }

  /// Stages one piece of `count` rows.
  ///
  /// - Parameters:
  ///   - source: Row-major rows.
  ///   - indices: Which rows of the source, `count` of them; `nil` for the first ones in order.
  ///   - columns: Elements of a row.
  ///   - target: Memory for `count` rows, each of `columns` elements up to a multiple of `vectorLanes`.
  func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows)
}

/// Row after row, as they are.
public final class RowMajorStaging: RowStaging {
  /// The one that all share.
  public static let shared = RowMajorStaging()

  private init() {}

  /// `rows`.
  public let order = "rows"
  /// True: products read rows where they lie.
  public let keepsRows = true
  /// 1.
  public let rowsPerPiece = 1

  /// A piece for each row.
  public func pieces(rows count: Int) -> Int { count }

  /// Copies one row.
  public func stage(
    piece: Int, of count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: Rows
  ) {
    let row = indices.map { Int($0[piece]) } ?? piece
    target[piece].update(from: source[row], count: columns)
  }
}
