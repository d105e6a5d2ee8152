import LayerSpec

@testable import ModelSpec
@testable import Reporter

/// A record of figures as a two-core machine gives them, for pictures.
enum ChartSample {
  static let ceilings = [
    Ceiling(
      threads: 1, precision: .f32, peakFlopsPerSecond: 243e9, readBytesPerSecond: 39.1e9),
    Ceiling(
      threads: 2, precision: .f32, peakFlopsPerSecond: 487e9, readBytesPerSecond: 46.4e9),
  ]

  /// A cell whose sides have these intensities (FLOP/byte) and speeds (GFLOP/s).
  ///
  /// - Parameter flops: of the baseline's pass.
  static func cell(
    _ candidate: String, _ baseline: String, tokens: Int, flopRatio: Double, roofline: Double?,
    _ time: RatioEstimate, intensity: (Double, Double) = (8, 2),
    speed: (Double, Double) = (215, 76), shares: (Double, Double)? = (0.6, 0.8),
    routing: String = "uniform", alpha: Double? = nil, explanation: Explanation? = nil,
    flops: Double = 1e12
  ) -> Cell {
    func side(_ flops: Double, _ intensity: Double, _ speed: Double, _ share: Double?) -> Side {
      Side(
        flops: Int(flops), bytes: Int(flops / intensity), secondsMedian: flops / (speed * 1e9),
        rooflineShare: share, scaled: nil, residentExperts: nil, layers: [])
    }
    return Cell(
      candidate: candidate, baseline: baseline, workload: Workload(.feedForward, tokens: tokens),
      threads: 2, engine: "tile", precision: .f32,
      routing: RoutingSummary(
        kind: routing, alpha: alpha, seed: 1, distinctExperts: 8, maxOverMean: 1.5, gini: 0.2),
      flopRatio: flopRatio, rooflineRatio: roofline, timeRatio: time,
      realisedShare: time.median / flopRatio,
      sides: Sides(
        baseline: side(flops, intensity.0, speed.0, shares?.0),
        candidate: side((flops / flopRatio).rounded(), intensity.1, speed.1, shares?.1)),
      rounds: Sample.rounds(time, baselineSeconds: flops / (speed.0 * 1e9)), cautions: [],
      explanation: explanation)
  }

  /// A cell of Muse Spark Open with the FLOPs that its layers have, by which scenarios know it.
  private static func muse(
    tokens: Int, roofline: Double, _ time: RatioEstimate, intensity: (Double, Double),
    speed: (Double, Double), shares: (Double, Double)
  ) -> Cell {
    let (candidate, baseline) = ("muse-spark-open-816b-a42b", "llama4-maverick")
    func flops(_ id: String) -> Double {
      let workload = Workload(.feedForward, tokens: tokens)
      return Catalogue.architecture(id: id)?.flops(of: workload).map(Double.init) ?? .nan
    }
    return cell(
      candidate, baseline, tokens: tokens, flopRatio: flops(baseline) / flops(candidate),
      roofline: roofline, time, intensity: intensity, speed: speed, shares: shares,
      flops: flops(baseline))
  }

  /// The chain from a FLOP ratio of 5 to a measured ratio of 1.75; the factors are powers of two.
  static let explanation = Explanation(
    factors: [
      .init(.memoryTraffic, baseline: 1, candidate: 4),
      .init(.tileRemainder, baseline: 1, candidate: 1),
      .init(.engineShortfall, baseline: 2, candidate: 1),
      .init(.loadImbalance, baseline: 1, candidate: 1.25),
      .init(.synchronisation, baseline: 1, candidate: 1.02),
      .init(.router, baseline: 1, candidate: 1.01),
      .init(.dispatchAndCombine, baseline: 1, candidate: 1.04),
    ], rest: 1.75 / 5 * 4 / 2 * 1.25 * 1.02 * 1.01 * 1.04)

