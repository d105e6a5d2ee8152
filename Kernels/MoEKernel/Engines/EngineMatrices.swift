/// Equal matrices W, outputs × inputs each, in the layout that an engine multiplies from.
///
/// Rows may be stored by several threads at once, each its own; nothing is stored while a pass runs.
public protocol EngineMatrices: AnyObject {
  /// Matrices of this shape, such as one for each resident expert.
  var count: Int { get }
  /// Rows of each matrix: N, the length of a result.
  var outputs: Int { get }
  /// Columns of each matrix: K, the terms of each sum.
  var inputs: Int { get }

  /// True when they are views of an arena, whose random weights they have; then nothing is stored.
  var holdsWeights: Bool { get }

  /// Puts a canonical row in its place, rounded to the format.
  ///
  /// - Parameter values: `inputs` floats.
  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int)

  /// Gives a canonical row back as it is stored: what products multiply.
  ///
  /// - Parameter target: `inputs` floats.
  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>)

  /// Gives consecutive canonical rows back: a layout that keeps outputs side by side reads them together.
  ///
  /// - Parameter target: `inputs` floats a row, rows `stride` floats apart.
  func copyRows(
    _ rows: Range<Int>, matrix: Int, to target: UnsafeMutablePointer<Float>, stride: Int)

  /// Where the weights of a place begin, so that threads on the same NUMA node take them; `nil` where they lie
  /// together nowhere.
  func address(of place: WeightPlace) -> UnsafeRawPointer?

  /// Outputs of one task when `rows` rows are multiplied: a multiple of `outputUnit`.
  func block(rows: Int) -> Int

  /// Outputs that are stored together, as those of a panel: tasks begin at multiples of it.
  var outputUnit: Int { get }

  /// Brings rows into the order that `multiply` reads: the engine's staging of the matrices' format.
  var staging: any RowStaging { get }

  /// Y = X·Wᵀ for the outputs given, and for some of the rows.
  ///
  /// - Parameters:
  ///   - outputs: Begin at a multiple of `outputUnit`, and end at one or with the matrix.
  ///   - input: All rows of one staging.
  ///   - pieces: Those of its pieces that are multiplied.
  ///   - result: Row-major; begins at the first row of all and at the first of the outputs.
  ///   - scratch: A worker's own, as much as the engine's `scratchElements` says.
  ///   - next: What the worker multiplies after this, for an engine to prefetch; `nil` where that is not known.
  func multiply(
    matrix: Int, outputs: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?)
}

extension EngineMatrices {
  /// False, as for every engine that does not take an arena's offer: its matrices are zeros until stored.
  public var holdsWeights: Bool { false }

  /// `nil`: tasks are at home on any node.
  public func address(of place: WeightPlace) -> UnsafeRawPointer? { nil }

  /// One row after the other.
  public func copyRows(
    _ rows: Range<Int>, matrix: Int, to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for (index, row) in rows.enumerated() {
      copyRow(row, matrix: matrix, to: target + index * stride)
    }
  }

  /// Y = X·Wᵀ for the outputs given, and for all rows.
  func multiply(
    matrix: Int, outputs: Range<Int>, input: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace? = nil
  ) {
    multiply(
      matrix: matrix, outputs: outputs, input: input,
      pieces: 0..<staging.pieces(rows: input.count), into: result, scratch: scratch, next: next)
  }

  /// Stops when a product reads or writes what it must not.
  ///
  /// Conformers call it once a product, which costs nothing beside one.
  func checkProduct(matrix: Int, outputs range: Range<Int>, input: Rows, result: Rows) {
    precondition(
      matrix >= 0 && matrix < count && range.lowerBound >= 0 && range.upperBound <= outputs
        && range.lowerBound % outputUnit == 0,
      "outputs \(range) of matrix \(matrix) are outside \(count) matrices of \(outputs) outputs")
    precondition(
      result.count >= input.count && (input.count == 0 || result.stride >= range.count),
      "\(input.count)×\(range.count) results do not fit in \(result.count)×\(result.stride)")
  }

  /// The index of a row among the rows of all matrices, which lie one after the other.
  func rowIndex(_ row: Int, matrix: Int) -> Int {
    precondition(
      row >= 0 && row < outputs && matrix >= 0 && matrix < count,
      "row \(row) of matrix \(matrix) is outside \(count) matrices of \(outputs) rows")
    return matrix * outputs + row
  }
}

/// Where the weights of a task begin, so that an engine can prefetch them while it multiplies others, and
/// tell on which memory they lie.
public struct WeightPlace: Sendable {
  /// The index of the matrix among those of its `EngineMatrices`, or of the network among its networks.
  public var matrix: Int
  /// The task's first output, or its first hidden unit.
  public var output: Int

  /// A place whose output begins a block.
  public init(matrix: Int, output: Int) {
    self.matrix = matrix
    self.output = output
  }
}
