import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct MeasuredCellTests {
  /// 100 GFLOP/s and 10 GB/s with two threads.
  private let ceiling = Ceiling(
    threads: 2, precision: .f32, peakFlopsPerSecond: 100e9, readBytesPerSecond: 10e9)

  /// A baseline of 2 seconds whose work takes 1.5 at the ceilings: one layer of FLOPs, two of bytes;
  /// and a candidate of 1 second whose work takes 0.5.
  private func cell(
    baselineSeconds: Double = 2, beside: Ceiling? = nil, mayStayInCache: Bool = false,
    phases: (baseline: PhaseSeconds, candidate: PhaseSeconds)? = nil
  ) throws -> MeasuredCell {
    func work(_ count: Int, flops: Int, bytes: Double) -> LayerWork {
      LayerWork(
        count: count,
        operations: [Operation(.network, flops: flops, format: .f32, weightBytes: bytes)])
    }
    let baseline = [
      work(1, flops: 50_000_000_000, bytes: 1e9), work(2, flops: 1_000_000_000, bytes: 5e9),
    ]
    let candidate = [work(1, flops: 50_000_000_000, bytes: 1)]
    let resources = try SideResources(
      engine: try TileEngine(forcedLevel: nil), formats: FormatPlan(.f32))
    func side(_ seconds: Double, _ phases: PhaseSeconds?) -> Side {
      Side(
        flops: 1, bytes: 1, secondsMedian: seconds, scaled: nil, residentExperts: nil,
        phases: phases, layers: [])
    }
    return MeasuredCell(
      measured: Cell(
        candidate: "c", baseline: "b", workload: Workload(.feedForward, tokens: 1), threads: 2,
        engine: "tile", precision: .f32,
        routing: RoutingSummary(
          kind: "uniform", alpha: nil, seed: 1, distinctExperts: 1, maxOverMean: 1, gini: 0),
        flopRatio: 1,
        timeRatio: RatioEstimate(median: 2, low: 2, high: 2, confidence: 0.97, rounds: 6),
        realisedShare: 2,
        sides: Sides(
          baseline: side(baselineSeconds, phases?.baseline), candidate: side(1, phases?.candidate)),
        rounds: [], cautions: ["an earlier one"]),
      baselineWork: baseline, candidateWork: candidate,
      sideResources: (resources, resources), beside: beside.map { [$0] } ?? [],
      mayStayInCache: mayStayInCache)
  }

  @Test func layersFollowEachOther() throws {
    let full = try cell().cell(under: [ceiling])
    #expect(full.rooflineRatio == 3)
    #expect(full.sides.baseline.rooflineShare == 0.75)
    #expect(full.sides.candidate.rooflineShare == 0.5)
    #expect(full.cautions == ["an earlier one"])
  }

  @Test func withoutItsCeilingACellHasNoRoofline() throws {
    var other = ceiling
    other.threads = 1
    for ceilings in [[], [other]] {
      let plain = try cell().cell(under: ceilings)
      #expect(plain.rooflineRatio == nil)
      #expect(plain.sides.baseline.rooflineShare == nil)
      #expect(try cell().excess(raisedBy: ceilings) == nil)
    }
  }

  /// The realised share is 2.
  ///
  /// The baseline's 0.52 s of FLOPs become 1.5 by bytes and 2 by the engine; the candidate's half a
  /// second becomes 1 by a router that takes as long as its products.
  @Test func phasesExplainTheRealisedShare() throws {
    var measured = try cell()
    #expect(measured.cell(under: [ceiling]).explanation == nil, "no phases")
    measured = try cell(
      phases: (
        PhaseSeconds(
          productSeconds: 2, productBusySeconds: 2, productWaitingSeconds: 0,
          others: [.router: 0, .dispatchAndCombine: 0]),
        PhaseSeconds(
          productSeconds: 0.5, productBusySeconds: 0.5, productWaitingSeconds: 0,
          others: [.router: 0.5, .dispatchAndCombine: 0])
      ))
    #expect(measured.cell(under: []).explanation == nil, "no ceilings")
    let full = measured.cell(under: [ceiling])
    let explanation = try #require(full.explanation)
    #expect(abs(explanation.product / full.realisedShare - 1) < 1e-14)
    func factor(_ cause: Explanation.Cause) -> Double? {
      explanation.factors.first { $0.name == cause }?.factor
    }
    #expect(abs(try #require(factor(.memoryTraffic)) - 1.5 / 0.52) < 1e-14)
    #expect(factor(.tileRemainder) == 1)
    #expect(abs(try #require(factor(.engineShortfall)) - 2 / 1.5) < 1e-14)
    #expect(factor(.router) == 0.5)
    // The sample's FLOP ratio is 1, and its work's is 1.04: no phase explains that.
    #expect(abs(explanation.rest - 1.04) < 1e-14)
  }

  /// The baseline's median is 2.42 s where paired ratios say that it takes twice the candidate's second.
  @Test func twoEstimatesOfTheRatioAreNoRest() throws {
    func only(_ seconds: Double) -> PhaseSeconds {
      PhaseSeconds(
        productSeconds: seconds, productBusySeconds: seconds, productWaitingSeconds: 0,
        others: [.router: 0, .dispatchAndCombine: 0])
    }
    let drifted = try cell(baselineSeconds: 2.42, phases: (only(2.42), only(1)))
    let explanation = try #require(drifted.cell(under: [ceiling]).explanation)
    #expect(abs(explanation.rest - 1.04) < 1e-14)
    // 2.2 s and 1.1 s.
    #expect(abs(explanation.factors[2].baseline - 2.42 / 1.5 / 1.21.squareRoot()) < 1e-14)
    #expect(abs(explanation.factors[2].candidate - 1 / 0.5 * 1.21.squareRoot()) < 1e-14)
  }

  /// Half the bandwidth of the run's best doubles the two seconds of bytes' share, and slower cores that of
  /// FLOPs.
  @Test func figuresGoByTheCellsOwnCeilings() throws {
    var slower = ceiling
    slower.readBytesPerSecond /= 2
    let slowMemory = try cell(beside: slower).cell(under: [ceiling])
    #expect(slowMemory.sides.baseline.rooflineShare == 1.25)
    #expect(slowMemory.sides.candidate.rooflineShare == 0.5)
    #expect(slowMemory.rooflineRatio == 5)
    #expect(slowMemory.ceilingBeside == slower)
    slower = ceiling
    slower.peakFlopsPerSecond /= 2
    let slowCores = try cell(beside: slower).cell(under: [ceiling])
    #expect(slowCores.sides.candidate.rooflineShare == 1)
  }

  /// Rates of tiles are the run's, at the pace of the peak beside the cell.
  @Test func tilesMoveAsThePeakDoes() throws {
    var (best, own) = (ceiling, ceiling)
    best.tileRates = ["tile": [50e9, 80e9]]
    own.peakFlopsPerSecond /= 2
    let phases = PhaseSeconds(
      productSeconds: 1, productBusySeconds: 1, productWaitingSeconds: 0,
      others: [.router: 0, .dispatchAndCombine: 0])
    let explained = try cell(beside: own, phases: (phases, phases)).cell(under: [best])
    let alike = try cell(phases: (phases, phases)).cell(under: [best])
    func tiles(_ cell: Cell) -> Double? {
      cell.explanation?.factors.first { $0.name == .tileRemainder }?.candidate
    }
    #expect(tiles(explained) == tiles(alike))
  }

  /// 1.5 seconds of work in 1.46 is 103 %, in 1.40 107 %; the interval of the ceilings reaches 10 % higher.
  @Test func aSideAboveItsCeilingsIsDoubtedWithinTheirIntervalAndRefusedBeyond() throws {
    var own = ceiling
    own.peakInterval = .init(low: 95e9, high: 110e9)
    own.readInterval = .init(low: 9e9, high: 11e9)
    #expect(try cell(baselineSeconds: 1.46, beside: own).cell(under: []).cautions.count == 1)
    let doubtful = try cell(baselineSeconds: 1.40, beside: own)
    #expect(doubtful.cell(under: [ceiling]).cautions.count == 2)
    #expect(doubtful.excess() == nil)
    let wrong = try cell(baselineSeconds: 1.2, beside: own)
    let excess = try #require(wrong.excess())
    #expect(excess.side.id == "b" && excess.side.role == .baseline)
    #expect(abs(excess.share - 1.5 / 1.1 / 1.2) < 1e-12)
    // What a longer look finds counts too, and only where it is more.
    var further = ceiling
    #expect(wrong.excess(raisedBy: [further]) != nil)
    further.readBytesPerSecond = 13e9
    further.peakFlopsPerSecond = 130e9
    #expect(wrong.excess(raisedBy: [further]) == nil)
  }

  /// Where weights may come from a cache, bytes say nothing of time.
  @Test func whatMayStayInACacheHasNoRoofline() throws {
    let cached = try cell(baselineSeconds: 0.1, beside: ceiling, mayStayInCache: true)
    let full = cached.cell(under: [ceiling])
    #expect(full.rooflineRatio == nil && full.sides.baseline.rooflineShare == nil)
    #expect(full.explanation == nil && full.ceilingBeside == ceiling)
    #expect(cached.excess() == nil)
  }

  @Test(arguments: [1, 5, 6, 9]) func aCellsCeilingIsTheMedianOfItsVisits(visits: Int) {
    let probes = (1...visits).map { visit in
      Ceiling(
        threads: 2, precision: .f32, peakFlopsPerSecond: Double(100 + visit),
        readBytesPerSecond: Double(10 * visit))
    }
    let own = Ceiling(probes[0], visits: probes)
    #expect(own.isOfVisits && own.threads == 2)
    #expect(own.readBytesPerSecond == Double(10 * (visits + 1)) / 2)
    let interval = own.readInterval
    // From six on the extremes are an interval of the median, of nine the second and the eighth.
    #expect(interval?.low == (visits == 9 ? 20 : 10))
    #expect(interval?.high == Double(visits == 9 ? 80 : 10 * visits))
    #expect(own.atMost.readBytesPerSecond == interval?.high)
  }

  @Test func theRefusalSaysWhatIsWrongAndWhatToDo() {
    let sentence = RunError.aboveCeilings(
      cell: "c against b, 1 token, uniform", side: "b", engine: "tile", share: 1.25,
      ceilings: "100.0 GFLOP/s, 10.0 GB/s"
    ).description
    for part in ["c against b", "125 %", "10.0 GB/s", "measure again"] {
      #expect(sentence.contains(part))
    }
  }
}
