import LayerSpec
import MoEKernel
import ModelSpec

/// Both sides of a pairing as they will be built, within a limit of memory.
struct MemoryPlan: Hashable {
  let baseline: [LayerPlan]
  let candidate: [LayerPlan]
  /// The fraction of both sides' widths that is measured: 1 over this.
  ///
  /// One for both: what a fraction does to a time, such as by tiles that are fewer and joins that are as
  /// many, it does to either side.
  let divisor: Int

  /// Fractions of a width that a pairing may be measured at.
  ///
  /// Below a 64th, tasks of a few rows would measure the scheduler.
  static let divisors = [1, 2, 4, 8, 16, 32, 64]

  /// What the plan must stay within.
  struct Limits: Sendable {
    var memoryBytes: Int
    var cacheBytes: Int
    /// The largest pass.
    var workload: Workload
    var threads: Int
    var baseline: SideResources
    var candidate: SideResources
    /// Bytes of memory that the probes of read bandwidth read: the arena's, or their own.
    var ceilingBytes = 0
    /// Bytes of weights that the arena holds, where weights are views of it.
    var arenaBytes = Int.max

    /// Whether the weights of both sides are views of the run's arena.
    var usesArena: Bool { baseline.takesArena && candidate.takesArena }
  }

  /// The plan at the given fractions.
  ///
  /// - Returns: `nil` when a width does not divide, or when the plan does not fit.
  init?(
    baseline: [PlannedLayer], candidate: [PlannedLayer], divisor: Int, residence: Residence,
    limits: Limits
  ) {
    self.init(
      layersOf: baseline, candidate, divisor: divisor, residence: residence, limits: limits)
    guard fits(limits) else { return nil }
  }

  /// Whether the plan stays within what it must.
  func fits(_ limits: Limits) -> Bool {
    bytes(limits) <= limits.memoryBytes
      && (!limits.usesArena || weightBytes(limits) <= limits.arenaBytes)
  }

  /// Segments in memory of each layer of both sides, `nil` for layers that have none.
  struct Segments {
    let baseline: [Int?]
    let candidate: [Int?]
  }

  /// The least narrowed plan that fits, full width first.
  ///
  /// - Parameter others: the layers of the run's other pairings, which what a refusal advises must fit as well.
  /// - Throws: `PlanError.memory` with the arithmetic of the narrowest one when nothing fits.
  static func fitting(
    _ name: String, baseline: [PlannedLayer], candidate: [PlannedLayer], limits: Limits,
    others: [PairedLayers] = []
  ) throws(PlanError) -> MemoryPlan {
    for divisor in divisors {
      // At full width a layer is kept whole where it can be; a narrowed one is not the model's anyway.
      let residences: [Residence] = divisor == 1 ? [.whole, .enough, .fewest] : [.enough, .fewest]
      for residence in residences {
        if let plan = MemoryPlan(
          baseline: baseline, candidate: candidate, divisor: divisor, residence: residence,
          limits: limits)
        {
          return plan
        }
      }
    }
    throw refusal(
      name, PairedLayers(baseline: baseline, candidate: candidate), others, limits)
  }

  /// The plan, whether it fits or not.
  ///
  /// - Parameter segments: those that are kept whatever the residence says; `nil` for what it says.
  init?(
    layersOf baseline: [PlannedLayer], _ candidate: [PlannedLayer], divisor: Int,
    residence: Residence, segments: Segments? = nil, limits: Limits
  ) {
    func plans(
      _ layers: [PlannedLayer], _ segments: [Int?]?, _ side: SideResources
    ) -> [LayerPlan]? {
      let plans = layers.indices.compactMap { index in
        LayerPlan(
          layers[index], divisor: divisor, residence: residence, segments: segments?[index],
          cacheBytes: limits.cacheBytes, formats: side.formats)
      }
      return plans.count == layers.count ? plans : nil
    }
    guard let baseline = plans(baseline, segments?.baseline, limits.baseline),
      let candidate = plans(candidate, segments?.candidate, limits.candidate)
    else { return nil }
    self.baseline = baseline
    self.candidate = candidate
    self.divisor = divisor
  }

  /// Bytes of all weights, scratch, inputs and outputs, and of measuring ceilings; `Int.max` where they
  /// cannot be counted.
  func bytes(_ limits: Limits) -> Int {
    Saturating.sum(layerBytes(limits), probeBytes(limits))
  }

  /// Bytes of all weights, scratch, inputs and outputs; `Int.max` where they cannot be counted.
  func layerBytes(_ limits: Limits) -> Int { Saturating.sum(terms(limits).map(\.bytes)) }

  /// Bytes that the probes of read bandwidth take besides: none where they can read the arena of the
  /// weights.
  private func probeBytes(_ limits: Limits) -> Int {
    limits.usesArena && weightBytes(limits) >= limits.ceilingBytes ? 0 : limits.ceilingBytes
  }

