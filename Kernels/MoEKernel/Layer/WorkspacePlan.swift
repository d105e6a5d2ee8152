import LayerSpec

/// What a pass needs beside weights, input and output, counted before anything is allocated.
struct WorkspacePlan {
  var maxTokens: Int
  var threads: Int
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
  init(_ layer: SparseLayerSpec, maxTokens: Int, threads: Int, engine: Engine) {
    self.init(maxTokens: maxTokens, threads: threads, engine: engine)
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
    if engine.precision != .f32, layer.shared != nil || layer.latent != nil { networkInput = input }
    if layer.router.application == .input { scaled = gathered }
  }

  /// For a dense layer.
  init(dense spec: FeedForwardSpec, maxTokens: Int, threads: Int, engine: Engine) {
    self.init(maxTokens: maxTokens, threads: threads, engine: engine)
    hidden = [(maxTokens, paddedToVector(spec.intermediate))]
    if engine.stagesRows { networkInput = (maxTokens, paddedToVector(spec.width)) }
  }

  private init(maxTokens: Int, threads: Int, engine: Engine) {
    precondition(maxTokens >= 0, "a workspace cannot be for \(maxTokens) tokens")
    self.maxTokens = maxTokens
    self.threads = threads
    scratchPerThread = engine.scratchElements(rows: maxTokens)
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

/// Arithmetic on sizes that stops at `Int.max`, which fits no limit of memory.
enum Saturating {
  static func product(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : value
  }

  static func sum(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : value
  }
}
