import LayerSpec

/// One pass through a sparse layer.
///
/// Each step is at most one region of the pool. Bodies of regions capture nothing and are given the
/// pass, so that none allocates a context.
struct SparsePass {
  let layer: SparseLayer
  let input: Rows
  let output: Rows
  let workspace: FeedForwardWorkspace
  let routing: RoutingScratch
  let pool: WorkerPool

  var spec: SparseLayerSpec { layer.spec }
  var tokens: Int { input.count }

  /// What the experts read, one row for each token: the input, or its projection into the latent space.
  var expertInput: Rows { routing.latentInput?.all ?? input }

  /// The input as the router, the shared expert and the input projection read it.
  var routerInput: Rows { workspace.input(input, as: workspace.inputs.router) }
  var networkInput: Rows { workspace.input(input, as: workspace.inputs.network) }
  var projectionInput: Rows { workspace.input(input, as: workspace.inputs.projection) }

  /// Does all steps of the pass; returns how long its phases took.
  func run() -> PassPhases {
    var phases = PassPhases()
    var clock = PhaseClock()
    stageOtherInputs()
    phases.dispatchSeconds = clock.lap()
    stageRouterInput()
    let inputProjection = project()
    route()
    phases.routerSeconds = clock.lap()
    dispatch()
    gather()
    phases.dispatchSeconds += clock.lap()
    phases.networks = computeHidden() + computeOutputs()
    _ = clock.lap()
    combine()
    let outputProjection = projectOutput()
    phases.combineSeconds = clock.lap()
    if layer.latent != nil {
      phases.projections = inputProjection + outputProjection
      phases.routerSeconds -= inputProjection.wall
      phases.combineSeconds -= outputProjection.wall
    }
    return phases
  }
}

// MARK: - What all steps use

extension SparsePass {
  /// True when some panels are multiplied more than once, which leaves time to prefetch the next ones.
  ///
  /// Other passes wait for memory all the time, and taking tasks ahead would only make their end
  /// uneven.
  var repeatsPanels: Bool { pieces(routing.dispatch.mostRows) > 1 }

  /// Pieces, tiles of the tile engine, that the rows of one expert are staged in.
  func pieces(_ rows: Int) -> Int { layer.experts.networks.staging.pieces(rows: rows) }

  var scalesInput: Bool { spec.router.application == .input }

  func bank(_ group: RowGroup) -> NetworkBank {
    guard group.lane == 1, let shared = layer.shared else { return layer.experts }
    return shared
  }

  func inputRows(_ group: RowGroup) -> Rows {
    group.lane == 1
      ? networkInput : workspace.gathered.all.part(from: group.firstRow, count: group.rows)
  }

  func blocks(_ count: Int, _ block: Int) -> Int { (count + block - 1) / block }

  /// Calls `body` for every token, on the caller alone when there is too little to share.
  ///
  /// - Parameter elements: Elements that one token's work touches.
  func forEachToken(
    elements: Int, _ body: @escaping (_ pass: SparsePass, _ worker: Int, _ token: Int) -> Void
  ) {
    let grain = max(1, Self.elementsWorthAThread / max(elements, 1))
    pool.forEach(tokens, grain: grain, in: TokenWork(pass: self, body: body)) {
      $0.body($0.pass, $1, $2)
    }
  }

  /// A function in a type of its own, as it is: in a tuple of a generic region it would be wrapped, and allocated.
  private struct TokenWork {
    let pass: SparsePass
    let body: (SparsePass, Int, Int) -> Void
  }

  /// Work that takes about as long as waking another thread: some ten microseconds.
  static let elementsWorthAThread = 1 << 15
}
