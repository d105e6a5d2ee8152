import LayerSpec
import ModelSpec
import Reporter
import Statistics

/// Hand-made records, with round numbers that can be checked by eye.
enum Sample {
  /// An estimate from 44 rounds, whose interval has this confidence.
  static func estimate(_ low: Double, _ median: Double, _ high: Double) -> RatioEstimate {
    RatioEstimate(
      median: median, low: low, high: high, confidence: 0.9512332340955255, rounds: 44)
  }

  /// Rounds that give an estimate: as many at either end as its interval leaves out with the end
  /// itself, and all others at the median.
  static func rounds(_ estimate: RatioEstimate, baselineSeconds: Double = 100) -> [PairedRound] {
    let ends = OrderStatisticInterval(count: estimate.rounds)?.rank ?? 0
    return (0..<estimate.rounds).map { index in
      let ratio =
        index < ends
        ? estimate.low : index < estimate.rounds - ends ? estimate.median : estimate.high
      return PairedRound(
        order: "ABBA", baselineSeconds: baselineSeconds, candidateSeconds: baselineSeconds / ratio)
    }
  }

  /// A cell in which the baseline does 10 TFLOP in 100 s, or others as fast, and the candidate's FLOPs and time follow
  /// from the ratios.
  static func cell(
    _ candidate: String, _ baseline: String, tokens: Int, flopRatio: Double,
    _ time: RatioEstimate, bytesRatio: Double = 1, distinctExperts: Double = 2,
    engine: String = "blas", routing: String = "uniform", alpha: Double? = nil,
    scaled: String? = nil, resident: String? = nil, cautions: [String] = [],
    flops: Int = 10_000_000_000_000
  ) -> Cell {
    let (bytes, seconds) = (flops / 10_000, Double(flops) / 100e9)
    return Cell(
      candidate: candidate, baseline: baseline, workload: Workload(.feedForward, tokens: tokens),
      threads: 2, engine: engine, precision: .f32,
      routing: RoutingSummary(
        kind: routing, alpha: alpha, seed: 1, distinctExperts: distinctExperts, maxOverMean: 1.5,
        gini: 0.2),
      flopRatio: flopRatio, timeRatio: time, realisedShare: time.median / flopRatio,
      sides: Sides(
        baseline: Side(
          flops: flops, bytes: bytes, secondsMedian: seconds, scaled: scaled, residentExperts: nil,
          layers: []),
        candidate: Side(
          flops: Int(Double(flops) / flopRatio), bytes: Int(Double(bytes) / bytesRatio),
          secondsMedian: seconds / time.median, scaled: nil, residentExperts: resident, layers: [])),
      rounds: rounds(time, baselineSeconds: seconds), cautions: cautions)
  }