  /// Bytes of all weights, and of what a pass of no tokens takes besides.
  func weightBytes(_ limits: Limits) -> Int {
    var withoutPasses = limits
    withoutPasses.workload = Workload(limits.workload.kind, tokens: 0)
    return layerBytes(withoutPasses)
  }

  /// Every layer of both sides with the bytes that it takes; what both sides share is built once.
  private func terms(_ limits: Limits) -> [(plan: LayerPlan, bytes: Int)] {
    var seen: Set<BuiltLayer> = []
    return [(baseline, limits.baseline), (candidate, limits.candidate)].flatMap { plans, side in
      plans.compactMap { plan -> (LayerPlan, Int)? in
        guard seen.insert(BuiltLayer(plan, side)).inserted else { return nil }
        return (
          plan,
          plan.bytes(
            limits.workload, threads: limits.threads, engine: side.engine, formats: side.formats)
        )
      }
    }
  }

  /// The forms of a pairing that take least, whether they fit or not.
  private static func forms(_ layers: PairedLayers, _ limits: Limits) -> [MemoryPlan] {
    divisors.compactMap { divisor in
      MemoryPlan(
        layersOf: layers.baseline, layers.candidate, divisor: divisor, residence: .fewest,
        limits: limits)
    }
  }

  /// The narrowest form of a pairing, which need not fit; `nil` where there is none.
  static func narrowest(_ layers: PairedLayers, _ limits: Limits) -> MemoryPlan? {
    forms(layers, limits).last
  }

  private static func refusal(
    _ name: String, _ layers: PairedLayers, _ others: [PairedLayers], _ limits: Limits
  ) -> PlanError {
    let forms = forms(layers, limits)
    // Not always the narrowest: a very narrow layer is padded, and copied more often.
    guard let smallest = forms.min(by: { $0.bytes(limits) < $1.bytes(limits) }) else {
      preconditionFailure("every width is divided by 1")
    }
    var terms = smallest.terms(limits).map { plan, bytes in
      let fraction = plan.divisor > 1 ? " at 1/\(plan.divisor) of its width" : ""
      let segments = plan.residentDescription.map { " with \($0) \(plan.segmentNoun)" } ?? ""
      return "\(plan.name)\(fraction)\(segments) takes \(ByteCount(bytes))"
    }
    let probeBytes = smallest.probeBytes(limits)
    if probeBytes > 0 { terms.append("measuring read bandwidth takes \(ByteCount(probeBytes))") }
    let pairings = [forms] + others.map { Self.forms($0, limits) }
    return .memory(
      pairing: name, arithmetic: terms.joined(separator: " and "),
      neededBytes: smallest.bytes(limits), allowedBytes: limits.memoryBytes,
      remedy: remedy(pairings, limits),
      enoughBytes: pairings.compactMap { $0.map { $0.bytes(limits) }.min() }.max() ?? 0)
  }

  /// What would fit: sizes of passes of which less does, a smaller pass altogether, or nothing.
  ///
  /// - Parameter pairings: the forms of each, one of which has to fit.
  private static func remedy(
    _ pairings: [[MemoryPlan]], _ limits: Limits
  ) -> PlanError.MemoryRemedy {
    let most = most(pairings, limits)
    if !most.isEmpty { return .atMost(most) }
    let smallest = limits.workload.smallest
    return fits(pairings, limits, smallest)
      ? .smaller(limits.workload.sizes) : .none(smallest: smallest.sizesInWords)
  }

  private static func fits(
    _ pairings: [[MemoryPlan]], _ limits: Limits, _ workload: Workload
  ) -> Bool {
    var limits = limits
    limits.workload = workload
    return pairings.allSatisfy { forms in
      forms.contains { $0.bytes(limits) <= limits.memoryBytes }
    }
  }

  /// The largest value of each size, below that of `limits`, with which one of each pairing's forms fits if all
  /// other sizes stay; a size of which no value fits is left out.
  private static func most(_ pairings: [[MemoryPlan]], _ limits: Limits) -> [Workload.Size: Int] {
    var most: [Workload.Size: Int] = [:]
    for size in limits.workload.sizes {
      var workload = limits.workload
      let smallest = workload.smallest[size]
      var (fitting, failing) = (smallest - 1, workload[size])
      while failing - fitting > 1 {
        workload[size] = fitting + (failing - fitting) / 2
        if fits(pairings, limits, workload) {
          fitting = workload[size]
        } else {
          failing = workload[size]
        }
      }
      if fitting >= smallest { most[size] = fitting }
    }
    return most
  }
}

/// What distinguishes one built layer from another.
struct BuiltLayer: Hashable {
  let plan: LayerPlan
  /// Name and variant: engines that are equal in both lay out weights alike.
  let engine: [String]
  let formats: FormatPlan

  init(_ plan: LayerPlan, _ side: SideResources) {
    self.plan = plan
    engine = [side.engine.name, side.engine.variant]
    formats = side.formats
  }
}
