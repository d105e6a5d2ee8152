import LayerSpec

// Which cells of records are passes of a model as it is now, routed as scenarios take it.

extension Architecture {
  /// Whether a side of a record may be this model's, and not that of another one that had the same id, such as a
  /// configuration that was edited since: it has as many layers of every label, where it names any, and its pass had
  /// as many FLOPs.
  func isDescribed(by side: Side, in workload: Workload) -> Bool {
    let named = Dictionary(side.layers.map { ($0.layer, $0.count) }, uniquingKeysWith: +)
    return (named.isEmpty || named == labels(in: workload))
      && flops(of: workload) == Count(side.flops)
  }

  /// How many layers of every label a workload's pass goes through.
  private func labels(in workload: Workload) -> [String: Int] {
    let labels: [String] =
      switch workload.kind {
      case .feedForward, .trainStep: layers.flatMap(\.feedForwards).map(\.label)
      default:
        layers.compactMap { layer in
          if case .executable(let block) = layer.block { block.label } else { nil }
        }
      }
    return Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// FLOPs of a workload's pass through all of its layers; `nil` for a workload that times no layers of this model.
  func flops(of workload: Workload) -> Count? {
    let formats = FormatPlan(.f32)
    func blocks() -> Count? {
      layers.reduce(Count(0)) { sum, layer in
        guard let sum, case .executable(let block) = layer.block else { return nil }
        return sum
          + block.operations(
            SequenceRows(workload), use: ExpertUse(distinctExperts: 0), formats: formats
          ).flops
      }
    }
    func feedForwards() -> Count {
      operations(of: .feedForward, tokens: workload.tokens, formats: formats).flops
    }
    return switch workload.kind {
    case .feedForward: feedForwards()
    case .trainStep: 3 * feedForwards()
    case .blockForward, .blockDecode: blocks()
    case .blockTrain: blocks().map { 3 * $0 }
    default: nil
    }
  }
}

extension Cell {
  /// Whether tokens went to experts as scenarios take it, independently of each other and to all alike; of a workload
  /// that routes nothing they do.
  var isRoutedUniformly: Bool { routing.map { $0.kind == "uniform" } ?? true }
}

extension [Operation] {
  fileprivate var flops: Count { reduce(0) { $0 + $1.flops } }
}