  static func record(
    _ cells: [Cell], candidates: [String] = [], status: Record.Status = .complete,
    cautions: [String] = [], build: String = "release"
  ) -> Record {
    Record(
      created: "2026-11-21T15:00:00Z", status: status,
      tool: ToolIdentity(version: "0.1.0", commit: "abc1234", build: build, swift: "6.3.1"),
      machine: MachineIdentity(
        cpu: "AMD EPYC 9R14", architecture: "x86_64", cpuSignature: "25-17-1", logicalCPUs: 4,
        effectiveCPUs: 2, lastLevelCacheBytes: 32 << 20, memoryBytes: 15 << 30,
        operatingSystem: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0", hypervisor: "KVM"),
      blas: BLASIdentity(
        path: "/usr/lib/x86_64-linux-gnu/libopenblas.so.0", version: "OpenBLAS 0.3.21",
        core: "Zen", threads: 1, interface: "lp64", config: nil),
      ceilings: [],
      options: RunOptions(
        suite: "custom", candidates: candidates, baselines: [], tokens: [1, 16], threads: 2,
        engines: ["blas"], precision: .f32, routing: ["uniform"], budgetSeconds: 60,
        memoryBytes: 8 << 30, seed: 1),
      cells: cells, cautions: cautions)
  }

  /// The record with everything stated that its rounds give, after these or the form changed.
  static func restated(_ record: Record) -> Record {
    var record = record
    for index in record.cells.indices {
      guard let estimate = PairedEstimate(rounds: record.cells[index].rounds) else { continue }
      record.cells[index].timeRatio = estimate.ratio
      record.cells[index].sides.baseline.secondsMedian = estimate.baselineSeconds
      record.cells[index].sides.candidate.secondsMedian = estimate.candidateSeconds
      record.cells[index].realisedShare = estimate.ratio.median / record.cells[index].flopRatio
    }
    return record
  }

  /// Rounds of times that are numbers, and whose sum is none: nothing contradicts itself in them, and
  /// nothing can be averaged.
  static let unusableRounds = (0..<6).map { _ in
    PairedRound(order: "ABBA", baselineSeconds: 5e307, candidateSeconds: 5e307)
  }

  /// Mixtral against Llama 2 70B, and Muse Spark Open against Llama 4 Maverick.
  static let suite = record(
    [
      cell(
        "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5.33, estimate(4.85, 4.9, 4.95),
        bytesRatio: 5.33, scaled: "1/8"),
      cell(
        "mixtral-8x7b", "llama2-70b", tokens: 16, flopRatio: 5.33, estimate(1.28, 1.3, 1.32),
        bytesRatio: 1.35, distinctExperts: 7.92, scaled: "1/8"),
      cell(
        "mixtral-8x7b", "iso-active", tokens: 1, flopRatio: 1, estimate(0.93, 0.94, 0.96),
        cautions: ["the clock moved during 3 rounds"]),
      cell(
        "muse-spark-open-816b-a42b", "llama4-maverick", tokens: 1, flopRatio: 0.41,
        estimate(0.36, 0.372, 0.38), bytesRatio: 0.41, distinctExperts: 8, resident: "4 of 256"),
    ], candidates: ["mixtral-8x7b", "muse-spark-open-816b-a42b"],
    cautions: ["The governor is powersave."])

  /// A chain whose factors and rest multiply to `share`: memory takes `memory`, the tiles a tenth, the
  /// rest 2 %, and the engine's shortfall is what is left.
  static func explanation(share: Double, memory: Double) -> Explanation {
    let baseline = [1.2, 1, 1.5, 1.02, 1.01, 1, 1.001]
    let candidate = [1.2 / memory, 1 / 0.9, 1.5, 1.04, 1.02, 1.01, 1.03]
    var factors = zip(Explanation.Cause.known, zip(baseline, candidate)).map {
      Explanation.Factor($0, baseline: $1.0, candidate: $1.1)
    }
    let rest = 0.98
    let others = factors.reduce(rest) { $0 * $1.factor }
    factors[2] = Explanation.Factor(
      .engineShortfall, baseline: 1.5, candidate: 1.5 * others / share)
    return Explanation(factors: factors, rest: rest)
  }

  /// The suite with the explanation of every cell.
  static var explained: Record {
    var record = suite
    for index in record.cells.indices {
      let cell = record.cells[index]
      let bytesRatio = Double(cell.sides.baseline.bytes) / Double(cell.sides.candidate.bytes)
      record.cells[index].explanation = explanation(
        share: cell.realisedShare, memory: bytesRatio / cell.flopRatio)
    }
    return record
  }

  /// FLOP ratios of one pair, as a catalogue would count them.
  static let analytic = AnalyticRatios { candidate, baseline in
    candidate == "muse-spark-open-816b-a42b" && baseline == "llama4-maverick"
      ? AnalyticRatio(wholeModel: 0.36, feedForward: 0.41) : nil
  }

  /// A few claims of the ledger, so that expected reports do not change as it grows.
  static let claims = [
    "seed-10x-lower-inference-cost", "mixtral-8x7b-6x-llama2-70b", "mixtral-8x7b-12b-speed",
    "seed-muse-over-10x-pretraining", "meta-muse-10x-pretrain", "seed-deploy-legal",
  ].compactMap(ClaimLedger.claim(id:))
}
