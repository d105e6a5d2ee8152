import LayerSpec

/// Who multiplies.
///
/// Layers are written against the two protocols below and know no engine.
public enum Engine: Sendable {
  /// A BLAS library with one thread, called by every worker on its own block of outputs.
  case blas(BLASLibrary)

  /// The name that reports and records carry.
  public var name: String {
    switch self {
    case .blas: "blas"
    }
  }

  /// Floats of scratch that one worker needs for `hidden`, for up to `rows` rows.
  static func scratchElements(rows: Int) -> Int { BLASBlocking.scratchElements(rows: rows) }

  func makeMatrices(count: Int, outputs: Int, inputs: Int) -> any EngineMatrices {
    switch self {
    case .blas(let library):
      BLASMatrices(library: library, count: count, outputs: outputs, inputs: inputs)
    }
  }

  func makeNetworks(count: Int, spec: FeedForwardSpec) -> any EngineNetworks {
    switch self {
    case .blas(let library): BLASNetworks(library: library, count: count, spec: spec)
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

  /// Outputs of one task when `rows` rows are multiplied: a multiple of the vector width.
  func block(rows: Int) -> Int

  /// Y = X·Wᵀ, or Y += X·Wᵀ, for the outputs given; `result` begins at the first of them.
  func multiply(
    matrix: Int, outputs: Range<Int>, input: Rows, into result: Rows, accumulate: Bool)
}

/// Equal feed-forward networks in the layout that an engine multiplies from.
///
/// The first half is one operation, so that an engine may keep gate and up side by side and apply
/// the activation while both are in registers.
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

  /// The hidden units given, activation applied; `result` begins at the first of them.
  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>)
}

/// One of the input matrices of a network.
///
/// One that is not gated has `up` only.
enum NetworkPart {
  case gate
  case up
}
