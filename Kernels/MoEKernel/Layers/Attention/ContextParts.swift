import Glibc

/// Sums of values of parts of a context, which are merged when all are there.
///
/// A step of decoding has one query for each head, and threads share its keys ("flash-decoding", Dao, Haziza,
/// Massa and Sizov 2023). How a context is cut depends on its keys alone, so that results are the same with any number of threads.
final class ContextParts {
  /// Elements of a sum.
  private let width: Int
  /// A row for each part of each query, those of all queries of one part behind each other.
  private let values: Matrix
  /// What was subtracted from scores, near their maximum, and the sum of weights of each.
  private let shifts: AlignedBuffer<Float>
  private let sums: AlignedBuffer<Float>
  /// What is added up for each query.
  private let terms: AlignedBuffer<Term>

  /// Keys of a part: enough to be worth a task, with values of 128 elements a MiB.
  static let keysPerPart = 1024

  /// Parts that so many keys are cut into, at least one.
  static func parts(keys: Int) -> Int { max(1, (keys + keysPerPart - 1) / keysPerPart) }

  /// Memory for `queries` queries that see up to `keys` keys; none where they are never cut.
  init(queries: Int, keys: Int, width: Int) {
    self.width = width
    let rows = Self.rows(queries: queries, keys: keys)
    values = Matrix(rows: rows, columns: paddedToVector(width))
    shifts = AlignedBuffer(count: rows)
    sums = AlignedBuffer(count: rows)
    terms = AlignedBuffer(count: rows)
  }

  private static func rows(queries: Int, keys: Int) -> Int {
    keys <= keysPerPart ? 0 : Saturating.product(queries, parts(keys: keys))
  }

  /// Bytes of the memory; `Int.max` where they cannot be counted.
  static func bytes(queries: Int, keys: Int, width: Int) -> Int {
    Saturating.product(
      rows(queries: queries, keys: keys), Saturating.sum(Saturating.product(4, width), 88))
  }

  /// Where the sums of one part go.
  func place(part: Int, query: Int, of queries: Int) -> Place {
    let row = part * queries + query
    precondition(row >= 0 && row < values.rows, "part \(part) of query \(query) of \(queries)")
    return Place(
      values: values.all[row], stride: values.columns, shifts: shifts.base + row,
      sums: sums.base + row)
  }

  /// The sums of the part of some queries that follow each other.
  struct Place {
    let values: UnsafeMutablePointer<Float>
    let stride: Int
    let shifts: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
  }

  /// Writes what all parts of a query come to: Σ e^(shift − m)·values / Σ e^(shift − m)·sum.
  ///
  /// - Parameter sink: a further logit of which nothing is read; `nil` for none.
  func merge(
    parts: Int, query: Int, of queries: Int, sink: Float?,
    into result: UnsafeMutablePointer<Float>
  ) {
    precondition(parts * queries <= values.rows, "\(parts) parts of \(queries) queries")
    let terms = terms.base + query * parts
    var maximum = sink ?? -.infinity
    for part in 0..<parts { maximum = max(maximum, shifts.base[part * queries + query]) }
    var total = sink.map { expf($0 - maximum) } ?? 0
    for part in 0..<parts {
      let row = part * queries + query
      let factor = expf(shifts.base[row] - maximum)
      total += factor * sums.base[row]
      terms[part] = Term(row: values.all[row], factor: factor)
    }
    for part in 0..<parts { terms[part].factor /= total }
    RowArithmetic.weightedSum(terms, count: parts, columns: width, scale: nil, into: result)
  }
}
