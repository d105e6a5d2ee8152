import LayerSpec
import MoEKernel
import ModelSpec

/// One layer of a side as it will be built: at which fraction of its width, with how many experts in
/// memory, and in how many copies.
struct LayerPlan: Hashable {
  /// The layer as the model has it, and how often.
  let full: FFNGroup
  /// The layer as it is measured: its intermediate widths divided by `divisor`.
  let measured: FFNLayerSpec
  /// 1 when the layer is measured at full size.
  let divisor: Int
  /// P, routed experts in memory: expert e uses the weights of e mod P.
  ///
  /// `nil` for a dense layer.
  let residentExperts: Int?
  /// Copies that passes take in turn, so that small layers come from memory as they do in a model.
  let copies: Int
  /// True where even the most copies do not fill the caches, so that passes may find weights there.
  let mayStayInCache: Bool

  /// Bytes of the weights of one copy.
  let copyBytes: Int

  /// Resident weights are this many times the last-level cache, so that a pass never finds what an
  /// earlier pass left there.
  static let cacheMultiple = 8

  /// Copies beyond this would take longer to make than to measure, and more memory for their pages
  /// than for their weights.
  ///
  /// It takes layers below 256 KiB to need more with a cache of 32 MiB.
  static let mostCopies = 1024

  /// - Parameters:
  ///   - divisor: divides every intermediate width of the layer.
  ///   - expertBytes: bytes that the routed experts may take; at least K experts and a working set
  ///     beyond the cache are kept whatever it is.
  ///   - cacheBytes: last-level cache of the machine.
  ///   - precision: how the weights are stored.
  init?(_ full: FFNGroup, divisor: Int, expertBytes: Int, cacheBytes: Int, precision: Precision) {
    guard let measured = full.layer.dividingWidth(by: divisor) else { return nil }
    let workingSet = Self.cacheMultiple * cacheBytes
    switch measured {
    case .dense: residentExperts = nil
    case .sparse(let layer):
      let bytes = layer.expert.parameters * precision.bytesPerWeight
      let beyondCache = (workingSet + bytes - 1) / bytes
      let least = min(layer.experts, max(layer.topK, beyondCache))
      residentExperts = min(layer.experts, max(least, expertBytes / bytes))
    }
    self.full = full
    self.measured = measured
    self.divisor = divisor
    copyBytes = Self.weightBytes(
      measured, residentExperts: residentExperts, precision: precision)
    copies = min(Self.mostCopies, max(1, (workingSet + copyBytes - 1) / copyBytes))
    mayStayInCache = copies * copyBytes < workingSet
  }

  /// Bytes of the weights of one copy.
  private static func weightBytes(
    _ layer: FFNLayerSpec, residentExperts: Int?, precision: Precision
  ) -> Int {
    let absent: Int
    switch layer {
    case .dense: absent = 0
    case .sparse(let sparse):
      absent = (sparse.experts - (residentExperts ?? sparse.experts)) * sparse.expert.parameters
    }
    return (layer.parameters - absent) * precision.bytesPerWeight
  }

  /// Bytes of the weights of all copies.
  var weightBytes: Int {
    copies * copyBytes
  }

  /// Bytes of all copies with one pass's scratch, inputs and outputs; `Int.max` where they cannot be
  /// counted.
  func bytes(tokens: Int, threads: Int, engine: Engine) -> Int {
    let (rows, rowsOverflow) = tokens.multipliedReportingOverflow(
      by: LayerInstance.batchCount + 1)
    let (activations, overflow) = rows.multipliedReportingOverflow(
      by: measured.hidden * MemoryLayout<Float>.size)
    guard !rowsOverflow, !overflow else { return .max }
    let layerBytes =
      switch measured {
      case .dense(let network):
        DenseLayer.bytes(for: network, maxTokens: tokens, threads: threads, engine: engine)
      case .sparse(let layer):
        SparseLayer.bytes(
          for: layer, residentExperts: residentExperts ?? layer.experts, maxTokens: tokens,
          threads: threads, engine: engine)
      }
    return [copyBytes * (copies - 1), activations].reduce(layerBytes) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part)
      return overflow ? .max : total
    }
  }

  /// What records say of the resident experts: `4 of 128`, `nil` when all are in memory.
  var residentDescription: String? {
    guard case .sparse(let layer) = measured, let residentExperts, residentExperts < layer.experts
    else { return nil }
    return "\(residentExperts) of \(layer.experts)"
  }

  /// What records call the layer: its kind and its letters at full size.
  var name: String { full.layer.label }
}

extension FFNLayerSpec {
  /// The same layer with all intermediate widths divided exactly; `nil` when one does not divide.
  func dividingWidth(by divisor: Int) -> FFNLayerSpec? {
    if divisor == 1 { return self }
    switch self {
    case .dense(let network): return network.dividingWidth(by: divisor).map(FFNLayerSpec.dense)
    case .sparse(let layer):
      guard let expert = layer.expert.dividingWidth(by: divisor) else { return nil }
      var shared: SparseLayerSpec.Shared?
      if let whole = layer.shared {
        guard let network = whole.network.dividingWidth(by: divisor) else { return nil }
        shared = SparseLayerSpec.Shared(network: network, isGated: whole.isGated)
      }
      return
        (try? SparseLayerSpec(
          hidden: layer.hidden, experts: layer.experts, identityExperts: layer.identityExperts,
          topK: layer.topK, expert: expert, router: layer.router, shared: shared,
          latent: layer.latent)).map(FFNLayerSpec.sparse)
    }
  }
}

extension FeedForwardSpec {
  fileprivate func dividingWidth(by divisor: Int) -> FeedForwardSpec? {
    guard intermediate % divisor == 0 else { return nil }
    return try? FeedForwardSpec(
      width: width, intermediate: intermediate / divisor, isGated: isGated,
      activation: activation, hasBias: hasBias)
  }
}
