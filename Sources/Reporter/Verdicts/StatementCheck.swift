import ModelSpec
import Statistics

/// Holds what a cell states and its rounds cannot give (bytes, phases, roofline figures, routing)
/// against what these can be, and against each other.
///
/// No verdict depends on any of it, so what contradicts nothing stays as it was stated. Of a cell
/// that this version does not know in every part, only what holds for any cell is checked.
struct StatementCheck {
  /// The largest roofline share under the run's best ceilings that is accepted.
  ///
  /// A side that seems to be more than twice as fast as these has failed in every version: they move by less.
  static let largestShare = 2.0

  /// The part by which roofline figures may differ from what other figures give.
  ///
  /// They follow from the stated seconds, which may be as far from the rounds.
  static let tolerance = CellCheck.medianTolerance

  private let cell: Cell
  private let fields: FieldCheck
  /// The record's ceilings for the threads of the cell.
  private let ceilings: [Ceiling]
  /// Whether ceilings were measured with enough effort to tell that a side is too fast.
  private let reliesOnCeilings: Bool

  /// - Parameters:
  ///   - ceilings: all ceilings of the record.
  ///   - reliesOnCeilings: `false` for a record of a token effort, by which nothing is judged.
  init(_ cell: Cell, under ceilings: [Ceiling], reliesOnCeilings: Bool = true) {
    self.cell = cell
    self.reliesOnCeilings = reliesOnCeilings
    fields = FieldCheck(cell: cell)
    self.ceilings = ceilings.filter { $0.threads == cell.threads }
  }

  /// Refuses the first statement that cannot be true.
  func check() throws(RecordContradiction) {
    try requireSizes()
    try checkCeilingBeside()
    let sides = [
      ("sides.baseline", cell.sides.baseline), ("sides.candidate", cell.sides.candidate),
    ]
    for (name, side) in sides {
      try requireWork(of: side, name)
      if let phases = side.phases { try check(phases, of: side, "\(name).phases") }
      if let share = side.rooflineShare { try check(share, of: side, "\(name).roofline_share") }
    }
    if let ratio = cell.rooflineRatio { try check(ratio, "roofline_ratio") }
    if let routing = cell.routing { try check(routing) }
  }

  // MARK: - Sizes

  private func requireSizes() throws(RecordContradiction) {
    try fields.requirePositive(cell.threads, "threads")
    try fields.requirePositive(cell.workload.sequences, "sequences")
    try fields.requirePositive(cell.workload.ranks, "ranks")
    try fields.requireAmount(cell.workload.context, "context")
  }

  private func requireWork(of side: Side, _ name: String) throws(RecordContradiction) {
    try fields.requireAmount(side.bytes, "\(name).bytes")
    for (index, group) in side.layers.enumerated() {
      let field = "\(name).layers[\(index)]"
      try fields.requirePositive(group.count, "\(field).count")
      try fields.requireAmount(group.secondsMedian, "\(field).seconds_median")
    }
  }

  /// Refuses a ceiling beside the cell that is none, or above the record's, which are the most of all
  /// probes of the run, those beside cells among them.
  func checkCeilingBeside() throws(RecordContradiction) {
    guard let beside = cell.ceilingBeside else { return }
    let field = "ceiling_beside"
    try fields.require(beside, field)
    for (name, rate, interval) in [
      ("peak_interval", beside.peakFlopsPerSecond, beside.peakInterval),
      ("read_interval", beside.readBytesPerSecond, beside.readInterval),
    ] {
      guard let interval else { continue }
      try fields.requirePositive(interval.low, "\(field).\(name).low")
      try fields.requirePositive(interval.high, "\(field).\(name).high")
      try fields.require(
        interval.high, "\(field).\(name).high", in: 0...FieldCheck.mostPerSecond,
        because: "no machine has such a rate")
      guard interval.low <= rate, rate <= interval.high else {
        throw fields.contradiction(
          "\(field).\(name)",
          "is from \(interval.low) to \(interval.high), and the median is \(rate)")
      }
    }
    guard let best = ceilings.ceiling(threads: beside.threads, format: beside.precision) else {
      return
    }
    for (name, rate, most) in [
      ("peak_flops_per_second", beside.peakFlopsPerSecond, best.peakFlopsPerSecond),
      ("read_bytes_per_second", beside.readBytesPerSecond, best.readBytesPerSecond),
    ] where !isAtMost(rate, most) {
      throw fields.contradiction(
        "\(field).\(name)", "is \(rate), and the most of the run is \(most)")
    }
  }

