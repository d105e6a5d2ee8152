import LayerSpec

/// Equal feed-forward networks in the layout that an engine multiplies from.
///
/// The first half is one operation, so that an engine may keep gate and up side by side and apply
/// the activation while both are in a cache near the core. Its result is in the order that `down` reads.
public protocol EngineNetworks: AnyObject {
  /// Networks of this shape: the resident experts of a layer, or 1.
  var count: Int { get }
  /// Shapes, activation and biases, the same for each network.
  var spec: FeedForwardSpec { get }
  /// The second half: W_down of every network, H×F.
  var down: any EngineMatrices { get }

  /// Puts a canonical row of W_gate or W_up in its place, rounded to the format.
  ///
  /// - Parameter values: `spec.width` floats.
  func store(_ values: UnsafePointer<Float>, of part: NetworkPart, network: Int, row: Int)

  /// Gives a canonical row of W_gate or W_up back as it is stored.
  ///
  /// - Parameter target: `spec.width` floats.
  func copyRow(
    _ row: Int, of part: NetworkPart, network: Int, to target: UnsafeMutablePointer<Float>)

  /// Gives consecutive canonical rows of W_gate or W_up back.
  ///
  /// - Parameter target: `spec.width` floats a row, rows `stride` floats apart.
  func copyRows(
    _ rows: Range<Int>, of part: NetworkPart, network: Int,
    to target: UnsafeMutablePointer<Float>, stride: Int)

  /// Where the weights of a network's hidden unit begin, so that threads on the same NUMA node take them;
  /// `nil` where they lie together nowhere.
  func address(of place: WeightPlace) -> UnsafeRawPointer?

  /// Hidden units of one task when `rows` rows are multiplied: a multiple of `vectorLanes`, or of what
  /// else the layout needs.
  func hiddenBlock(rows: Int) -> Int

  /// Brings input rows into the order that `hidden` reads: the engine's staging of the networks' format.
  var staging: any RowStaging { get }

  /// The hidden units given, activation applied, staged for `down`.
  ///
  /// - Parameters:
  ///   - units: Begin at a multiple of a block, and end at one or with the network.
  ///   - input: All rows of one staging.
  ///   - result: As many rows of F units, up to a multiple of `vectorLanes`.
  ///   - scratch: A worker's own, as much as the engine's `scratchElements` says.
  ///   - next: What the worker multiplies after this, for an engine to prefetch; `nil` where that is not known.
  func hidden(
    network: Int, units: Range<Int>, input: Rows, into result: Rows, epilogue: HiddenEpilogue,
    scratch: UnsafeMutablePointer<Float>, next: WeightPlace?)
}

extension EngineNetworks {
  /// `nil`: tasks are at home on any node.
  public func address(of place: WeightPlace) -> UnsafeRawPointer? { nil }

  /// One row after the other.
  public func copyRows(
    _ rows: Range<Int>, of part: NetworkPart, network: Int,
    to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for (index, row) in rows.enumerated() {
      copyRow(row, of: part, network: network, to: target + index * stride)
    }
  }

  /// Stops when the first half of a network reads or writes what it must not.
  func checkHidden(network: Int, units: Range<Int>, input: Rows, result: Rows) {
    precondition(
      network >= 0 && network < count && units.lowerBound >= 0
        && units.upperBound <= spec.intermediate,
      "units \(units) of network \(network) are outside \(count) networks of \(spec.intermediate)")
    precondition(
      result.count >= input.count && (input.count == 0 || result.stride >= spec.intermediate),
      "\(input.count)×\(spec.intermediate) units do not fit in \(result.count)×\(result.stride)")
  }
}

/// One of the input matrices of a network.
public enum NetworkPart: Sendable {
  /// W_gate, F×H; only of a gated network.
  case gate
  /// W_up, F×H; of every network.
  case up
}