  static let cells = [
    muse(
      tokens: 1, roofline: 0.413, Sample.estimate(0.386, 0.42, 0.446), intensity: (0.5, 0.5),
      speed: (19.1, 19.8), shares: (0.82, 0.85)),
    muse(
      tokens: 16, roofline: 0.174, Sample.estimate(0.166, 0.178, 0.186), intensity: (1.71, 0.719),
      speed: (67.1, 28.4), shares: (0.85, 0.85)),
    muse(
      tokens: 256, roofline: 0.434, Sample.estimate(0.498, 0.51, 0.52), intensity: (4.47, 4.66),
      speed: (134, 167), shares: (0.65, 0.77)),
    cell(
      "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5, roofline: 5,
      Sample.estimate(4.51, 5.02, 5.38), intensity: (0.5, 0.5), speed: (20.7, 20),
      shares: (0.89, 0.86)),
    cell(
      "mixtral-8x7b", "llama2-70b", tokens: 16, flopRatio: 5, roofline: 1.25,
      Sample.estimate(1.68, 1.75, 1.88), intensity: (8, 2), speed: (215, 76.3),
      shares: (0.58, 0.82), explanation: explanation),
    cell(
      "mixtral-8x7b", "llama2-70b", tokens: 256, flopRatio: 5, roofline: 5,
      Sample.estimate(5.23, 5.29, 5.54), intensity: (127, 32), speed: (385, 406),
      shares: (0.79, 0.83)),
    cell(
      "olmoe-1b-7b", "iso-total", tokens: 1, flopRatio: 7.98, roofline: 7.98,
      Sample.estimate(7.74, 7.9, 8.29), intensity: (0.5, 0.5), speed: (20.6, 20.1),
      shares: (0.89, 0.87)),
    cell(
      "olmoe-1b-7b", "iso-total", tokens: 16, flopRatio: 7.98, roofline: 1.09,
      Sample.estimate(1.52, 1.58, 1.64), intensity: (8, 1.1), speed: (209, 42.1),
      shares: (0.56, 0.82)),
    cell(
      "olmoe-1b-7b", "iso-total", tokens: 256, flopRatio: 7.98, roofline: 7.98,
      Sample.estimate(6.11, 6.28, 6.69), intensity: (128, 16), speed: (423, 333),
      shares: (0.87, 0.68)),
    cell(
      "qwen3-30b-a3b", "iso-active", tokens: 1, flopRatio: 0.993, roofline: 0.993,
      Sample.estimate(0.915, 0.962, 1.06), intensity: (0.5, 0.5), speed: (19.5, 19.5),
      shares: (0.84, 0.84)),
    cell(
      "qwen3-30b-a3b", "iso-active", tokens: 16, flopRatio: 0.993, roofline: 0.0956,
      Sample.estimate(0.117, 0.126, 0.142), intensity: (7.99, 0.769), speed: (231, 29.4),
      shares: (0.62, 0.82)),
    cell(
      "qwen3-30b-a3b", "iso-active", tokens: 256, flopRatio: 0.993, roofline: 0.759,
      Sample.estimate(0.575, 0.595, 0.607), intensity: (125, 8.04), speed: (420, 251),
      shares: (0.86, 0.67)),
  ]

  /// A record of some cells under the machine's ceilings.
  static func record(_ cells: [Cell] = cells, ceilings: [Ceiling] = ceilings) -> Record {
    var record = Sample.record(cells)
    record.ceilings = ceilings
    return record
  }

