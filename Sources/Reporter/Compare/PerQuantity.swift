import ModelSpec

/// What can become worse between two builds.
enum ComparedQuantity: Hashable, CaseIterable {
  /// Seconds of one candidate pass.
  case candidateSeconds
  /// Seconds of one baseline pass.
  case baselineSeconds
  /// Baseline seconds / candidate seconds.
  case timeRatio

  /// The name in tables and sentences.
  var name: String {
    switch self {
    case .candidateSeconds: "candidate time"
    case .baselineSeconds: "baseline time"
    case .timeRatio: "time ratio"
    }
  }
}

/// One value for each quantity.
struct PerQuantity<Value: Sendable>: Sendable {
  var candidateSeconds: Value
  var baselineSeconds: Value
  var timeRatio: Value

  init(_ make: (ComparedQuantity) -> Value) {
    candidateSeconds = make(.candidateSeconds)
    baselineSeconds = make(.baselineSeconds)
    timeRatio = make(.timeRatio)
  }

  subscript(quantity: ComparedQuantity) -> Value {
    switch quantity {
    case .candidateSeconds: candidateSeconds
    case .baselineSeconds: baselineSeconds
    case .timeRatio: timeRatio
    }
  }
}

extension PerQuantity<CompareVerdict> {
  /// One verdict from those on the three quantities, the most urgent.
  ///
  /// A smaller ratio is no regression where only the baseline became faster: nothing became slower.
  func combined(baselineIsFaster: Bool) -> CompareVerdict {
    let isExplained =
      timeRatio == .regression && candidateSeconds != .regression
      && (baselineIsFaster || baselineSeconds == .improvement)
    let all = [candidateSeconds, baselineSeconds, isExplained ? .pass : timeRatio]
    return all.min { $0.severity < $1.severity } ?? .inconclusive
  }
}
