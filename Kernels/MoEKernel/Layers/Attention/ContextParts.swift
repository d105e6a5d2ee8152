import Glibc

/// Sums of values of parts of a context, which are merged when all are there.
///
/// A step of decoding has one query for each head, and threads share its keys ("flash-decoding", Dao, Haziza,
/// Massa and Sizov 2023). How a context is cut depends on its keys alone, so that results are the same with any number of threads.
final class ContextParts {
  /// Where they lie.
  let places: Places

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
    let rows = Self.rows(queries: queries, keys: keys)
    values = Matrix(rows: rows, columns: paddedToVector(width))
    shifts = AlignedBuffer(count: rows)
    sums = AlignedBuffer(count: rows)
    terms = AlignedBuffer(count: rows)
    places = Places(
      width: width, values: values.all, shifts: shifts.base, sums: sums.base, terms: terms.base)
  }

  private static func rows(queries: Int, keys: Int) -> Int {
    keys <= keysPerPart ? 0 : Saturating.product(queries, parts(keys: keys))
  }

  /// Bytes of the memory; `Int.max` where they cannot be counted.
  static func bytes(queries: Int, keys: Int, width: Int) -> Int {
    Saturating.product(
      rows(queries: queries, keys: keys), Saturating.sum(Saturating.product(4, width), 88))
  }

  /// What tasks copy without counting references (`KVPanels`).
  struct Places {
    /// Elements of a sum.
    fileprivate let width: Int
    fileprivate let values: Rows
    fileprivate let shifts: UnsafeMutablePointer<Float>
    fileprivate let sums: UnsafeMutablePointer<Float>
    fileprivate let terms: UnsafeMutablePointer<Term>

    /// Where the sums of one part go.
    func place(part: Int, query: Int, of queries: Int) -> Place {
      let row = part * queries + query
      precondition(row >= 0 && row < values.count, "part \(part) of query \(query) of \(queries)")
      return Place(
        values: values[row], stride: values.stride, shifts: shifts + row,
        sums: sums + row)
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
      precondition(parts * queries <= values.count, "\(parts) parts of \(queries) queries")
      let terms = terms + query * parts
      var maximum = sink ?? -.infinity
      for part in 0..<parts { maximum = max(maximum, shifts[part * queries + query]) }
      var total = sink.map { expf($0 - maximum) } ?? 0
      for part in 0..<parts {
        let row = part * queries + query
        let factor = expf(shifts[row] - maximum)
        total += factor * sums[row]
        terms[part] = Term(row: values[row], factor: factor)
      }
      for part in 0..<parts { terms[part].factor /= total }
      RowArithmetic.weightedSum(terms, count: parts, columns: width, scale: nil, into: result)
    }
  }
}