  // MARK: - Phases

  /// Products and other phases follow each other within the side's median pass, and threads multiply and
  /// wait within products.
  private func check(
    _ phases: PhaseSeconds, of side: Side, _ field: String
  ) throws(RecordContradiction) {
    try fields.requireAmount(phases.productSeconds, "\(field).product_seconds")
    try fields.requireAmount(phases.productBusySeconds, "\(field).product_busy_seconds")
    try fields.requireAmount(phases.productWaitingSeconds, "\(field).product_waiting_seconds")
    for (phase, seconds) in phases.others.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let name = phase.rawValue.split(separator: "-").joined(separator: "_")
      try fields.requireAmount(seconds, "\(field).\(name)_seconds")
    }
    guard cell.isKnown else { return }
    let products = phases.productBusySeconds + phases.productWaitingSeconds
    guard isAtMost(products, phases.productSeconds) else {
      throw fields.contradiction(
        field,
        "have \(products) s of multiplying and waiting within products of "
          + "\(phases.productSeconds) s")
    }
    // Another version's phase may be within one of these.
    let pass = Phase.known.reduce(phases.productSeconds) { $0 + phases[$1] }
    guard isAtMost(pass, side.secondsMedian) else {
      throw fields.contradiction(
        field, "add up to \(pass) s, and the pass took \(side.secondsMedian) s")
    }
  }

  private func isAtMost(_ part: Double, _ whole: Double) -> Bool {
    part <= whole * (1 + Self.tolerance)
  }

  // MARK: - Roofline

  /// A share makes roofline seconds, which are no fewer than either bound takes for the whole pass.
  private func check(
    _ share: Double, of side: Side, _ field: String
  ) throws(RecordContradiction) {
    try fields.requirePositive(share, field)
    guard cell.isKnown else { return }
    guard share <= Self.largestShare * swing || !reliesOnCeilings else {
      throw fields.contradiction(
        field,
        "is \(share), and no side is more than \(Int(Self.largestShare)) times as fast as the "
          + "machine's ceilings")
    }
    guard let peak = ceilings.map(\.peakFlopsPerSecond).max(),
      let bandwidth = ceilings.map(\.readBytesPerSecond).max()
    else { return }
    let least = max(Double(side.flops) / peak, Double(side.bytes) / bandwidth)
    guard isAtMost(least / side.secondsMedian, share) else {
      throw fields.contradiction(
        field,
        "is \(share), and under the record's ceilings the FLOPs and bytes of the side are at "
          + "least \(Figures.significant(least / side.secondsMedian, trimmed: true))")
    }
  }

  /// How far the run's best ceilings are above those that the cell's shares go by: 1 where these are the same,
  /// and much on a machine that gave a visit's probe next to nothing.
  private var swing: Double {
    guard let own = cell.ceilingBeside, own.isOfVisits,
      let best = ceilings.ceiling(threads: own.threads, format: own.precision)
    else { return 1 }
    return max(
      1, best.peakFlopsPerSecond / own.peakFlopsPerSecond,
      best.readBytesPerSecond / own.readBytesPerSecond)
  }

  private func check(_ ratio: Double, _ field: String) throws(RecordContradiction) {
    try fields.requirePositive(ratio, field)
    guard cell.isKnown else { return }
    let bounds = rooflineRatios
    guard isAtMost(bounds.lowerBound, ratio), isAtMost(ratio, bounds.upperBound) else {
      let figures = [bounds.lowerBound, bounds.upperBound].map {
        Figures.significant($0, trimmed: true)
      }
      throw fields.contradiction(
        field,
        "is \(ratio), and the FLOPs and bytes of its sides allow \(figures[0]) to \(figures[1])")
    }
    let (baseline, candidate) = (cell.sides.baseline, cell.sides.candidate)
    guard let ofBaseline = baseline.rooflineShare, let ofCandidate = candidate.rooflineShare else {
      return
    }
    let quotient =
      ofBaseline * baseline.secondsMedian / (ofCandidate * candidate.secondsMedian)
    guard isAtMost(ratio, quotient), isAtMost(quotient, ratio) else {
      throw fields.contradiction(
        field,
        "is \(ratio), and roofline_share · seconds_median of its sides give "
          + Figures.significant(quotient, digits: CellCheck.digits, trimmed: true))
    }
  }

  /// What baseline roofline seconds / candidate roofline seconds can be, without knowing how FLOPs and
  /// bytes lie in the layers.
  ///
  /// Roofline seconds of a pass are between the larger of FLOPs / peak and bytes / bandwidth and their
  /// sum, which is at most twice as much. So their ratio is within a factor of two of FLOP ratio and
  /// ratio of bytes; where formats have several peaks, by the ratio of these more.
  private var rooflineRatios: ClosedRange<Double> {
    let (baseline, candidate) = (cell.sides.baseline, cell.sides.candidate)
    let peaks = ceilings.map(\.peakFlopsPerSecond)
    let reach = 2 * (peaks.max() ?? 1) / (peaks.min() ?? 1)
    let flops = Double(baseline.flops) / Double(candidate.flops)
    // Without known bytes only the FLOPs can bound the ratio.
    let bytes = cell.bytesRatio ?? flops
    return min(flops, bytes) / reach...max(flops, bytes) * reach
  }

  // MARK: - Routing

  private func check(_ routing: RoutingSummary) throws(RecordContradiction) {
    if let alpha = routing.alpha {
      try fields.require(
        alpha, "routing.alpha", in: 0...ZipfFit.largestAlpha,
        because: "an exponent is from 0 to \(Int(ZipfFit.largestAlpha))")
    }
    try fields.requireAmount(routing.distinctExperts, "routing.distinct_experts")
    try fields.requireAmount(routing.maxOverMean, "routing.max_over_mean")
    let perExpert = routing.tokensPerExpert ?? 0
    try fields.requireAmount(perExpert, "routing.tokens_per_expert")
    guard cell.isKnown else { return }
    let rows = cell.workload.rows
    try fields.require(
      routing.gini, "routing.gini", in: -CellCheck.rounding...1,
      because: "the coefficient is from 0 to 1")
    try fields.require(
      perExpert, "routing.tokens_per_expert", in: 0...Double(rows),
      because: "a pass has \(Figures.count(rows, "token"))")
    if routing.distinctExperts > 0 {
      try fields.require(
        routing.distinctExperts, "routing.distinct_experts", in: 1...(.infinity),
        because: "tokens that reach any expert reach one at least")
      try fields.require(
        routing.maxOverMean, "routing.max_over_mean", in: 1...(.infinity),
        because: "the busiest expert has no fewer than the mean")
    }
    guard
      let reach = cell.sides.candidate.layers.compactMap({ $0.reach(ofTokens: rows) })
        .max(by: { $0.experts < $1.experts })
    else { return }
    try fields.require(
      routing.distinctExperts, "routing.distinct_experts", in: 0...Double(reach.reached),
      because: "\(Figures.count(rows, "token")) reach at most "
        + Figures.count(reach.reached, "expert"))
    try fields.require(
      routing.maxOverMean, "routing.max_over_mean", in: 0...Double(reach.experts),
      because: "all tokens of a layer are \(reach.experts) times the mean")
  }
}

extension LayerGroup {
  /// How many experts a routed layer has, and how many of them a number of tokens can reach; `nil`
  /// for a layer whose label has no experts.
  fileprivate func reach(ofTokens tokens: Int) -> (experts: Int, reached: Int)? {
    let label = LayerLabel(parsing: layer)
    guard let experts = label["E"], let topK = label["K"], experts > 0, topK > 0 else {
      return nil
    }
    let (choices, overflow) = tokens.multipliedReportingOverflow(by: topK)
    return (experts, overflow ? experts : min(experts, choices))
  }
}
