import LayerSpec

/// What a workspace of a feed-forward layer is made for: all that its sizes follow from, but for the
/// numbers of tokens and threads.
struct WorkspaceShape: Hashable {
  let layer: FFNLayerSpec
  let formats: FormatPlan
  /// Name and variant of the engine: they decide how rows are staged and how much scratch a product takes.
  let engine: String

  init(_ layer: FFNLayerSpec, engine: any Engine, formats: FormatPlan) {
    self.layer = layer
    self.formats = formats
    self.engine = engine.identity
  }
}

extension WorkspaceShape: CustomStringConvertible {
  var description: String {
    let kind =
      switch layer {
      case .dense(let network): "a dense layer, F \(network.intermediate)"
      case .sparse(let layer):
        "a routed layer, E \(layer.experts) K \(layer.topK) F \(layer.expert.intermediate)"
      }
    return "\(kind) H \(layer.hidden) in \(formats[.network]) on \(engine)"
  }
}

/// What a pass needs beside weights, input and output, counted before anything is allocated.
struct WorkspacePlan {
  let shape: WorkspaceShape
  let maxTokens: Int
  let threads: Int
  /// Which staged copy of the input each kind of product reads.
  let inputs: StagedInputs
  /// Size of each staged copy of the input; as all sizes here, with rows padded to vectors.
  private(set) var stagedInput = (rows: 0, columns: 0)
  /// Size of the expert inputs times their weights, where weights apply to inputs and are staged after.
  private(set) var scaled = (rows: 0, columns: 0)
  /// Size of the gathered expert inputs, T·K rows in order of expert.
  private(set) var gathered = (rows: 0, columns: 0)
  /// Sizes of the hidden rows: routed experts or a dense network, then the shared expert.
  private(set) var hidden: [(rows: Int, columns: Int)] = []
  /// Sizes of what networks write before it is combined: routed experts, then the shared expert.
  private(set) var outputs: [(rows: Int, columns: Int)] = []
  /// Floats of one worker's scratch: enough for the layer's product that needs most.
  private(set) var scratchPerThread = 0

  init(
    _ layer: FFNLayerSpec, maxTokens: Int, threads: Int, engine: any Engine, formats: FormatPlan
  ) {
    precondition(maxTokens >= 0, "a workspace cannot be for \(maxTokens) tokens")
    shape = WorkspaceShape(layer, engine: engine, formats: formats)
    self.maxTokens = maxTokens
    self.threads = threads
    inputs = StagedInputs(layer, engine: engine, formats: formats)
    stagedInput = (maxTokens, paddedToVector(layer.hidden))
    switch layer {
    case .dense(let network): hidden = [(maxTokens, paddedToVector(network.intermediate))]
    case .sparse(let sparse): addRows(of: sparse, engine: engine, formats: formats)
    }
    for (inputs, role) in Self.products(layer) {
      let elements = engine.scratchElements(rows: maxTokens, inputs: inputs, format: formats[role])
      scratchPerThread = max(scratchPerThread, elements)
    }
  }

  private mutating func addRows(
    of layer: SparseLayerSpec, engine: any Engine, formats: FormatPlan
  ) {
    let slots = Saturating.product(maxTokens, layer.topK)
    let width = paddedToVector(layer.expertWidth)
    gathered = (slots, width)
    hidden = [(slots, paddedToVector(layer.expert.intermediate))]
    outputs = [(slots, width)]
    if let shared = layer.shared {
      hidden.append((maxTokens, paddedToVector(shared.network.intermediate)))
      outputs.append((maxTokens, paddedToVector(layer.hidden)))
    }
    if layer.router.application == .input && engine.stagesRows(formats[.network]) {
      scaled = gathered
    }
  }

  /// The inputs of every product of a layer, and the role of its matrices.
  private static func products(_ layer: FFNLayerSpec) -> [(inputs: Int, role: WeightRole)] {
    func products(_ network: FeedForwardSpec) -> [(inputs: Int, role: WeightRole)] {
      [(network.width, .network), (network.intermediate, .network)]
    }
    switch layer {
    case .dense(let network): return products(network)
    case .sparse(let layer):
      return [(layer.hidden, .router)] + products(layer.expert)
        + (layer.shared.map { products($0.network) } ?? [])
        + (layer.latent.map { [(layer.hidden, .projection), ($0.width, .projection)] } ?? [])
    }
  }

  /// Bytes of a workspace, but for what is small beside its rows, such as tables of one entry per expert;
  /// `Int.max` where they cannot be counted.
  var bytes: Int {
    var elements = [
      Saturating.product(threads, WorkerMemory<Float>.stride(scratchPerThread, workers: threads)),
      Saturating.product(inputs.count, Saturating.product(stagedInput.rows, stagedInput.columns)),
    ]
    for (rows, columns) in hidden + outputs + [gathered, scaled] {
      elements.append(Saturating.product(rows, columns))
    }
    if case .sparse(let layer) = shape.layer {
      let slots = Saturating.product(maxTokens, layer.topK)
      elements.append(Saturating.product(maxTokens, paddedToVector(layer.choices)))
      // Experts and weights of each choice, and the three tables between rows and choices.
      elements.append(Saturating.product(slots, 5))
      if let latent = layer.latent {
        elements.append(
          Saturating.product(2, Saturating.product(maxTokens, paddedToVector(latent.width))))
      }
    }
    return Saturating.product(Saturating.sum(elements), 4)
  }
}

/// Which staged copy of the layer's input each kind of product reads, by number; `nil` where it reads the
/// input itself, or where the layer has no such product.
///
/// Products whose engine wants the same order share a copy.
struct StagedInputs: Hashable {
  private(set) var router: Int?
  private(set) var network: Int?
  private(set) var projection: Int?
  /// Staged copies that there are, 0 to 3.
  private(set) var count = 0

  init(_ layer: FFNLayerSpec, engine: any Engine, formats: FormatPlan) {
    var orders: [String] = []
    func copy(for role: WeightRole) -> Int? {
      let staging = engine.staging(formats[role])
      if staging.keepsRows { return nil }
      if let index = orders.firstIndex(of: staging.order) { return index }
      orders.append(staging.order)
      return orders.count - 1
    }
    switch layer {
    case .dense: network = copy(for: .network)
    case .sparse(let sparse):
      router = copy(for: .router)
      if sparse.shared != nil { network = copy(for: .network) }
      if sparse.latent != nil { projection = copy(for: .projection) }
    }
    count = orders.count
  }
}
