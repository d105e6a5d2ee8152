import LayerSpec

/// Matrices W of 32-bit floats that an engine also multiplies backwards.
///
/// Of Y = X·Wᵀ a backward pass is given dY and makes dX = dY·W and dW = dYᵀ·X, each as many FLOPs as the product
/// itself. Gradients of weights are matrices of the same layout as the weights, as an optimiser wants them.
///
/// Rows of dY have `gradientColumns` columns: the outputs, and zeros behind them.
public protocol TrainableMatrices: EngineMatrices {
  /// Columns of rows of dY, the outputs among them.
  var gradientColumns: Int { get }

  /// The order of rows of dY that `multiplyBackward` reads.
  var gradientStaging: any RowStaging { get }

  /// The order of rows of X that the product over rows reads.
  var columnStaging: any ColumnStaging { get }

  /// Inputs of one task of `multiplyBackward`; tasks begin at multiples.
  var inputBlock: Int { get }

  /// Outputs of one task of `storeGradient`; tasks begin at multiples.
  var gradientBlock: Int { get }

  /// Floats of scratch that a worker needs for either product of up to `rows` rows; a multiple of 16.
  func backwardScratch(rows: Int) -> Int

  /// dX = dY·W for the inputs given.
  ///
  /// - Parameters:
  ///   - inputs: Begin at a multiple of `inputBlock`, and end at one or with the matrix.
  ///   - gradient: dY, all rows of one staging, each of `gradientColumns` elements.
  ///   - result: Row-major; begins at the first of the inputs.
  ///   - next: The first input of the task that this worker does next in the matrix, whose weights are asked
  ///     for meanwhile; `nil` for none.
  func multiplyBackward(
    matrix: Int, inputs: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?)

  /// These matrices become dW = dYᵀ·X for the outputs given.
  ///
  /// - Parameters:
  ///   - outputs: Begin at a multiple of `gradientBlock`, and end at one or with the matrix.
  ///   - gradient: dY, row-major, at least one row, from the first output of all on.
  ///   - input: As many rows of X, in the order of `columnStaging`.
  func storeGradient(
    matrix: Int, outputs: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>)

  /// Makes a matrix zero: what no row reached has no gradient.
  func clear(matrix: Int)
}

/// Networks of 32-bit floats that an engine also multiplies backwards, as `TrainableMatrices`.
///
/// What stood before the activation is kept by the forward pass, in rows of `hiddenColumns` in an order that is
/// the engine's own; gradients of it have the same order.
public protocol TrainableNetworks: EngineNetworks {
  /// W_down, for its two products.
  var trainableDown: any TrainableMatrices { get }

  /// Columns of rows of what stands before the activation.
  var hiddenColumns: Int { get }

  /// Columns of rows of hidden units, F among them.
  var unitColumns: Int { get }

  /// The order of rows of gradients that `unitGradients` and `multiplyBackward` read.
  var gradientStaging: any RowStaging { get }

  /// The order of input rows that the product over rows reads.
  var columnStaging: any ColumnStaging { get }

  /// Hidden units of one task of `unitGradients`; tasks begin at multiples.
  var unitBlock: Int { get }

  /// Inputs of one task of `multiplyBackward`; tasks begin at multiples.
  var inputBlock: Int { get }

  /// Hidden units of one task of `storeGradient`; tasks begin at multiples.
  var gradientBlock: Int { get }

  /// Floats of scratch that a worker needs for any product of up to `rows` rows; a multiple of 16.
  func backwardScratch(rows: Int) -> Int

  /// `hidden`, which also keeps what stands before the activation, biases added.
  ///
  /// - Parameter kept: As many rows of `hiddenColumns`.
  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, keeping kept: Rows,
    epilogue: HiddenEpilogue, scratch: UnsafeMutablePointer<Float>, next: WeightPlace?)

  /// The gradients of what stood before the activation, and the hidden units once more.
  ///
  /// - Parameters:
  ///   - units: Begin at a multiple of `unitBlock`, and end at one or with the network.
  ///   - gradient: Of the network's output, all rows of one staging of `trainableDown.gradientColumns`.
  ///   - kept: What `hidden` kept.
  ///   - result: As many rows of `hiddenColumns`.
  ///   - active: As many rows of `unitColumns`.
  ///   - next: The first unit of the task that this worker does next in the network; `nil` for none.
  func unitGradients(
    network: Int, units: Range<Int>, gradient: Rows, kept: Rows, into result: Rows, active: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?)

  /// dX of gate and up together, for the inputs given.
  ///
  /// - Parameters:
  ///   - gradient: All rows of one staging of `hiddenColumns`.
  ///   - next: The first input of the task that this worker does next in the network; `nil` for none.
  func multiplyBackward(
    network: Int, inputs: Range<Int>, gradient: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: Int?)

  /// Gate and up of these networks become their gradients for the units given.
  ///
  /// - Parameters:
  ///   - gradient: Row-major rows of `hiddenColumns`, at least one.
  ///   - input: As many input rows, in the order of `columnStaging`.
  func storeGradient(
    network: Int, units: Range<Int>, gradient: Rows, input: Rows,
    scratch: UnsafeMutablePointer<Float>)

  /// Makes gate, up and down of a network zero.
  func clear(network: Int)

  /// Adds rows of what `hiddenColumns` orders up by unit: the gradients of the biases.
  ///
  /// - Parameter sums: `paddedToVector` of the units, zeros before.
  func addRows(_ rows: Rows, of part: NetworkPart, to sums: UnsafeMutablePointer<Float>)
}

/// The order in which an engine reads rows whose number is the inner dimension of a product.
public protocol ColumnStaging: AnyObject, Sendable {
  /// True when products read rows where they lie.
  var keepsRows: Bool { get }

  /// Pieces that rows of so many columns are staged in: tasks that write to different memory.
  func pieces(columns: Int) -> Int

  /// Stages one piece of all rows.
  ///
  /// - Parameters:
  ///   - source: Row-major rows.
  ///   - indices: Which rows of the source, `count` of them; `nil` for the first ones in order.
  ///   - target: Memory for `count` × `columns` floats.
  func stage(
    piece: Int, count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: UnsafeMutablePointer<Float>)
}

/// Row-major order, in which rows lie already.
final class RowMajorColumns: ColumnStaging {
  static let shared = RowMajorColumns()

  private init() {}

  let keepsRows = true

  func pieces(columns: Int) -> Int { 0 }

  func stage(
    piece: Int, count: Int, source: Rows, indices: UnsafePointer<Int32>?, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {}
}
