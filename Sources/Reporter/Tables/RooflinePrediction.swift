import LayerSpec
import ModelSpec

#if canImport(Glibc)
  import Glibc
#endif

/// What the roofline says of a pairing at any number of tokens, from the record's ceilings and the
/// catalogue's FLOPs and bytes: the curve on which a few measured points lie.
///
/// Between points nothing was measured, and a straight line would suggest that something was. There
/// is no prediction where a routing was recorded, a model is not in the catalogue or the workload
/// has no forecast.
struct RooflinePrediction {
  private let sides: PairingForecast
  private let workload: Workload
  private let ceilings: Ceilings
  private let tokens: ClosedRange<Int>

  /// Points of the curve for each doubling of the tokens, enough to look smooth.
  private static let pointsOfDoubling = 16
  /// The largest factor between counted and recorded bytes: batches reach other experts than
  /// expected.
  private static let closeness = 1.15

  /// The prediction for a series; `nil` where its workload has no forecast, and where the forecast
  /// is not of the passes that the record holds: their FLOPs must be the same and their bytes
  /// nearly.
  init?(_ series: CellSeries, under list: [Ceiling]) {
    guard let first = series.cells.first, let last = series.cells.last, first.tokens > 0,
      first.tokens <= last.tokens, first.precision.isKnown,
      let forecast = first.workload.kind.traits?.forecast,
      let ceilings = Ceilings(list, threads: first.threads),
      let candidate = Self.architecture(first.candidate),
      let baseline = Self.baseline(first.baseline),
      let sides = forecast(
        candidate, baseline, first.conditions.routing, FormatPlan(first.precision))
    else { return nil }
    self.sides = sides
    self.ceilings = ceilings
    workload = first.workload
    tokens = first.tokens...last.tokens
    guard series.cells.allSatisfy(agrees) else { return nil }
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
  func ratio(tokens: Int) -> Double? {
    var workload = workload
    workload.tokens = tokens
    guard let baseline = sides.baseline(workload)?.rooflineSeconds(under: ceilings),
      let candidate = sides.candidate(workload)?.rooflineSeconds(under: ceilings)
    else { return nil }
    return baseline / candidate
  }

  /// The curve from the fewest to the most measured tokens, ascending.
  var points: [(tokens: Int, ratio: Double)] {
    let doublings = log2(Double(tokens.upperBound) / Double(tokens.lowerBound))
    let steps = Int((doublings * Double(Self.pointsOfDoubling)).rounded(.up))
    let counts = (0...max(1, steps)).map { step in
      Int(
        (Double(tokens.lowerBound) * exp2(Double(step) / Double(Self.pointsOfDoubling))).rounded())
    }
    return (counts.filter { $0 < tokens.upperBound } + [tokens.upperBound]).uniqued()
      .compactMap { tokens in
        ratio(tokens: tokens).flatMap { $0.isDrawable ? (tokens, $0) : nil }
      }
  }
}
