import LayerSpec

extension SparseLayer {
  /// One pass: `output` becomes the layer's value for every row of `input`.
  ///
  /// Allocates nothing. Results do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - input: Tokens × H; 0 tokens are legal.
  ///   - output: As many rows and columns as `input`, another matrix.
  ///   - workspace: Made by `makeWorkspace` of this layer; holds the routing afterwards.
  public func forward(
    _ input: Matrix, into output: Matrix, workspace: Workspace, pool: WorkerPool
  ) {
    precondition(
      input.columns == spec.hidden && output.columns == spec.hidden && input.rows == output.rows,
      "a layer of width \(spec.hidden) cannot turn \(input.rows)×\(input.columns) into "
        + "\(output.rows)×\(output.columns)")
    precondition(input !== output, "a pass cannot write over its own input")
    guard let routing = workspace.routing else {
      preconditionFailure("the workspace was made by a dense layer")
    }
    workspace.begin(tokens: input.rows, pool: pool)
    if input.rows == 0 { return }
    let pass = SparsePass(
      layer: self, input: input.all, output: output.all, workspace: workspace, routing: routing,
      pool: pool)
    workspace.phases = pass.run()
  }
}

/// One pass through a sparse layer.
///
/// Each step is at most one region of the pool. Bodies of regions capture nothing and are given the
/// pass, so that none allocates a context.
private struct SparsePass {
  let layer: SparseLayer
  let input: Rows
  let output: Rows
  let workspace: Workspace
  let routing: Routing
  let pool: WorkerPool

  private var spec: SparseLayerSpec { layer.spec }
  private var tokens: Int { input.count }

  /// What the experts read, one row a token.
  private var expertInput: Rows { routing.latentInput?.all ?? input }

  /// The input as the router reads it, and as the shared expert and the projections do.
  private var routerInput: Rows {
    layer.engine.stagesRows ? workspace.routerInput.all.part(from: 0, count: tokens) : input
  }
  private var networkInput: Rows {
    workspace.networkInput.rows > 0
      ? workspace.networkInput.all.part(from: 0, count: tokens) : routerInput
  }

  /// All steps, and how long they took.
  func run() -> PassPhases {
    var phases = PassPhases()
    var clock = PhaseClock()
    stageNetworkInput()
    phases.dispatchSeconds = clock.lap()
    stageRouterInput()
    let wayIn = project()
    route()
    phases.routerSeconds = clock.lap()
    dispatch()
    gather()
    phases.dispatchSeconds += clock.lap()
    phases.networks = computeHidden() + computeOutputs()
    _ = clock.lap()
    combine()
    let wayOut = leaveLatentSpace()
    phases.combineSeconds = clock.lap()
    if layer.latent != nil {
      phases.projections = wayIn + wayOut
      phases.routerSeconds -= wayIn.wall
      phases.combineSeconds -= wayOut.wall
    }
    return phases
  }

  // MARK: Routing

  /// Brings the input into the order that the router reads.
  func stageRouterInput() {
    guard layer.engine.stagesRows else { return }
    stage(input, as: layer.router.staging, columns: spec.hidden, into: routerInput)
  }

  /// Brings the input into the order that projections and the shared expert read, where it is another.
  func stageNetworkInput() {
    guard workspace.networkInput.rows > 0 else { return }
    stage(input, as: layer.experts.networks.staging, columns: spec.hidden, into: networkInput)
  }

  /// Stages the first `tokens` rows of a matrix.
  private func stage(_ source: Rows, as staging: RowStaging, columns: Int, into target: Rows) {
    let pieces = staging.pieces(rows: tokens)
    let grain = tokens * columns <= Self.elementsWorthAThread ? pieces : 1
    pool.forEach(
      pieces, grain: grain,
      in: (staging: staging, source: source, target: target, tokens: tokens, columns: columns)
    ) {
      $0.staging.stage(
        piece: $2, of: $0.tokens, source: $0.source, indices: nil, columns: $0.columns,
        into: $0.target)
    }
  }

