import ModelSpec

@testable import Reporter

/// Hand-made curves of a layer that needs an eighth of its baseline's FLOPs.
enum SampleCurve {
  static let flopRatio = 8.0

  /// Ceilings that make utilisations round: with `Sample.cell` the candidate does 1.25 TFLOP and reads
  /// 1 GB in 100 s / time ratio, so at a time ratio of 4 half of the peak and a
  /// quarter of the bandwidth.
  static let ceiling = Ceiling(
    threads: 2, precision: .f32, peakFlopsPerSecond: 1e11, readBytesPerSecond: 1.6e8)

  /// A cell whose interval reaches 1 % to either side.
  static func cell(
    tokens: Int, ratio: Double, roofline: Double? = nil, baseline: String = "iso-total",
    flopRatio: Double = flopRatio, routing: String = "uniform", engine: String = "tile"
  ) -> Cell {
    var cell = Sample.cell(
      "olmoe-1b-7b", baseline, tokens: tokens, flopRatio: flopRatio,
      Sample.estimate(ratio * 0.99, ratio, ratio * 1.01),
      distinctExperts: Double(min(64, 8 * tokens)), engine: engine, routing: routing)
    cell.rooflineRatio = roofline
    cell.routing?.tokensPerExpert = Double(max(8, tokens)) / 8
    return cell
  }

  /// One curve with these ratios at powers of four tokens.
  static func record(_ ratios: [Double], rooflines: [Double]? = nil) -> Record {
    var record = Sample.record(
      ratios.enumerated().map { index, ratio in
        cell(tokens: 1 << (2 * index), ratio: ratio, roofline: rooflines?[index])
      })
    if rooflines != nil { record.ceilings = [ceiling] }
    return record
  }

  /// The curve of such a record.
  static func curve(_ ratios: [Double], rooflines: [Double]? = nil) -> Curve? {
    Curve.curves(of: record(ratios, rooflines: rooflines)).first
  }

  /// A real valley: 1, 4, 16, 64, 256 and 1024 tokens.
  static let valley = [7.6, 2.4, 1.2, 3, 6.5, 7.5]
  /// What the ceilings allow there.
  static let valleyRooflines = [8, 2.5, 1.6, 4, 8, 8]
}
