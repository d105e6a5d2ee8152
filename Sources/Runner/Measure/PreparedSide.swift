import ModelSpec
import Statistics

/// A layer of a side, built and loaded, with its plan.
struct PreparedLayer {
  let plan: LayerPlan
  let pass: any PreparedPass
}

/// All layers of one side, built and loaded.
final class PreparedSide {
  let layers: [PreparedLayer]
  /// Seconds of every pass of each layer, for the medians in the record.
  private var layerSeconds: [[Double]]
  /// Seconds and phases of all passes together.
  private var total = (seconds: 0.0, phases: PhaseSeconds.zero)
  private var tried: PassTime?

  init(layers: [PreparedLayer]) {
    self.layers = layers
    layerSeconds = Array(repeating: [], count: layers.count)
  }

  /// Draws the batches of a cell for every layer and forgets earlier times.
  func load(_ workload: Workload, routing: Routing, seed: UInt64) {
    for layer in layers { layer.pass.load(workload, routing: routing, seed: seed) }
    tried = nil
    forgetTimes()
  }

  /// Forgets the times of earlier passes.
  func forgetTimes() {
    layerSeconds = Array(repeating: [], count: layers.count)
    total = (0, .zero)
  }

  /// Runs every kind of layer once.
  ///
  /// - Returns: seconds of all layers of the side at full size, each kind as often as the side has it.
  func pass(_ number: Int) -> Double {
    var seconds = 0.0
    for (index, layer) in layers.enumerated() {
      let (once, count) = (layer.pass.pass(number), Double(layer.plan.full.count))
      layerSeconds[index].append(once.atFullWidth)
      seconds += count * once.atFullWidth
      total.phases = total.phases + count * once.phases
    }
    total.seconds += seconds
    return seconds
  }

  /// The phases of a pass that takes `seconds`, in the shares that all passes have them on average.
  ///
  /// Shares, because a median of each phase alone would come from different passes, and their sum would
  /// be no pass's; so what disturbed a few passes moves the shares a little and the seconds not at all.
  ///
  /// - Returns: `nil` before the first pass.
  func phases(ofPass seconds: Double) -> PhaseSeconds? {
    total.seconds > 0 ? seconds / total.seconds * total.phases : nil
  }

  /// What one pass takes, as it runs and as it would run at full width, each kind of layer once; tried once
  /// for the loaded batches.
  func trial() -> PassTime {
    if let tried { return tried }
    func time(_ number: Int) -> PassTime {
      layers.map { $0.pass.pass(number) }.reduce(PassTime.zero, +)
    }
    let first = time(0)
    // What a first pass takes longer is next to nothing of a long one.
    let trial = first.measured < Self.longPassSeconds ? time(1) : first
    tried = trial
    return trial
  }

  /// A pass that takes longer needs none before it that warms up.
  private static let longPassSeconds = 0.3

  /// What the layers of a pass at full size ask of the machine, with the loaded batches.
  var work: [LayerWork] {
    layers.map { LayerWork(count: $0.plan.full.count, operations: $0.pass.operations) }
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

  /// Segments in memory, one entry per kind of layer that keeps fewer than all.
  var residentSegments: String? { layers.map(\.plan).residentDescription }
}
