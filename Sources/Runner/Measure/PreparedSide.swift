import MoEKernel
import ModelSpec

/// Seconds of one pass.
struct PassTime: Hashable {
  /// As it ran.
  var measured: Double
  /// As it would run at full width.
  var atFullWidth: Double

  static let zero = PassTime(measured: 0, atFullWidth: 0)

  static func + (left: PassTime, right: PassTime) -> PassTime {
    PassTime(
      measured: left.measured + right.measured, atFullWidth: left.atFullWidth + right.atFullWidth)
  }
}

/// All layers of one side, built and loaded.
final class PreparedSide {
  let layers: [LayerInstance]
  /// Seconds of every pass of each layer, for the medians in the record.
  private var layerSeconds: [[Double]]

  init(layers: [LayerInstance]) {
    self.layers = layers
    layerSeconds = Array(repeating: [], count: layers.count)
  }

  /// Draws the batches of a cell for every layer and forgets earlier times.
  func load(tokens: Int, routing: Routing, seed: UInt64) {
    for layer in layers { layer.load(tokens: tokens, routing: routing, seed: seed) }
    forgetTimes()
  }

  /// Forgets the times of earlier passes.
  func forgetTimes() {
    layerSeconds = Array(repeating: [], count: layers.count)
  }

  /// Runs every kind of layer once.
  ///
  /// - Returns: seconds of all layers of the side at full size, each kind as often as the side has it.
  func pass(_ number: Int) -> Double {
    var seconds = 0.0
    for (index, layer) in layers.enumerated() {
      let once = layer.pass(number).atFullWidth
      layerSeconds[index].append(once)
      seconds += Double(layer.plan.full.count) * once
    }
    return seconds
  }

  /// Times one pass after one that warms up: as it ran, and as it would run at full width, each kind
  /// of layer once.
  func trial() -> PassTime {
    let times = (0..<2).map { number in
      layers.map { $0.pass(number) }.reduce(PassTime.zero, +)
    }
    return times[1]
  }

  /// What the record says of the layers.
  var groups: [LayerGroup] {
    zip(layers, layerSeconds).map { layer, seconds in
      LayerGroup(
        layer: layer.plan.name, count: layer.plan.full.count,
        secondsMedian: seconds.isEmpty ? 0 : seconds.median)
    }
  }

  /// The fraction of the width that is measured: `1/8`, `nil` for all of it.
  var scaled: String? {
    layers.map(\.plan.divisor).max().flatMap { $0 > 1 ? "1/\($0)" : nil }
  }

  /// Experts in memory, one entry per kind of routed layer that keeps fewer than all.
  var residentExperts: String? {
    let descriptions = layers.compactMap(\.plan.residentDescription)
    return descriptions.isEmpty ? nil : descriptions.joined(separator: ", ")
  }
}
