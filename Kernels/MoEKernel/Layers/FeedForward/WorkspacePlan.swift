import LayerSpec

/// What a pass needs beside weights, input and output, counted before anything is allocated.
struct WorkspacePlan {
  var maxTokens: Int
  var threads: Int
  /// The layer that it is for.
  var shape: WorkspaceShape
  /// What routes, `nil` for a dense layer.
  var layer: SparseLayerSpec?
  /// Input rows as the router reads them, where the engine stages rows.
  var routerInput = (rows: 0, columns: 0)
  /// Input rows as projections, the shared expert or a dense network read them, where that differs.
  var networkInput = (rows: 0, columns: 0)
  /// Rows of expert inputs times their weights, where weights apply to inputs and are staged after.
  var scaled = (rows: 0, columns: 0)
  /// Rows of expert inputs, in order of expert.
  var gathered = (rows: 0, columns: 0)
  /// Hidden rows and their padded length: routed experts or a dense network, then the shared expert.
  var hidden: [(rows: Int, columns: Int)] = []
  /// Rows that networks write, before they are combined.
  var outputs: [(rows: Int, columns: Int)] = []
  /// Scratch of one worker for the products.
  var scratchPerThread = 0

  /// For a routed layer.
  init(
    _ layer: SparseLayerSpec, maxTokens: Int, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) {
    let inputs = [
      layer.hidden, layer.expertWidth, layer.expert.intermediate,
      layer.shared?.network.intermediate ?? 0,
    ].max()
    self.init(
      .sparse(layer), inputs: inputs ?? 0, maxTokens: maxTokens, threads: threads, engine: engine,
      formats: formats)
    self.layer = layer
    let slots = Saturating.product(maxTokens, layer.topK)
    let width = paddedToVector(layer.expertWidth)
    gathered = (slots, width)
    hidden = [(slots, paddedToVector(layer.expert.intermediate))]
    outputs = [(slots, width)]
    if let shared = layer.shared {
      hidden.append((maxTokens, paddedToVector(shared.network.intermediate)))
      outputs.append((maxTokens, paddedToVector(layer.hidden)))
    }
    guard engine.stagesRows else { return }
    let input = (maxTokens, paddedToVector(layer.hidden))
    routerInput = input
    let isStagedTwice = [formats.networks, formats.projections].contains { $0 != formats[.router] }
    if isStagedTwice, layer.shared != nil || layer.latent != nil { networkInput = input }
    if layer.router.application == .input { scaled = gathered }
  }

  /// For a dense layer.
  init(
    dense spec: FeedForwardSpec, maxTokens: Int, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) {
    self.init(
      .dense(spec), inputs: max(spec.width, spec.intermediate), maxTokens: maxTokens,
      threads: threads, engine: engine, formats: formats)
    hidden = [(maxTokens, paddedToVector(spec.intermediate))]
    if engine.stagesRows { networkInput = (maxTokens, paddedToVector(spec.width)) }
  }

  private init(
    _ layer: FFNLayerSpec, inputs: Int, maxTokens: Int, threads: Int, engine: any Engine,
    formats: FormatPlan
  ) {
    precondition(maxTokens >= 0, "a workspace cannot be for \(maxTokens) tokens")
    self.maxTokens = maxTokens
    self.threads = threads
    shape = WorkspaceShape(layer: layer, engine: engine.name, formats: formats)
    scratchPerThread = formats.formats.map {
      engine.scratchElements(rows: maxTokens, inputs: inputs, format: $0)
    }.max() ?? 0
  }

  /// Bytes of everything; `Int.max` where they cannot be counted.
  var bytes: Int {
    var elements = Saturating.product(threads, scratchPerThread)
    for (rows, columns) in hidden + outputs + [gathered, scaled, routerInput, networkInput] {
      elements = Saturating.sum(elements, Saturating.product(rows, columns))
    }
    if let layer {
      let slots = Saturating.product(maxTokens, layer.topK)
      let logits = Saturating.product(maxTokens, paddedToVector(layer.choices))
      elements = Saturating.sum(elements, Saturating.sum(logits, Saturating.product(slots, 4)))
      if let latent = layer.latent {
        let rows = Saturating.product(maxTokens, paddedToVector(latent.width))
        elements = Saturating.sum(elements, Saturating.product(rows, 2))
      }
    }
    return Saturating.product(elements, 4)
  }
}

/// What decides the sizes within a workspace: one that was made for another layer, engine or format would be
/// written out of bounds.
struct WorkspaceShape: Hashable {
  let layer: FFNLayerSpec
  let engine: String
  let formats: FormatPlan
}
