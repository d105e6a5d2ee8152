import LayerSpec
import MoEKernel
import ModelSpec

/// One layer of a side as it will be built: at which fraction of its width, with how many segments in memory,
/// and in how many copies.
public struct LayerPlan: Sendable {
  /// The layer as the model has it, and how often.
  public let full: PlannedLayer
  /// The layer as it is measured: its widths divided by `divisor`.
  public let measured: any MeasurableLayer
  /// 1 when the layer is measured at full size.
  public let divisor: Int
  /// Segments in memory (routed experts): segment e uses the weights of e mod this.
  ///
  /// `nil` for a layer without.
  public let residentSegments: Int?
  /// Copies that passes take in turn, so that small layers come from memory as they do in a model.
  public let copies: Int
  /// True where even the most copies do not fill the caches, so that passes may find weights there.
  let mayStayInCache: Bool

  /// Bytes of the weights of one copy.
  let copyBytes: Int
  /// Bytes beyond which passes find hardly anything in the caches of what earlier passes read.
  private let workingSet: Int

  /// Copies beyond this would take longer to make than to measure, and more memory for their pages
  /// than for their weights.
  ///
  /// It takes layers below 256 KiB to need more with a cache of 32 MiB.
  static let mostCopies = 1024

  /// - Parameters:
  ///   - divisor: divides every width of the layer that may be narrowed.
  ///   - residence: how much is kept; of segments at least as many as a token needs.
  ///   - segments: those that are kept whatever the residence says; `nil` for what it says.
  ///   - cacheBytes: last-level cache of the machine.
  ///   - formats: how the weights are stored.
  /// - Returns: `nil` when a width does not divide.
  init?(
    _ full: PlannedLayer, divisor: Int, residence: Residence, segments: Int? = nil,
    cacheBytes: Int, formats: FormatPlan
  ) {
    guard let measured = full.layer.narrowed(by: divisor) as (any MeasurableLayer)? else {
      return nil
    }
    let weights = PassWeights(measured, formats: formats)
    residentSegments = measured.segments.map {
      segments
        ?? residence.segments(
          of: $0.count, least: $0.least, bytes: weights.segment, cacheBytes: cacheBytes)
    }
    self.full = full
    self.measured = measured
    self.divisor = divisor
    copyBytes = max(1, weights.common + (residentSegments ?? 0) * weights.segment)
    let wanted = residence.copies(
      bytes: copyBytes, read: weights.read,
      commonShare: PassWeights(full.layer, formats: formats).commonShare, cacheBytes: cacheBytes)
    copies = min(Self.mostCopies, wanted)
    workingSet = Saturating.product(Residence.fewestCaches, cacheBytes)
    mayStayInCache = copies * copyBytes < workingSet
  }

  /// Contexts that passes are behind by turns: one for each copy, as far as they fit no cache together.
  func contexts(_ workload: Workload, engine: any Engine) -> Int {
    let bytes = measured.contextBytes(workload, engine: engine)
    guard bytes > 0, bytes < workingSet else { return 1 }
    return min(copies, (workingSet - 1) / bytes + 1)
  }

  /// Bytes of the weights of all copies.
  var weightBytes: Int { copies * copyBytes }

  /// Bytes of all copies with one pass's scratch, inputs and outputs; `Int.max` where they cannot be
  /// counted.
  func bytes(_ workload: Workload, threads: Int, engine: any Engine, formats: FormatPlan) -> Int {
    let one = measured.memoryBytes(
      residentSegments: residentSegments, workload: workload, threads: threads, engine: engine,
      formats: formats)
    // Weights as the engine lays them out: narrow ones are padded, many times over in the smallest.
    let weights = measured.memoryBytes(
      residentSegments: residentSegments, workload: Workload(workload.kind, tokens: 0),
      threads: threads, engine: engine, formats: formats)
    let (others, othersOverflow) = weights.multipliedReportingOverflow(by: copies - 1)
    if othersOverflow { return .max }
    let contexts = Saturating.product(
      contexts(workload, engine: engine) - 1, measured.contextBytes(workload, engine: engine))
    return Saturating.sum([one, others, contexts])
  }

  /// What records say of the segments in memory: `4 of 128`, `nil` when all are.
  var residentDescription: String? {
    guard let segments = measured.segments, let residentSegments, residentSegments < segments.count
    else {
      return nil
    }
    return "\(residentSegments) of \(segments.count)"
  }

  /// What the segments are called.
  var segmentNoun: String { measured.segments?.noun ?? "segments" }

  /// What records call the layer: its kind and its sizes at full width.
  var name: String { full.layer.name }
}

extension [LayerPlan] {
  /// What records say of the segments that a side keeps: one entry for each kind of layer that keeps fewer
  /// than all, `nil` where none does.
  var residentDescription: String? {
    let descriptions = compactMap(\.residentDescription)
    return descriptions.isEmpty ? nil : descriptions.joined(separator: ", ")
  }
}

/// Bytes of a layer's weights by how often passes read them.
private struct PassWeights {
  /// What every pass reads.
  let common: Int
  /// One segment, such as an expert.
  let segment: Int
  /// What a pass of one token reads.
  let read: Int

  /// Of what a pass of one token reads, what every pass does.
  var commonShare: Double { Double(common) / Double(max(1, read)) }

  init(_ layer: any MeasurableLayer, formats: FormatPlan) {
    common = layer.weightBytes(.common, formats: formats)
    segment = max(1, layer.weightBytes(.segment, formats: formats))
    read = Saturating.sum(common, Saturating.product(layer.segments?.least ?? 0, segment))
  }
}

extension LayerPlan: Hashable {
  /// Plans are equal when what they build is.
  public static func == (left: LayerPlan, right: LayerPlan) -> Bool {
    AnyHashable(left.full.layer) == AnyHashable(right.full.layer)
      && left.full.count == right.full.count && left.divisor == right.divisor
      && left.residentSegments == right.residentSegments && left.copies == right.copies
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(full.layer))
    hasher.combine(full.count)
    hasher.combine(divisor)
    hasher.combine(residentSegments)
    hasher.combine(copies)
  }
}
