import LayerSpec

// Which token goes to which expert, and the rows of each expert brought together.
extension SparsePass {
  /// Brings the input into the order that the router reads.
  func stageRouterInput() {
    guard workspace.inputs.router != nil else { return }
    stage(input, as: layer.router.staging, columns: spec.hidden, into: routerInput)
  }

  /// Brings the input into the orders that the shared expert and the input projection read, where these
  /// are others than the router's.
  func stageOtherInputs() {
    let inputs = workspace.inputs
    if inputs.network != nil, inputs.network != inputs.router, let shared = layer.shared {
      stage(input, as: shared.networks.staging, columns: spec.hidden, into: networkInput)
    }
    if inputs.projection != nil, inputs.projection != inputs.router,
      inputs.projection != inputs.network, let latent = layer.latent
    {
      stage(
        input, as: latent.inputProjection.staging, columns: spec.hidden, into: projectionInput)
    }
  }

  /// Stages the pass's rows of a matrix, on the caller alone where there is too little to share.
  func stage(_ source: Rows, as staging: any RowStaging, columns: Int, into target: Rows) {
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

  /// Router logits, and the input projection of a layer with a latent space.
  ///
  /// One region for both: the logits of few experts alone would leave threads without work.
  ///
  /// - Returns: how the threads spent it.
  func project() -> RegionSeconds {
    let logits = Projection(layer.router, input: routerInput, into: routing.logits.all)
    let latent = layer.latent.map {
      Projection($0.inputProjection, input: projectionInput, into: expertInput)
    }
    return pool.forEach(
      logits.tasks + (latent?.tasks ?? 0), isAhead: false,
      in: (logits: logits, latent: latent, workspace: workspace),
      home: { products, task in
        task < products.logits.tasks
          ? products.logits.address(ofTask: task)
          : products.latent?.address(ofTask: task - products.logits.tasks)
      }
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
      let z = RowArithmetic.dot(gate.all[0], input[token], count: spec.hidden)
      routing.sharedFactor.base[token] = logistic(Vector(repeating: z))[0]
    }
    if let latent = layer.latent {
      workspace.keptProjection?.all[token].update(
        from: expertInput[token], count: spec.expertWidth)
      Norm.apply(
        to: expertInput[token], count: spec.expertWidth, scale: latent.inputNorm.all[0],
        epsilon: latent.spec.inputNormEpsilon)
    }
  }

  /// Sorts tokens by expert and numbers the tasks of both stages.
  ///
  /// Tasks are taken from both ends by turns where some experts have several tiles and some have one: the
  /// first are bound by FMAs, the last by memory, and threads then use both at once.
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
    let staging = layer.experts.networks.staging
    let target = workspace.gathered.all.part(from: group.firstRow, count: group.rows)
    var source = expertInput
    var indices: UnsafePointer<Int32>? = UnsafePointer(dispatch.tokenOfRow.base + group.firstRow)
    if scalesInput {
      source =
        staging.keepsRows
        ? target : workspace.scaled.all.part(from: group.firstRow, count: group.rows)
      for row in 0..<group.rows {
        let slot = Int(dispatch.slotOfRow.base[group.firstRow + row])
        RowArithmetic.scale(
          expertInput[slot / spec.topK], by: routing.weights.base[slot], to: source[row],
          count: spec.expertWidth)
      }
      if staging.keepsRows { return }
      indices = nil
    }
    for piece in 0..<staging.pieces(rows: group.rows) {
      staging.stage(
        piece: piece, of: group.rows, source: source, indices: indices,
        columns: spec.expertWidth, into: target)
    }
  }
}
