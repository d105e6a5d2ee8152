import MoEKernel
import ModelSpec

/// The fractions of the two sides' intermediate widths that are measured: 1 over these.
struct Divisors: Hashable {
  var baseline: Int
  var candidate: Int
}

/// Both sides of a comparison as they will be built, within a limit of memory.
struct MemoryPlan: Hashable {
  let baseline: [LayerPlan]
  let candidate: [LayerPlan]
  let divisors: Divisors

  /// Fractions of a width that a side may be measured at.
  ///
  /// Below a 64th, tasks of a few rows would measure the scheduler.
  static let divisors = [1, 2, 4, 8, 16, 32, 64]

  /// How many routed experts of each layer are kept in memory.
  enum Experts: Hashable {
    /// All.
    case all
    /// A slice of `enoughCaches` last-level caches, or all where that is less.
    case enough
    /// As few as still come from memory at every visit.
    case fewest

    /// Four times what is needed for an expert to have left the caches before its next visit.
    ///
    /// More would change no pass, and every gigabyte takes its time to fill.
    static let enoughCaches = 4 * LayerPlan.cacheMultiple

    /// Bytes that the routed experts of one layer may take.
    func bytes(cacheBytes: Int) -> Int {
      switch self {
      case .all: .max
      case .enough: Self.enoughCaches * cacheBytes
      case .fewest: 0
      }
    }
  }

  /// What the plan must stay within.
  struct Limits: Sendable {
    var memoryBytes: Int
    var cacheBytes: Int
    /// The largest number of tokens per pass.
    var tokens: Int
    var threads: Int
    /// Whose layout the weights take.
    var engine: Engine
    /// Bytes that measuring the machine's ceilings takes besides.
    var ceilingBytes = 0
  }

  /// The plan at the given fractions.
  ///
  /// - Returns: `nil` when a width does not divide, or when the plan does not fit.
  init?(
    baseline: [FFNGroup], candidate: [FFNGroup], divisors: Divisors, experts: Experts,
    limits: Limits
  ) {
    self.init(
      baseline: baseline, candidate: candidate, divisors: divisors,
      expertBytes: experts.bytes(cacheBytes: limits.cacheBytes), limits: limits)
    guard bytes(limits) <= limits.memoryBytes else { return nil }
  }

  /// The least narrowed plan that fits, full width first.
  ///
  /// - Throws: `PlanError.memory` with the arithmetic of the narrowest one when nothing fits.
  static func fitting(
    _ name: String, baseline: [FFNGroup], candidate: [FFNGroup], limits: Limits
  ) throws(PlanError) -> MemoryPlan {
    let all = divisors.flatMap { baseline in
      divisors.map { Divisors(baseline: baseline, candidate: $0) }
    }
    .sorted {
      ($0.baseline * $0.candidate, $0.candidate) < ($1.baseline * $1.candidate, $1.candidate)
    }
    for divisors in all {
      // At full width a layer is kept whole where it can be; a narrowed one is not the model's anyway.
      let isFull = divisors.baseline * divisors.candidate == 1
      for experts: Experts in isFull ? [.all, .enough, .fewest] : [.enough, .fewest] {
        if let plan = MemoryPlan(
          baseline: baseline, candidate: candidate, divisors: divisors, experts: experts,
          limits: limits)
        {
          return plan
        }
      }
    }
    throw refusal(name, baseline: baseline, candidate: candidate, limits: limits)
  }

  private init?(
    baseline: [FFNGroup], candidate: [FFNGroup], divisors: Divisors, expertBytes: Int,
    limits: Limits
  ) {
    func plans(_ layers: [FFNGroup], divisor: Int) -> [LayerPlan]? {
      let plans = layers.compactMap {
        LayerPlan(
          $0, divisor: divisor, expertBytes: expertBytes, cacheBytes: limits.cacheBytes,
          precision: limits.engine.precision)
      }
      return plans.count == layers.count ? plans : nil
    }
    guard let baseline = plans(baseline, divisor: divisors.baseline),
      let candidate = plans(candidate, divisor: divisors.candidate)
    else { return nil }
    self.baseline = baseline
    self.candidate = candidate
    self.divisors = divisors
  }

  /// Bytes of all weights, scratch, inputs and outputs, and of measuring ceilings; `Int.max` where they
  /// cannot be counted.
  func bytes(_ limits: Limits) -> Int {
    (baseline + candidate).reduce(limits.ceilingBytes) { sum, plan in
      let (total, overflow) = sum.addingReportingOverflow(
        plan.bytes(tokens: limits.tokens, threads: limits.threads, engine: limits.engine))
      return overflow ? .max : total
    }
  }

  private static func refusal(
    _ name: String, baseline: [FFNGroup], candidate: [FFNGroup], limits: Limits
  ) -> PlanError {
    let forms = divisors.flatMap { baselineDivisor in
      divisors.compactMap { candidateDivisor in
        MemoryPlan(
          baseline: baseline, candidate: candidate,
          divisors: Divisors(baseline: baselineDivisor, candidate: candidateDivisor),
          expertBytes: 0, limits: limits)
      }
    }
    // Not always the narrowest: a very narrow layer is padded, and copied more often.
    guard let smallest = forms.min(by: { $0.bytes(limits) < $1.bytes(limits) }) else {
      preconditionFailure("every width is divided by 1")
    }
    var terms = (smallest.baseline + smallest.candidate).map { plan in
      let fraction = plan.divisor > 1 ? " at 1/\(plan.divisor) of its width" : ""
      let experts = plan.residentDescription.map { " with \($0) experts" } ?? ""
      let bytes = ByteCount(
        plan.bytes(tokens: limits.tokens, threads: limits.threads, engine: limits.engine))
      return "\(plan.name)\(fraction)\(experts) takes \(bytes)"
    }
    if limits.ceilingBytes > 0 {
      terms.append("measuring read bandwidth takes \(ByteCount(limits.ceilingBytes))")
    }
    return .memory(
      comparison: name, arithmetic: terms.joined(separator: " and "),
      neededBytes: smallest.bytes(limits), allowedBytes: limits.memoryBytes,
      mostTokens: mostTokens(forms, limits))
  }

  /// The most tokens per pass, below those of `limits`, with which one of the forms fits; `nil` when
  /// none does.
  private static func mostTokens(_ forms: [MemoryPlan], _ limits: Limits) -> Int? {
    var limits = limits
    var (fitting, failing) = (0, limits.tokens)
    while failing - fitting > 1 {
      limits.tokens = fitting + (failing - fitting) / 2
      if forms.contains(where: { $0.bytes(limits) <= limits.memoryBytes }) {
        fitting = limits.tokens
      } else {
        failing = limits.tokens
      }
    }
    return fitting > 0 ? fitting : nil
  }
}
