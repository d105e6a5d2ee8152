import LayerSpec
import ModelSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// What the roofline says of a pairing at any number of tokens, from the record's ceilings and the
/// catalogue's FLOPs and bytes: the curve on which a few measured points lie.
///
/// Between points nothing was measured, and a straight line would claim that something was. Experts are
/// those that a pass is expected to reach; where a routing was recorded, or a model is not in the
/// catalogue, nobody can say, and there is no prediction.
struct RooflinePrediction {
  private let baseline: Pass
  private let candidate: Pass
  private let ceilings: Ceilings
  private let tokens: ClosedRange<Int>

  /// Tokens up to which passes are counted; every product of theirs fits 63 bits.
  private static let mostTokens = 1 << 20
  /// Points of the curve for each doubling of the tokens: more than the eye sees.
  private static let pointsOfDoubling = 16
  /// What may lie between counted and recorded bytes: batches reach other experts than expected.
  private static let closeness = 1.15

  /// The prediction for a series; `nil` where it cannot be counted, and where it is not of the passes that
  /// the record holds: their FLOPs must be the same and their bytes nearly.
  init?(_ series: CellSeries, under list: [Ceiling]) {
    guard let first = series.cells.first, let last = series.cells.last,
      first.workload.kind == .feedForward, first.tokens > 0, last.tokens <= Self.mostTokens,
      first.precision.isKnown, let ceilings = Ceilings(list, threads: first.threads),
      let candidate = Self.architecture(first.candidate),
      let baseline = Self.baseline(first.baseline),
      let sides = candidate.ffnGroups(against: baseline)
    else { return nil }
    let formats = FormatPlan(first.precision)
    guard let routing = first.conditions.routing,
      let baselinePass = Pass(sides.baseline, routing: routing, formats: formats),
      let candidatePass = Pass(sides.candidate, routing: routing, formats: formats)
    else { return nil }
    self.baseline = baselinePass
    self.candidate = candidatePass
    self.ceilings = ceilings
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
    let words = id.split(separator: " ")
    guard let name = words.first, let own = Catalogue.architecture(id: String(name)) else {
      return nil
    }
    var variant = SweepOptions.Variant()
    for word in words.dropFirst() {
      let parts = word.split(separator: "=")
      guard parts.count == 2, let value = Int(parts[1]), (1...Self.mostExperts).contains(value)
      else { return nil }
      switch parts[0] {
      case "E": variant.experts = value
      case "K": variant.topK = value
      default: return nil
      }
    }
    return try? own.varyingRoutedLayers(variant)
  }

  /// More experts than any published layer has.
  private static let mostExperts = 4096

  /// Whether what is counted here is what was measured.
  private func agrees(_ cell: Cell) -> Bool {
    [(baseline, cell.sides.baseline), (candidate, cell.sides.candidate)].allSatisfy { pass, side in
      let work = pass.work(tokens: cell.tokens)
      let ratio = Double(work.bytes) / Double(side.bytes)
      return work.flops == side.flops && (1 / Self.closeness...Self.closeness).contains(ratio)
    }
  }

  /// Baseline roofline seconds / candidate roofline seconds; `nil` without a peak for the weights' format.
  func ratio(tokens: Int) -> Double? {
    guard let baseline = baseline.work(tokens: tokens).rooflineSeconds(under: ceilings),
      let candidate = candidate.work(tokens: tokens).rooflineSeconds(under: ceilings)
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

extension RooflinePrediction {
  /// The layers of one side, and how often each expert of theirs is chosen.
  private struct Pass {
    private let groups: [FFNGroup]
    /// πᵢ of each group's experts; empty for a dense one.
    private let inclusion: [[Double]]
    private let formats: FormatPlan
    /// E·K from which on popularities take longer than a picture may; published layers have less.
    private static let mostWork = 1 << 15

    /// `nil` for a routing that cannot be foretold.
    init?(_ groups: [FFNGroup], routing: RoutingCondition, formats: FormatPlan) {
      var inclusion: [[Double]] = []
      for group in groups {
        guard let layer = group.layer.routed else {
          inclusion.append([])
          continue
        }
        guard let probabilities = Self.inclusion(layer, routing) else { return nil }
        inclusion.append(probabilities)
      }
      self.groups = groups
      self.inclusion = inclusion
      self.formats = formats
    }

    /// How likely a token chooses each expert.
    private static func inclusion(
      _ layer: SparseLayerSpec, _ routing: RoutingCondition
    ) -> [Double]? {
      switch routing.kind {
      case "uniform":
        return Array(repeating: Double(layer.topK) / Double(layer.choices), count: layer.experts)
      case "single" where layer.choices == layer.experts:
        return (0..<layer.experts).map { $0 < layer.topK ? 1 : 0 }
      case "zipf":
        // Which of the choices are experts that are not read is drawn.
        guard layer.choices == layer.experts, let alpha = routing.alpha,
          (0...ZipfFit.largestAlpha).contains(alpha), layer.experts * layer.topK <= mostWork
        else { return nil }
        return InclusionProbabilities.probabilities(
          logWeights: (1...layer.experts).map { -alpha * log(Double($0)) }, topK: layer.topK)
      default: return nil
      }
    }

    /// What a pass asks of the machine, with the experts that it is expected to reach.
    func work(tokens: Int) -> [LayerWork] {
      zip(groups, inclusion).map { group, inclusion in
        let distinct = expectedDistinctExperts(inclusion: inclusion, tokens: tokens)
        return LayerWork(
          count: group.count,
          operations: group.layer.operations(
            tokens: tokens, use: ExpertUse(distinctExperts: distinct), formats: formats))
      }
    }
  }
}
