import LayerSpec
import Tile

/// Who multiplies.
///
/// Layers are written against the two protocols below and know no engine.
public enum Engine: Sendable {
  /// A BLAS library with one thread, called by every worker on its own block of outputs.
  case blas(BLASLibrary)
  /// Our own micro-kernel, which packs weights once, when a layer is made.
  case tile(TileEngine)

  /// The name that reports and records carry.
  public var name: String {
    switch self {
    case .blas: "blas"
    case .tile: "tile"
    }
  }

  /// How the weights of networks and projections are stored; routers are always 32-bit.
  public var precision: Precision {
    switch self {
    case .blas: .f32
    case .tile(let engine): engine.networks.precision
    }
  }

  /// True when products of networks and projections round activations to the weights' precision.
  public var roundsActivations: Bool {
    switch self {
    case .blas: false
    case .tile(let engine): engine.networks.usesBF16Dot
    }
  }

  /// Matrices of a router, in 32 bits with every engine: a rounded logit would route elsewhere.
  func makeRouter(outputs: Int, inputs: Int) -> any EngineMatrices {
    switch self {
    case .blas(let library):
      BLASMatrices(library: library, count: 1, outputs: outputs, inputs: inputs)
    case .tile(let engine):
      TileMatrices(engine.router, count: 1, outputs: outputs, inputs: inputs)
    }
  }

  /// Matrices into or out of a latent space, or to be multiplied alone.
  func makeProjection(count: Int = 1, outputs: Int, inputs: Int) -> any EngineMatrices {
    switch self {
    case .blas(let library):
      BLASMatrices(library: library, count: count, outputs: outputs, inputs: inputs)
    case .tile(let engine):
      TileMatrices(engine.networks, count: count, outputs: outputs, inputs: inputs)
    }
  }

  func makeNetworks(count: Int, spec: FeedForwardSpec) -> any EngineNetworks {
    switch self {
    case .blas(let library): BLASNetworks(library: library, count: count, spec: spec)
    case .tile(let engine): TileNetworks(engine.networks, count: count, spec: spec)
    }
  }

  // MARK: Memory

  /// Floats of scratch that one worker needs for products of up to `rows` rows.
  func scratchElements(rows: Int) -> Int {
    switch self {
    case .blas: BLASBlocking.scratchElements(rows: rows)
    case .tile(let engine): TileProduct.scratchElements(engine.networks, rows: rows)
    }
  }

  /// True when rows are brought into an order of the engine's before they are multiplied.
  var stagesRows: Bool {
    switch self {
    case .blas: false
    case .tile: true
    }
  }

  /// Bytes that a network's weights take, `Int.max` where they cannot be counted.
  func weightBytes(of network: FeedForwardSpec) -> Int {
    let rows = Saturating.product(
      network.matrices - 1, Saturating.sum(network.intermediate, outputPadding))
    let elements = Saturating.sum(
      Saturating.product(rows, network.width),
      Saturating.product(Saturating.sum(network.width, outputPadding), network.intermediate))
    return Saturating.sum(
      Saturating.product(elements, precision.bytesPerWeight),
      Saturating.product(network.biasElements, 4))
  }

  /// Bytes that one matrix takes, `Int.max` where they cannot be counted.
  func matrixBytes(outputs: Int, inputs: Int) -> Int {
    Saturating.product(
      Saturating.product(Saturating.sum(outputs, outputPadding), inputs), precision.bytesPerWeight)
  }

  /// Outputs that a matrix may be filled up with at the most.
  private var outputPadding: Int {
    switch self {
    case .blas: 0
    case .tile(let engine): engine.networks.panelWidth - 1
    }
  }
}

/// Equal matrices W, outputs × inputs each, in the layout that an engine multiplies from.
protocol EngineMatrices: AnyObject {
  var count: Int { get }
  var outputs: Int { get }
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
struct WeightPlace {
  /// The matrix or network among its equals.
  var matrix: Int
  /// The first output, or hidden unit.
  var output: Int
}

/// Equal feed-forward networks in the layout that an engine multiplies from.
///
/// The first half is one operation, so that an engine may keep gate and up side by side and apply
/// the activation while both are in registers. Its result is in the order that `down` reads.
protocol EngineNetworks: AnyObject {
  var count: Int { get }
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
enum NetworkPart {
  case gate
  case up
}