  /// Router logits, and the way into the latent space.
  func project() -> RegionSeconds {
    let logits = Projection(layer.router, input: routerInput, into: routing.logits.all)
    let latent = layer.latent.map {
      Projection($0.inputProjection, input: networkInput, into: expertInput)
    }
    return pool.forEach(
      logits.tasks + (latent?.tasks ?? 0), isAhead: false,
      in: (logits: logits, latent: latent, workspace: workspace)
    ) { products, worker, task, _ in
      let scratch = products.workspace.scratch(worker)
      if task < products.logits.tasks {
        products.logits.perform(task, scratch: scratch)
      } else {
        products.latent?.perform(task - products.logits.tasks, scratch: scratch)
      }
    }
  }

  /// Selection and weights of every token, and what else is one value or one row a token.
  func route() {
    forEachToken(elements: spec.choices + spec.expertWidth) { $0.route(token: $2, worker: $1) }
  }

  private func route(token: Int, worker: Int) {
    let row = routing.logits.all[token]
    Scores.finishLogits(
      row, count: spec.choices, policy: spec.router, bias: layer.routerBias?.all[0])
    Selection.route(
      row, layer: spec, selectionBias: layer.selectionBias?.all[0],
      scratch: routing.scratch[worker], experts: routing.experts.base + token * spec.topK,
      weights: routing.weights.base + token * spec.topK)
    if let gate = layer.sharedGate {
      let z = Norm.dot(gate.all[0], input[token], count: spec.hidden)
      routing.sharedFactor.base[token] = logistic(Vector(repeating: z))[0]
    }
    if let latent = layer.latent {
      Norm.apply(
        to: expertInput[token], count: spec.expertWidth, scale: latent.inputNorm.all[0],
        epsilon: latent.spec.inputNormEpsilon)
    }
  }

  /// The lists of tasks.
  func dispatch() {
    let dispatch = routing.dispatch
    dispatch.sort(routing.experts.base, tokens: tokens)
    dispatch.formGroups(residentExperts: layer.residentExperts)
    if layer.shared != nil { dispatch.append(lane: 1, network: 0, firstRow: 0, rows: tokens) }
    dispatch.alternatesEnds =
      pool.threads > 1 && pieces(dispatch.mostRows) > 1 && pieces(dispatch.fewestRows) == 1
    dispatch.numberTasks { group in
      let bank = bank(group)
      let networks = bank.networks
      return (
        blocks(bank.spec.intermediate, networks.hiddenBlock(rows: group.rows)),
        blocks(bank.spec.width, networks.down.block(rows: group.rows))
      )
    }
  }

  /// Brings the rows of each expert together, in the order that its products read.
  func gather() {
    let elements = tokens * spec.topK * spec.expertWidth
    let count = routing.dispatch.groupCount
    pool.forEach(
      count, grain: elements <= Self.elementsWorthAThread ? max(count, 1) : 1, in: self
    ) { $0.gather(groupAt: $2) }
  }

  private func gather(groupAt index: Int) {
    let dispatch = routing.dispatch
    let group = dispatch.groups.base[index]
    guard group.lane == 0 else { return }
    let target = workspace.gathered.all.part(from: group.firstRow, count: group.rows)
    var source = expertInput
    var indices: UnsafePointer<Int32>? = UnsafePointer(dispatch.tokenOfRow.base + group.firstRow)
    if scalesInput {
      source =
        layer.engine.stagesRows
        ? workspace.scaled.all.part(from: group.firstRow, count: group.rows) : target
      for row in 0..<group.rows {
        let slot = Int(dispatch.slotOfRow.base[group.firstRow + row])
        Gather.scaleRow(
          expertInput[slot / spec.topK], by: routing.weights.base[slot], to: source[row],
          count: spec.expertWidth)
      }
      guard layer.engine.stagesRows else { return }
      indices = nil
    }
    let staging = layer.experts.networks.staging
    for piece in 0..<staging.pieces(rows: group.rows) {
      staging.stage(
        piece: piece, of: group.rows, source: source, indices: indices,
        columns: spec.expertWidth, into: target)
    }
  }

  // MARK: Experts

