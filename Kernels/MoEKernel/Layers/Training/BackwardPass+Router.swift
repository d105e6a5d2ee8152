import LayerSpec

// What goes back through the weights of experts to the router, and the sum of each token's gradients.
extension BackwardPass {
  /// Gradients of logits, of the router's weights, and of what stands beside it.
  func routerBackward() {
    guard let router = step.router else { return }
    let spec = router.spec
    pool.forEach(tokens, grain: 8, in: self) { $0.logitGradients(token: $2, worker: $1) }
    let staging = router.matrix.gradientStaging
    if !staging.keepsRows {
      pool.forEach(staging.pieces(rows: tokens), in: (pass: self, router: router)) {
        let staging = $0.router.matrix.gradientStaging
        staging.stage(
          piece: $2, of: $0.pass.tokens, source: $0.router.logitGradients.all, indices: nil,
          columns: $0.router.logitGradients.columns, into: $0.router.staged.all)
      }
    }
    let inputTasks = blocks(spec.hidden, router.matrix.inputBlock)
    let weightTasks = blocks(spec.choices, router.matrix.gradientBlock)
    pool.forEach(
      inputTasks + weightTasks + 1, isAhead: false,
      in: (pass: self, router: router, inputTasks: inputTasks, weightTasks: weightTasks)
    ) { context, worker, task, _ in
      if task < context.inputTasks {
        context.pass.multiplyRouter(context.router, task: task, worker: worker)
      } else if task < context.inputTasks + context.weightTasks {
        context.pass.storeRouter(context.router, task: task - context.inputTasks, worker: worker)
      } else {
        context.pass.sumRouterBias(context.router)
      }
    }
    if spec.shared?.isGated == true {
      pool.forEach(blocks(spec.hidden, Self.columnsPerTask), in: (pass: self, router: router)) {
        $0.pass.gateGradient($0.router, task: $2)
      }
    }
  }

  /// The gradients of a token's logits, from those of the weights of what it chose.
  private func logitGradients(token: Int, worker: Int) {
    guard let router = step.router, let routing else { return }
    let spec = router.spec
    let gradients = router.weightGradients(worker)
    let lane = step.lanes[0]
    for choice in 0..<spec.topK {
      let slot = token * spec.topK + choice
      let row = Int(routing.dispatch.rowOfSlot.base[slot])
      // ⟨expert output, dy⟩; where the weight scales what the expert reads, ⟨x, gradient of what it reads⟩.
      if row >= 0, !scalesInput, let latent = step.latent {
        gradients[choice] = latent.weightGradients.base[row]
        continue
      }
      var (left, right) = (workspace.outputs[0].all[max(row, 0)], routedCotangent[token])
      if row < 0 {
        left = routedInput[token]
      } else if scalesInput {
        (left, right) = (routedInput[token], lane.inputGradient.all[row])
      }
      gradients[choice] = RowArithmetic.dot(left, right, count: spec.expertWidth)
    }
    router.backward(
      token: token, logits: routing.logits.all[token],
      experts: UnsafePointer(routing.experts.base + token * spec.topK), worker: worker,
      scores: routing.scratch[worker].scores)
    if spec.shared?.isGated == true {
      let factor = routing.sharedFactor.base[token]
      let gradient = RowArithmetic.dot(
        workspace.outputs[1].all[token], cotangent[token], count: spec.hidden)
      router.gateLogits.base[token] = gradient * factor * (1 - factor)
    }
  }

  private func multiplyRouter(_ router: RouterTraining, task: Int, worker: Int) {
    let block = router.matrix.inputBlock
    let inputs = task * block..<min((task + 1) * block, router.spec.hidden)
    let source = router.staged.rows == 0 ? router.logitGradients : router.staged
    router.matrix.multiplyBackward(
      matrix: 0, inputs: inputs, gradient: source.all.part(from: 0, count: tokens),
      into: router.inputGradient.all.part(from: 0, count: tokens, column: inputs.lowerBound),
      scratch: step.scratch(worker), next: nil)
  }

  private func storeRouter(_ router: RouterTraining, task: Int, worker: Int) {
    let block = router.matrix.gradientBlock
    router.gradient.storeGradient(
      matrix: 0, outputs: task * block..<min((task + 1) * block, router.spec.choices),
      gradient: router.logitGradients.all.part(from: 0, count: tokens),
      input: router.matrix.columnStaging.keepsRows
        ? input : step.tokenStrips.all.part(from: 0, count: tokens),
      scratch: step.scratch(worker))
  }

  private func sumRouterBias(_ router: RouterTraining) {
    let count = router.spec.choices
    let sums = router.biasGradient.all
    sums.base.update(repeating: 0, count: router.biasGradient.columns)
    guard router.spec.router.hasBias else { return }
    for token in 0..<tokens {
      RowArithmetic.add(router.logitGradients.all[token], to: sums, columns: count)
    }
  }

  private static let columnsPerTask = 256

  /// Some columns of the gradient of the shared expert's gate.
  private func gateGradient(_ router: RouterTraining, task: Int) {
    let first = task * Self.columnsPerTask
    let columns = min(Self.columnsPerTask, router.spec.hidden - first)
    let sums = router.gateGradient.all[0] + first
    sums.update(repeating: 0, count: columns)
    for token in 0..<tokens {
      RowArithmetic.add(
        input[token] + first, times: router.gateLogits.base[token], to: sums, into: sums,
        count: columns)
    }
  }

  /// The gradient by each token: from everything that read it.
  func combine() {
    pool.forEach(tokens, grain: 8, in: self) { $0.combine(token: $2, worker: $1) }
  }

  private func combine(token: Int, worker: Int) {
    let terms = step.terms(worker)
    var count = 0
    func add(_ row: UnsafeMutablePointer<Float>, _ factor: Float) {
      terms[count] = Term(row: row, factor: factor)
      count += 1
    }
    if let router = step.router {
      if let latent = step.latent {
        add(latent.inputGradient.all[token], 1)
      } else {
        count = expertTerms(ofToken: token, into: terms)
      }
      add(router.inputGradient.all[token], 1)
      if step.lanes.count > 1 { add(step.lanes[1].inputGradient.all[token], 1) }
    } else {
      add(step.lanes[0].inputGradient.all[token], 1)
    }
    RowArithmetic.weightedSum(
      terms, count: count, columns: result.stride, scale: nil, into: result[token])
    if let router = step.router, let gate = step.sharedGate {
      RowArithmetic.add(
        gate, times: router.gateLogits.base[token], to: result[token], into: result[token],
        count: result.stride)
    }
  }

  /// The gradients of what a token's experts read, each with what it is multiplied by.
  ///
  /// - Returns: how many there are: K.
  func expertTerms(ofToken token: Int, into terms: UnsafeMutablePointer<Term>) -> Int {
    guard let router = step.router, let routing else { return 0 }
    let topK = router.spec.topK
    for choice in 0..<topK {
      let slot = token * topK + choice
      let row = Int(routing.dispatch.rowOfSlot.base[slot])
      let weight = routing.weights.base[slot]
      terms[choice] =
        row < 0
        ? Term(row: routedCotangent[token], factor: weight)
        : Term(row: step.lanes[0].inputGradient.all[row], factor: scalesInput ? weight : 1)
    }
    return topK
  }
}
