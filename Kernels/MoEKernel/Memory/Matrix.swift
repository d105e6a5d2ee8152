/// A row-major matrix of 32-bit floats that owns aligned memory.
///
/// It is a class, so that many may be kept in an array (a benchmark's batches) and one may be
/// given to a kernel without a copy. It is not `Sendable`: kernels share it by pointer inside one
/// pass only.
public final class Matrix {
  /// Number of rows; may be 0.
  public let rows: Int
  /// Number of columns, and elements from one row to the next: there is no padding but what callers ask for.
  public let columns: Int
  let buffer: AlignedBuffer<Float>

  /// The first rows of another matrix, whose memory it shares and keeps.
  init(first rows: Int, of other: Matrix) {
    precondition(rows >= 0 && rows <= other.rows, "\(rows) of \(other.rows) rows")
    self.rows = rows
    columns = other.columns
    buffer = other.buffer
  }

  /// A matrix of zeros; either size may be 0.
  public convenience init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, in: .own)
  }

  /// A matrix of zeros, or a view of the random weights of an arena, which then lives as long.
  init(rows: Int, columns: Int, in memory: WeightMemory) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows)×\(columns)")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    precondition(!overflow, "a matrix of \(rows)×\(columns) cannot be addressed")
    self.rows = rows
    self.columns = columns
    buffer = AlignedBuffer(count: count, in: memory)
  }

  /// A matrix with the given elements, row after row.
  public convenience init(rows: Int, columns: Int, elements: [Float]) {
    self.init(rows: rows, columns: columns)
    precondition(
      elements.count == rows * columns,
      "\(elements.count) elements do not fill \(rows)×\(columns)")
    elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      buffer.base.update(from: start, count: source.count)
    }
  }

  /// The element at a row and a column, each from 0 and checked in every build.
  public subscript(row: Int, column: Int) -> Float {
    get { buffer[index(row, column)] }
    set { buffer[index(row, column)] = newValue }
  }

  private func index(_ row: Int, _ column: Int) -> Int {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "element (\(row), \(column)) is outside \(rows)×\(columns)")
    return row * columns + column
  }

  /// A copy of one row, `columns` elements.
  public func row(_ row: Int) -> [Float] {
    precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
    return Array(UnsafeBufferPointer(start: buffer.base + row * columns, count: columns))
  }

  /// Replaces one row by exactly `columns` values.
  public func setRow(_ row: Int, to values: [Float]) {
    precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
    precondition(values.count == columns, "\(values.count) values do not fill \(columns) columns")
    values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      (buffer.base + row * columns).update(from: start, count: columns)
    }
  }

  /// A copy of all `rows` × `columns` elements, row after row.
  public var elements: [Float] {
    Array(UnsafeBufferPointer(start: buffer.base, count: rows * columns))
  }

  /// Gives `body` all elements in place, row after row, without a copy.
  public func withElements<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    let elements = UnsafeBufferPointer(start: buffer.base, count: rows * columns)
    return try withExtendedLifetime(self) { try body(elements.span) }
  }

  /// Gives `body` all elements in place, row after row, to change them; no pass may run meanwhile.
  public func withMutableElements<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    let elements = UnsafeMutableBufferPointer(start: buffer.base, count: rows * columns)
    return try withExtendedLifetime(self) {
      var span = elements.mutableSpan
      return try body(&span)
    }
  }

  /// All rows, for kernels; the matrix must be kept alive while they are used.
  public var all: Rows { Rows(base: buffer.base, stride: columns, count: rows) }
}

/// Rows of floats at a stride, borrowed from a matrix for the length of a pass.
///
/// That the memory lives and holds `count` rows is promised by the code that makes the value.
public struct Rows {
  /// The first element of row 0.
  public let base: UnsafeMutablePointer<Float>
  /// Elements from one row to the next, at least as many as a row has.
  public let stride: Int
  /// Number of rows; how many elements of each may be used is known to the caller.
  public let count: Int

  /// Rows that begin at an address, whose memory is the caller's promise.
  @inline(__always)
  public init(base: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
    self.base = base
    self.stride = stride
    self.count = count
  }

  /// The first element of one row, unchecked: loops over rows begin here.
  @inline(__always)
  public subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row &* stride }

  /// `count` rows from `row` on, each from `column` on: rows are checked, the column is not.
  @inline(__always)
  public func part(from row: Int, count: Int, column: Int = 0) -> Rows {
    precondition(
      row >= 0 && count >= 0 && count <= self.count && row <= self.count &- count,
      "rows from \(row) on, \(count) of them, are not among \(self.count)")
    return Rows(base: base + (row &* stride &+ column), stride: stride, count: count)
  }
}
