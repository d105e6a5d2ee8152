import LayerSpec

@testable import ModelSpec

extension Sample {
  /// A small record from which every picture can be drawn: ceilings, explained cells, and four token
  /// counts of one comparison.
  static let illustrated: Record = {
    var record = suite
    record.ceilings = [
      Ceiling(threads: 2, precision: .f32, peakFlopsPerSecond: 500e9, readBytesPerSecond: 40e9)
    ]
    record.options.candidates = ["mixtral-8x7b", "muse-spark-open-816b-a42b"]
    record.options.baselines = ["llama2-70b", "iso-active", "llama4-maverick"]
    record.cells.insert(
      contentsOf: [
        cell(
          "mixtral-8x7b", "llama2-70b", tokens: 64, flopRatio: 5.33, estimate(2.4, 2.5, 2.6),
          bytesRatio: 1.33, distinctExperts: 8),
        cell(
          "mixtral-8x7b", "llama2-70b", tokens: 256, flopRatio: 5.33, estimate(5, 5.1, 5.2),
          bytesRatio: 1.33, distinctExperts: 8),
      ], at: 2)
    record.cells[record.cells.count - 1] = muse
    for index in record.cells.indices { explain(&record.cells[index], isAnalysed: index < 2) }
    return record
  }()

  /// Muse Spark Open's cell with the FLOPs that its layers have, by which scenarios know it.
  private static let muse: Cell = {
    let (candidate, baseline) = ("muse-spark-open-816b-a42b", "llama4-maverick")
    func flops(_ id: String) -> Int {
      let workload = Workload(.feedForward, tokens: 1)
      return Catalogue.architecture(id: id)?.flops(of: workload).map(Int.init) ?? 0
    }
    var muse = cell(
      candidate, baseline, tokens: 1, flopRatio: Double(flops(baseline)) / Double(flops(candidate)),
      estimate(0.36, 0.372, 0.38), bytesRatio: 0.41, distinctExperts: 8, resident: "4 of 256",
      flops: flops(baseline))
    muse.sides.candidate.flops = flops(candidate)
    return muse
  }()

  /// Gives a cell a roofline and, when it is analysed, a chain of factors whose product is its realised share.
  private static func explain(_ cell: inout Cell, isAnalysed: Bool) {
    cell.rooflineRatio = cell.timeRatio.median * 1.05
    cell.sides.baseline.rooflineShare = 0.9
    cell.sides.candidate.rooflineShare = 0.85
    guard isAnalysed else { return }
    let factors: [Explanation.Factor] = [
      .init(.memoryTraffic, baseline: 1, candidate: 1.02 / cell.realisedShare),
      .init(.engineShortfall, baseline: 1.1, candidate: 1.12),
      .init(.dispatchAndCombine, baseline: 1, candidate: 1.03),
    ]
    let product = factors.reduce(1) { $0 * $1.factor }
    cell.explanation = Explanation(factors: factors, rest: cell.realisedShare / product)
  }
}
