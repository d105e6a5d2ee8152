import ModelSpec
import Testing

@testable import Reporter

@Suite("Curves")
struct CurveTests {
  @Test("are made of cells that differ in tokens alone, tokens ascending")
  func grouping() throws {
    let record = Sample.record(
      [4, 1, 16].flatMap { tokens in
        [
          SampleCurve.cell(tokens: tokens, ratio: 2),
          SampleCurve.cell(tokens: tokens, ratio: 2, routing: "single"),
          SampleCurve.cell(tokens: tokens, ratio: 2, baseline: "iso-active"),
          SampleCurve.cell(tokens: tokens, ratio: 2, engine: "blas"),
        ]
      })
    let curves = Curve.curves(of: record)
    #expect(
      curves.map { "\($0.candidate) \($0.baseline) \($0.conditions)" } == [
        "olmoe-1b-7b iso-total uniform routing, tile, f32, 2 threads",
        "olmoe-1b-7b iso-total single routing, tile, f32, 2 threads",
        "olmoe-1b-7b iso-active uniform routing, tile, f32, 2 threads",
        "olmoe-1b-7b iso-total uniform routing, blas, f32, 2 threads",
      ])
    for curve in curves { #expect(curve.points.map(\.value) == [1, 4, 16]) }
  }

  @Test("tell threads and precisions apart")
  func threads() {
    var cells = [1, 4, 16].map { SampleCurve.cell(tokens: $0, ratio: 2) }
    for tokens in [1, 4, 16] {
      var cell = SampleCurve.cell(tokens: tokens, ratio: 2)
      cell.threads = 1
      cell.precision = .bf16
      cells.append(cell)
    }
    #expect(
      Curve.curves(of: Sample.record(cells)).map(\.conditions) == [
        "uniform routing, tile, f32, 2 threads", "uniform routing, tile, bf16, 1 thread",
      ])
  }

  @Test("take three different token counts")
  func fewest() {
    #expect(Curve.curves(of: Sample.record([])).isEmpty)
    #expect(SampleCurve.curve([2]) == nil)
    #expect(SampleCurve.curve([2, 2]) == nil)
    #expect(SampleCurve.curve([2, 2, 2]) != nil)
    var record = SampleCurve.record([2, 3, 4])
    record.cells[2].workload.tokens = 4
    #expect(Curve.curves(of: record).isEmpty, "two of the three have the same tokens")
  }

  @Test("count the first of two cells with the same tokens")
  func duplicates() throws {
    var record = SampleCurve.record([2, 3, 4])
    record.cells.append(SampleCurve.cell(tokens: 4, ratio: 7))
    let curve = try #require(Curve.curves(of: record).first)
    #expect(curve.points.map(\.timeRatio.median) == [2, 3, 4])
  }

  @Test("say how well the candidate uses the ceilings of its threads and precision")
  func utilisation() throws {
    let curve = try #require(SampleCurve.curve([4, 2, 8], rooflines: [8, 4, 8]))
    #expect(curve.points.map(\.modelFLOPsUtilisation) == [0.5, 0.25, 1])
    #expect(curve.points.map(\.modelBandwidthUtilisation) == [0.25, 0.125, 0.5])
    #expect(curve.points.map(\.distinctExperts) == [8, 32, 64])
    #expect(curve.points.map(\.tokensPerExpert) == [1, 1, 2])
  }

  @Test("have no utilisation without a ceiling that fits, or with one that is none")
  func noUtilisation() throws {
    var record = SampleCurve.record([4, 2, 8], rooflines: [8, 4, 8])
    record.ceilings[0].threads = 4
    var points = try #require(Curve.curves(of: record).first).points
    #expect(points.allSatisfy { $0.modelFLOPsUtilisation == nil })
    record.ceilings[0].threads = 2
    record.ceilings[0].peakFlopsPerSecond = 0
    record.ceilings[0].readBytesPerSecond = .infinity
    points = try #require(Curve.curves(of: record).first).points
    #expect(points.allSatisfy { $0.modelFLOPsUtilisation == nil })
    #expect(points.allSatisfy { $0.modelBandwidthUtilisation == nil })
  }
}

@Suite("A valley")
struct ValleyTests {
  @Test("has its bottom where the smallest share is realised, and ends where all of the rest is")
  func interior() throws {
    let curve = try #require(
      SampleCurve.curve(SampleCurve.valley, rooflines: SampleCurve.valleyRooflines))
    #expect(curve.bottom?.value == 16)
    #expect(!curve.bottomIsAtEdge)
    // 0.9 × 8 = 7.2: 6.5 at 256 tokens is too little, 7.5 at 1024 is enough.
    #expect(curve.sufficient == 1024)
    #expect(curve.sufficientBeforeValley == 1)
    #expect(curve.predictedBottom?.value == 16)
    #expect(curve.predictedSufficient == 256)
  }

  @Test(
    "at an end of what was measured may go on beyond it", arguments: [[7.9, 5, 2], [2, 5, 7.9]])
  func edge(_ ratios: [Double]) throws {
    let curve = try #require(SampleCurve.curve(ratios))
    #expect(curve.bottom?.timeRatio.median == 2)
    #expect(curve.bottomIsAtEdge)
  }

  @Test("is not left where the last point realises too little")
  func never() throws {
    let curve = try #require(SampleCurve.curve([7.9, 2, 7.1]))
    #expect(curve.sufficient == nil)
    #expect(curve.sufficientBeforeValley == 1)
    #expect(curve.predictedSufficient == nil, "nothing is known without ceilings")
    #expect(curve.predictedBottom == nil)
  }

  @Test("is left behind the last point that realises too little, however often it was left before")
  func notMonotonic() throws {
    let curve = try #require(SampleCurve.curve([7.9, 2, 7.5, 3, 7.5, 7.3]))
    #expect(curve.sufficient == 256)
    #expect(curve.bottom?.value == 4)
  }

  @Test("is none where every point realises nine tenths")
  func none() throws {
    let curve = try #require(SampleCurve.curve([7.2, 8, 7.5], rooflines: [8, 8, 8]))
    #expect(curve.bottom == nil)
    #expect(!curve.bottomIsAtEdge)
    #expect(curve.sufficient == 1)
    #expect(curve.sufficientBeforeValley == nil, "there is nothing to be before")
    #expect(curve.predictedBottom == nil)
    #expect(curve.predictedSufficient == 1)
  }

  @Test("is none where only its interval's lower end is below nine tenths")
  func noise() throws {
    var record = SampleCurve.record([8, 7.1, 8])
    record.cells[1].timeRatio.high = 7.3
    let curve = try #require(Curve.curves(of: record).first)
    #expect(curve.bottom == nil)
    #expect(curve.sufficient == 16, "the median decides what is enough")
  }

  @Test("of the roofline takes a roofline at every point")
  func partialRoofline() throws {
    var record = SampleCurve.record(SampleCurve.valley, rooflines: SampleCurve.valleyRooflines)
    record.cells[3].rooflineRatio = .nan
    let curve = try #require(Curve.curves(of: record).first)
    #expect(curve.predictedBottom == nil)
    #expect(curve.predictedSufficient == nil)
    #expect(curve.bottom?.value == 16)
  }
}