  /// Gate, up and activation of every (expert, block of hidden units).
  func computeHidden() -> RegionSeconds {
    pool.forEach(routing.dispatch.hiddenTasks, isAhead: repeatsPanels, in: self) {
      $0.computeHidden(task: $2, next: $3, worker: $1)
    }
  }

  private func computeHidden(task: Int, next: Int, worker: Int) {
    let (group, bank, first) = hiddenBlock(ofTask: task)
    let block = bank.networks.hiddenBlock(rows: group.rows)
    bank.networks.hidden(
      network: Int(group.network), units: first..<min(first + block, bank.spec.intermediate),
      input: inputRows(group),
      into: workspace.hidden[Int(group.lane)].all.part(from: group.firstRow, count: group.rows),
      epilogue: bank.epilogue(Int(group.network)), scratch: workspace.scratch(worker),
      next: nextHidden(next, after: group))
  }

  /// The group and bank of a task, and its first hidden unit.
  private func hiddenBlock(ofTask task: Int) -> (RowGroup, NetworkBank, first: Int) {
    let task = routing.dispatch.place(ofTicket: task, among: routing.dispatch.hiddenTasks)
    let group = routing.dispatch.group(ofHiddenTask: task)
    let bank = bank(group)
    let block = bank.networks.hiddenBlock(rows: group.rows)
    return (group, bank, (task - group.firstHiddenTask) * block)
  }

  /// Where the weights of the next task begin; `nil` for none, and in another lane.
  private func nextHidden(_ task: Int, after present: RowGroup) -> WeightPlace? {
    guard task < routing.dispatch.hiddenTasks else { return nil }
    let (group, _, first) = hiddenBlock(ofTask: task)
    return group.lane == present.lane
      ? WeightPlace(matrix: Int(group.network), output: first) : nil
  }

  /// Down of every (expert, block of outputs).
  func computeOutputs() -> RegionSeconds {
    pool.forEach(routing.dispatch.outputTasks, isAhead: repeatsPanels, in: self) {
      $0.computeOutputs(task: $2, next: $3, worker: $1)
    }
  }

  private func computeOutputs(task: Int, next: Int, worker: Int) {
    let (group, bank, first) = outputBlock(ofTask: task)
    let down = bank.networks.down
    let block = down.block(rows: group.rows)
    let outputs = first..<min(first + block, bank.spec.width)
    let result = workspace.outputs[Int(group.lane)].all
      .part(from: group.firstRow, count: group.rows, column: first)
    down.multiply(
      matrix: Int(group.network), outputs: outputs,
      input: workspace.hidden[Int(group.lane)].all
        .part(from: group.firstRow, count: group.rows),
      into: result, scratch: workspace.scratch(worker), next: nextOutput(next, after: group))
    if let bias = bank.outputBias(Int(group.network)) {
      add(bias + first, to: result, columns: outputs.count)
    }
  }

  /// The group and bank of a task of the second stage, and its first output.
  private func outputBlock(ofTask task: Int) -> (RowGroup, NetworkBank, first: Int) {
    let task = routing.dispatch.place(ofTicket: task, among: routing.dispatch.outputTasks)
    let group = routing.dispatch.group(ofOutputTask: task)
    let bank = bank(group)
    return (
      group, bank, (task - group.firstOutputTask) * bank.networks.down.block(rows: group.rows)
    )
  }

  private func nextOutput(_ task: Int, after present: RowGroup) -> WeightPlace? {
    guard task < routing.dispatch.outputTasks else { return nil }
    let (group, _, first) = outputBlock(ofTask: task)
    return group.lane == present.lane
      ? WeightPlace(matrix: Int(group.network), output: first) : nil
  }

  // MARK: Combining

  /// The weighted sum of each token's experts, and the shared expert where it has the same width.
  func combine() {
    forEachToken(elements: (spec.topK + 1) * spec.expertWidth) {
      $0.combine(token: $2, worker: $1)
    }
  }

