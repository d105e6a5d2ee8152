import LayerSpec
import Tile

/// Something that multiplies: it brings weights into a layout of its own and computes products with them.
///
/// Layers are written against this protocol and the two below, and know no engine. An engine is `blas` (a
/// BLAS library with one thread, called by every worker on its own block of outputs) or `tile` (our own
/// micro-kernel, which packs weights once, when a layer is made); another one is one more conformer.
public protocol Engine: Sendable {
  /// The name that options take and that reports and records carry.
  var name: String { get }

  /// The formats of weights that it multiplies.
  var formats: [WeightFormat] { get }

  /// FLOP/s of one thread before anything was measured, seen at some tens of tokens per expert.
  var guessedFlopsPerSecond: Double { get }

  /// True when products round activations to the precision of such weights.
  func roundsActivations(_ format: WeightFormat) -> Bool

  /// True when rows are brought into an order of the engine's before they are multiplied.
  var stagesRows: Bool { get }

  /// Rows of each tile that a product of `rows` rows is cut into; `nil` for an engine without tiles.
  func tileRows(of rows: Int, format: WeightFormat) -> [Int]?

  /// What measures tiles of every number of rows in cache; `nil` for an engine without tiles.
  ///
  /// - Parameter threads: the most that will ever work at once.
  func makeTileWork(format: WeightFormat, threads: Int) -> TileWork?

  /// Equal matrices in the engine's layout, all zero.
  ///
  /// - Precondition: the format is one of the engine's, and rows are whole blocks of it.
  func makeMatrices(
    count: Int, outputs: Int, inputs: Int, format: WeightFormat
  ) -> any EngineMatrices

  /// Equal networks in the engine's layout, all zero.
  ///
  /// - Precondition: as for matrices.
  func makeNetworks(
    count: Int, spec: FeedForwardSpec, format: WeightFormat
  ) -> any EngineNetworks

  /// Floats of scratch that one worker needs for products of up to `rows` rows of up to `inputs` elements;
  /// `Int.max` where they cannot be counted.
  func scratchElements(rows: Int, inputs: Int, format: WeightFormat) -> Int

  /// Outputs that a matrix may be filled up with at the most.
  func outputPadding(_ format: WeightFormat) -> Int
}

extension Engine {
  /// Whether it multiplies weights of this format.
  public func supports(_ format: WeightFormat) -> Bool { formats.contains(format) }

  /// Bytes that one matrix takes, `Int.max` where they cannot be counted.
  public func matrixBytes(outputs: Int, inputs: Int, format: WeightFormat) -> Int {
    format.bytes(rows: Saturating.sum(outputs, outputPadding(format)), columns: inputs) ?? .max
  }

  /// Bytes that a network's weights take, `Int.max` where they cannot be counted.
  public func networkBytes(_ network: FeedForwardSpec, format: WeightFormat) -> Int {
    let inner = matrixBytes(outputs: network.intermediate, inputs: network.width, format: format)
    let down = matrixBytes(outputs: network.width, inputs: network.intermediate, format: format)
    return [
      Saturating.product(network.matrices - 1, inner), down,
      Saturating.product(network.biasElements, MemoryLayout<Float>.size),
    ].reduce(0, Saturating.sum)
  }
}

/// Equal matrices W, outputs × inputs each, in the layout that an engine multiplies from.
public protocol EngineMatrices: AnyObject {
  /// How many there are.
  var count: Int { get }
  /// Rows of each.
  var outputs: Int { get }
  /// Columns of each.
  var inputs: Int { get }

  /// Puts a canonical row in its place.
  func store(_ values: UnsafePointer<Float>, matrix: Int, row: Int)

  /// Gives a canonical row back.
  func copyRow(_ row: Int, matrix: Int, to target: UnsafeMutablePointer<Float>)

  /// Outputs of one task when `rows` rows are multiplied: a multiple of `outputUnit`.
  func block(rows: Int) -> Int

  /// Outputs that belong together: tasks begin at multiples of it.
  var outputUnit: Int { get }

  /// Brings rows into the order that `multiply` reads; see `RowStaging`.
  var staging: RowStaging { get }

  /// Y = X·Wᵀ for the outputs given, and for some of the rows.
  ///
  /// - Parameters:
  ///   - input: All rows of one staging.
  ///   - pieces: Those of its pieces that are multiplied.
  ///   - result: Row-major; begins at the first row of all and at the first of the outputs.
  ///   - scratch: A worker's own.
  ///   - next: What the worker multiplies after this; `nil` where nobody knows.
  func multiply(
    matrix: Int, outputs: Range<Int>, input: Rows, pieces: Range<Int>, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?)
}

extension EngineMatrices {
  /// Y = X·Wᵀ for the outputs given, and for all rows.
  func multiply(
    matrix: Int, outputs: Range<Int>, input: Rows, into result: Rows,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace? = nil
  ) {
    multiply(
      matrix: matrix, outputs: outputs, input: input,
      pieces: 0..<staging.pieces(rows: input.count), into: result, scratch: scratch, next: next)
  }
}

/// Where weights begin: so that an engine can ask for those that come next.
public struct WeightPlace: Hashable {
  /// The matrix or network among its equals.
  public var matrix: Int
  /// The first output, or hidden unit.
  public var output: Int
}

/// Equal feed-forward networks in the layout that an engine multiplies from.
///
/// The first half is one operation, so that an engine may keep gate and up side by side and apply
/// the activation while both are in registers. Its result is in the order that `down` reads.
public protocol EngineNetworks: AnyObject {
  /// How many there are.
  var count: Int { get }
  /// What each computes.
  var spec: FeedForwardSpec { get }
  /// W_down, H×F.
  var down: any EngineMatrices { get }

  /// Puts a canonical row of W_gate or W_up in its place.
  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int)

  /// Gives a canonical row of W_gate or W_up back.
  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>)

  /// Hidden units of one task when `rows` rows are multiplied: a multiple of the vector width.
  func hiddenBlock(rows: Int) -> Int

  /// Brings input rows into the order that `hidden` reads.
  var staging: RowStaging { get }

  /// The hidden units given, activation applied, staged for `down`.
  ///
  /// - Parameters:
  ///   - input: All rows of one staging.
  ///   - result: As many rows of F units.
  ///   - scratch: A worker's own.
  ///   - next: What the worker turns to after this; `nil` where nobody knows.
  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?)
}

/// One of the input matrices of a network.
///
/// One that is not gated has `up` only.
public enum NetworkPart: Hashable {
  /// W_gate.
  case gate
  /// W_up.
  case up
}