  /// Two claims that were measured and reached, two that fall short, and some beyond a kernel.
  static let verdicts = [
    verdict(
      "seed-10x-lower-inference-cost", claimed: 10, 0.413, 0.515, (0.498, 0.51, 0.52), .fallsShort),
    verdict(
      "muse-spark-open-vs-maverick-active", claimed: 0.4, 0.413, 0.515,
      (0.498, 0.51, 0.52), .exceeded, qualifier: .about),
    verdict(
      "mixtral-8x7b-6x-llama2-70b", "mixtral-8x7b", "llama2-70b", claimed: 6, 5, 5,
      (5.23, 5.29, 5.54), .fallsShort),
    verdict(
      "mixtral-8x7b-5x-active", "mixtral-8x7b", "llama2-70b", claimed: 5, 5, 5,
      (5.23, 5.29, 5.54), .delivered),
    verdict(
      "seed-muse-10x-less-than-llama4", claimed: 10, 0.363, 0.515, (0.498, 0.51, 0.52),
      .notAKernelClaim),
    verdict(
      "seed-muse-over-10x-pretraining", claimed: 10, 0.363, nil, nil, .notAKernelClaim,
      qualifier: .atLeast),
    verdict(
      "olmoe-3x-flops", "olmoe-1b-7b", "olmo-1b", claimed: 3, 0.998, nil, nil,
      .notAKernelClaim, qualifier: .about),
    verdict(
      "olmoe-iso-active-throughput", "olmoe-1b-7b", "olmo-1b", claimed: 0.63, 0.998, nil, nil,
      .notAKernelClaim),
    verdict("seed-deploy-legal", claimed: 10, nil, nil, nil, .notAKernelClaim, qualifier: .about),
    verdict("seed-free-to-use", claimed: nil, nil, nil, nil, .notAKernelClaim, qualifier: .none),
  ]

  static func verdict(
    _ claim: String, _ candidate: String = "muse-spark-open-816b-a42b",
    _ baseline: String = "llama4-maverick", claimed: Double?,
    _ analytic: Double?, _ roofline: Double?, _ measured: (Double, Double, Double)?,
    _ outcome: Verdict.Outcome, qualifier: Claim.Qualifier = .exactly
  ) -> Verdict {
    Verdict(
      claim: claim, scope: outcome == .notAKernelClaim ? .computeToParity : .wholeModel,
      candidate: candidate, baseline: baseline, claimed: claimed, qualifier: qualifier,
      analytic: analytic, roofline: roofline,
      measured: measured.map { Verdict.Measured(Sample.estimate($0.0, $0.1, $0.2)) },
      verdict: outcome, reason: "Because.", record: "sample")
  }

  /// A deep valley, as 64 experts of which 8 are active give it.
  static let curve = Curve(
    candidate: "olmoe-1b-7b", baseline: "iso-total",
    conditions: "uniform routing, tile, f32, 2 threads", size: .tokens,
    points: [
      point(1, 7.98, Sample.estimate(7.74, 7.9, 8.29)),
      point(2, 4.24, Sample.estimate(4.3, 4.42, 4.61)),
      point(4, 2.41, Sample.estimate(2.6, 2.74, 2.8)),
      point(8, 1.52, Sample.estimate(1.8, 1.88, 1.95)),
      point(16, 1.09, Sample.estimate(1.52, 1.58, 1.64)),
      point(32, 1.36, Sample.estimate(1.9, 1.97, 2.08)),
      point(64, 2.6, Sample.estimate(2.9, 3.1, 3.2)),
      point(128, 5.1, Sample.estimate(4.5, 4.7, 4.9)),
      point(256, 7.98, Sample.estimate(6.11, 6.28, 6.69)),
      point(512, 7.98, Sample.estimate(7.2, 7.3, 7.5)),
      point(1024, 7.98, Sample.estimate(7.4, 7.5, 7.6)),
    ])

  static func point(_ tokens: Int, _ roofline: Double?, _ time: RatioEstimate) -> Curve.Point {
    Curve.Point(
      value: tokens, flopRatio: 7.98, rooflineRatio: roofline, timeRatio: time,
      modelFLOPsUtilisation: 0.05, modelBandwidthUtilisation: 0.82)
  }

  static let valley = ValleyChart(
    curve: curve, bottom: curve.points[4], sufficient: 512,
    prediction: curve.points.compactMap { point in
      point.rooflineRatio.map { (point.value, $0) }
    }, id: "valley-sample",
    command: .command("tenfold sweep olmoe-1b-7b --tokens 1-1024*2"))
}