  private func combine(token: Int, worker: Int) {
    let sums = routing.latentSum?.all ?? output
    let terms = routing.terms(worker)
    var count = 0
    for slot in (token * spec.topK)..<((token + 1) * spec.topK) {
      terms[count] = term(ofSlot: slot, token: token)
      count += 1
    }
    if layer.shared != nil && layer.latent == nil {
      terms[count] = sharedTerm(token)
      count += 1
    }
    Combine.sum(
      terms, count: count, columns: spec.expertWidth, scale: layer.latent?.expertNorm.all[0],
      into: sums[token])
  }

  /// P_post, and the shared expert of a layer with a latent space.
  ///
  /// - Returns: how the threads spent the projection; nothing without a latent space.
  func leaveLatentSpace() -> RegionSeconds {
    guard let latent = layer.latent, let sums = routing.latentSum?.all else {
      return RegionSeconds()
    }
    var staged = sums.part(from: 0, count: tokens)
    if layer.engine.stagesRows {
      // The experts have read their inputs; there is one row per token and more.
      staged = workspace.gathered.all.part(from: 0, count: tokens)
      stage(
        sums, as: latent.outputProjection.staging, columns: spec.expertWidth, into: staged)
    }
    let projection = Projection(latent.outputProjection, input: staged, into: output)
    let seconds = pool.forEach(
      projection.tasks, isAhead: false, in: (projection: projection, workspace: workspace)
    ) { products, worker, task, _ in
      products.projection.perform(task, scratch: products.workspace.scratch(worker))
    }
    if layer.shared != nil {
      forEachToken(elements: 2 * spec.hidden) { $0.addShared(token: $2, worker: $1) }
    }
    return seconds
  }

  private func addShared(token: Int, worker: Int) {
    let terms = routing.terms(worker)
    terms[0] = Term(row: output[token], factor: 1)
    terms[1] = sharedTerm(token)
    Combine.sum(terms, count: 2, columns: spec.hidden, scale: nil, into: output[token])
  }

  private func term(ofSlot slot: Int, token: Int) -> Term {
    let weight = routing.weights.base[slot]
    let row = Int(routing.dispatch.rowOfSlot.base[slot])
    guard row >= 0 else { return Term(row: expertInput[token], factor: weight) }
    let value = workspace.outputs[0].all[row]
    var factor = scalesInput ? 1 : weight
    if let latent = layer.latent {
      factor *= Norm.inverseRootMeanSquare(
        value, count: spec.expertWidth, scale: latent.expertNorm.all[0],
        epsilon: latent.spec.expertNormEpsilon)
    }
    return Term(row: value, factor: factor)
  }

  private func sharedTerm(_ token: Int) -> Term {
    Term(
      row: workspace.outputs[1].all[token],
      factor: layer.sharedGate == nil ? 1 : routing.sharedFactor.base[token])
  }

  // MARK: Helpers

  /// True when some weights are multiplied more than once, which leaves time to ask for the next ones.
  ///
  /// Other passes wait for memory all the time, and taking tasks ahead would only make their end
  /// uneven.
  private var repeatsPanels: Bool { pieces(routing.dispatch.mostRows) > 1 }

  /// Tiles of a group of rows.
  private func pieces(_ rows: Int) -> Int { layer.experts.networks.staging.pieces(rows: rows) }

  private var scalesInput: Bool { spec.router.application == .input }

  private func bank(_ group: RowGroup) -> NetworkBank {
    guard group.lane == 1, let shared = layer.shared else { return layer.experts }
    return shared
  }

  private func inputRows(_ group: RowGroup) -> Rows {
    group.lane == 1
      ? networkInput : workspace.gathered.all.part(from: group.firstRow, count: group.rows)
  }

  private func blocks(_ count: Int, _ block: Int) -> Int { (count + block - 1) / block }

  /// Calls `body` for every token, on the caller alone when there is too little to share.
  ///
  /// - Parameter elements: Elements that one token's work touches.
  private func forEachToken(
    elements: Int, _ body: @escaping (_ pass: SparsePass, _ worker: Int, _ token: Int) -> Void
  ) {
    let grain = max(1, Self.elementsWorthAThread / max(elements, 1))
    pool.forEach(tokens, grain: grain, in: self, body)
  }

  /// Work that takes about as long as waking another thread: some ten microseconds.
  private static let elementsWorthAThread = 1 << 15
}
