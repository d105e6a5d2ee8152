import LayerSpec

// The sum of each token's experts. One thread owns a token and adds in ascending order of expert, so that
// the sum is the same with any number of threads, and no addition need be atomic.
extension SparsePass {
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
    RowArithmetic.weightedSum(
      terms, count: count, columns: spec.expertWidth, scale: layer.latent?.expertNorm.all[0],
      into: sums[token])
  }

  /// The output projection of a layer with a latent space, and its shared expert.
  ///
  /// - Returns: how the threads spent the projection; nothing without a latent space.
  func projectOutput() -> RegionSeconds {
    guard let latent = layer.latent, let sums = routing.latentSum?.all else {
      return RegionSeconds()
    }
    var staged = sums.part(from: 0, count: tokens)
    let staging = latent.outputProjection.staging
    if !staging.keepsRows {
      // The experts have read their inputs; there is one row per token and more.
      staged = workspace.gathered.all.part(from: 0, count: tokens)
      stage(sums, as: staging, columns: spec.expertWidth, into: staged)
    }
    let projection = Projection(latent.outputProjection, input: staged, into: output)
    let seconds = pool.forEach(
      projection.tasks, isAhead: false, in: (projection: projection, workspace: workspace),
      home: { $0.projection.address(ofTask: $1) }
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
    RowArithmetic.weightedSum(
      terms, count: 2, columns: spec.hidden, scale: nil, into: output[token])
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
}
