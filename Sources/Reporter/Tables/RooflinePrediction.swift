import LayerSpec
import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

/// What the roofline says of a pairing at any size of passes, such as any number of tokens, from the ceilings
/// that decide for the cells, and the catalogue's FLOPs and bytes: the curve on which a few measured points lie.
///
/// Between points nothing was measured, and a straight line would suggest that something was. There
/// is no prediction where a routing was recorded, a model is not in the catalogue or the workload
/// has no forecast.
struct RooflinePrediction {
  private let sides: PairingForecast
  private let workload: Workload
  private let ceilings: Ceilings
  private let size: Workload.Size
  private let values: ClosedRange<Int>

  /// Points of the curve for each doubling of the size, enough to look smooth.
  private static let pointsOfDoubling = 16
  /// The largest factor between counted and recorded bytes: batches reach other experts than
  /// expected.
  private static let closeness = 1.15

  /// The prediction for a series; `nil` where its workload has no forecast, and where the forecast
  /// is not of the passes that the record holds: their FLOPs must be the same and their bytes
  /// nearly.
  init?(_ series: CellSeries, under list: [Ceiling]) {
    let ends = (series.curve.points.first?.value ?? 0, series.curve.points.last?.value ?? 0)
    guard let first = series.cells.first, ends.0 > 0, ends.0 <= ends.1, first.precision.isKnown,
      let forecast = first.workload.kind.traits?.forecast,
      let ceilings = Ceilings(Self.deciding(for: series.cells, list), threads: first.threads),
      let candidate = Self.architecture(first.candidate),
      let baseline = Self.baseline(first.baseline),
      let sides = forecast(
        candidate, baseline, first.conditions.routing, FormatPlan(first.precision))
    else { return nil }
    self.sides = sides
    self.ceilings = ceilings
    workload = first.workload
    size = series.curve.size
    values = ends.0...ends.1
    guard series.cells.allSatisfy(agrees) else { return nil }
  }

  /// The ceilings that the points' own figures go by: the medians of those beside the cells, or in older
  /// records the run's best.
  private static func deciding(for cells: [Cell], _ list: [Ceiling]) -> [Ceiling] {
    cells.typicalCeiling.map { [$0] } ?? list
  }

  /// The baseline of that id; `nil` for a model that the catalogue does not have.
  private static func baseline(_ id: String) -> Baseline? {
    [Baseline.isoActive, .isoTotal].first { $0.id == id } ?? architecture(id).map(Baseline.named)
  }

  /// The architecture of a catalogue id, or of a variant of it such as `olmoe-1b-7b E=32`; `nil` for
  /// others.
  private static func architecture(_ id: String) -> Architecture? {
    guard let (name, variant) = SweepOptions.Variant.parse(id: id) else { return nil }
    return try? Catalogue.architecture(id: name)?.varyingRoutedLayers(variant)
  }

  /// Whether what is counted here is what was measured.
  private func agrees(_ cell: Cell) -> Bool {
    [(sides.baseline, cell.sides.baseline), (sides.candidate, cell.sides.candidate)].allSatisfy {
      forecast, side in
      guard let work = forecast(cell.workload) else { return false }
      let ratio = Double(work.bytes) / Double(side.bytes)
      return work.flops == side.flops && (1 / Self.closeness...Self.closeness).contains(ratio)
    }
  }

  /// Baseline roofline seconds / candidate roofline seconds; `nil` without a peak for the weights' format.
  func ratio(at value: Int) -> Double? {
    var workload = workload
    workload[size] = value
    guard let baseline = sides.baseline(workload)?.rooflineSeconds(under: ceilings),
      let candidate = sides.candidate(workload)?.rooflineSeconds(under: ceilings)
    else { return nil }
    return baseline / candidate
  }

  /// The curve from the smallest to the largest measured value, ascending.
  var points: [(value: Int, ratio: Double)] {
    let doublings = log2(Double(values.upperBound) / Double(values.lowerBound))
    let steps = Int((doublings * Double(Self.pointsOfDoubling)).rounded(.up))
    let between = (0...max(1, steps)).map { step in
      Int(
        (Double(values.lowerBound) * exp2(Double(step) / Double(Self.pointsOfDoubling))).rounded())
    }
    return (between.filter { $0 < values.upperBound } + [values.upperBound]).uniqued()
      .compactMap { value in ratio(at: value).flatMap { $0.isDrawable ? (value, $0) : nil } }
  }
}
