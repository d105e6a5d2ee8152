import LayerSpec

/// What a step of a routed layer has of its latent space (`SparseLayerSpec.Latent`): gradients of the two projections
/// and of the two norms around the experts, and rows between them.
final class LatentSpaceTraining {
  private(set) var space: LatentSpace
  let inputProjection: LinearTraining
  let outputProjection: LinearTraining
  /// Of the scales of both norms.
  let inputNorm: ScaleGradient
  let expertNorm: ScaleGradient
  /// P_pre·x before its norm, tokens × L, kept by the forward pass.
  let projected: Matrix
  /// Gradients of the weighted sum of the experts, tokens × L.
  let sumGradient: Matrix
  /// Gradients of what the experts read, and then of `projected`, tokens × L.
  let readGradient: Matrix
  /// What the input projection makes of them, tokens × H.
  let inputGradient: Matrix
  /// ⟨an expert's normed output, the gradient of the sum⟩ for every row of experts.
  let weightGradients: AlignedBuffer<Float>

  var width: Int { space.spec.width }

  init(
    _ space: LatentSpace, hidden: Int, topK: Int, maxTokens: Int, engine: any Engine, threads: Int
  ) {
    self.space = space
    func training(_ matrices: any EngineMatrices) -> LinearTraining {
      LinearTraining(matrices, rows: maxTokens, engine: engine, threads: threads)
    }
    inputProjection = training(space.inputProjection)
    outputProjection = training(space.outputProjection)
    inputNorm = ScaleGradient(space.inputNorm)
    expertNorm = ScaleGradient(space.expertNorm)
    func rows(_ columns: Int) -> Matrix {
      Matrix(rows: maxTokens, columns: paddedToVector(columns))
    }
    projected = rows(space.spec.width)
    sumGradient = rows(space.spec.width)
    readGradient = rows(space.spec.width)
    inputGradient = rows(hidden)
    weightGradients = AlignedBuffer(count: maxTokens * topK)
  }

  /// Steps go through this space from now on, which is of the same shape.
  func use(_ space: LatentSpace) {
    self.space = space
    inputProjection.use(space.inputProjection)
    outputProjection.use(space.outputProjection)
  }

  /// Bytes of rows and scratch as they were made.
  var rowBytes: Int {
    let rows = [
      projected, sumGradient, readGradient, inputGradient, inputNorm.sums, expertNorm.sums,
    ]
    return rows.reduce(inputProjection.rowBytes + outputProjection.rowBytes) {
      $0 + $1.rows * $1.columns * MemoryLayout<Float>.size
    }
  }

  /// The gradients in the canonical layout.
  var gradients: LatentWeights {
    func scale(_ norm: ScaleGradient) -> [Float] { Array(norm.sums.row(0).prefix(width)) }
    return LatentWeights(
      inputProjection: inputProjection.canonical.matrix, inputNorm: scale(inputNorm),
      expertNorm: scale(expertNorm), outputProjection: outputProjection.canonical.matrix)
  }
}

// What goes back through the latent space around the experts; nothing in a layer without one.
extension BackwardPass {
  /// What experts read of each token, before a weight scales it.
  var routedInput: Rows { routing?.latentInput?.all ?? input }

  /// The gradient of the weighted sum of experts: dy, or what the output projection makes of it.
  var routedCotangent: Rows { step.latent?.sumGradient.all ?? cotangent }

  /// Gradients of the sum of experts, and of the output projection.
  func projectCotangent() -> RegionSeconds {
    guard let latent = step.latent, let sums = routing?.latentSum else { return RegionSeconds() }
    latent.inputNorm.clear()
    latent.expertNorm.clear()
    pool.forEach(tokens, grain: 8, in: (pass: self, latent: latent)) { context, _, token in
      context.latent.outputProjection.outputGradient.all[token].update(
        from: context.pass.cotangent[token], count: context.latent.outputProjection.outputs)
    }
    return latent.outputProjection.backward(
      sums.all.part(from: 0, count: tokens),
      into: latent.sumGradient.all.part(from: 0, count: tokens), pool: pool)
  }

  /// Gives the rows of experts the gradients of what they returned, through the norm of each.
  func spreadThroughNorm(_ latent: LatentSpaceTraining) {
    pool.forEach(ScaleGradient.parts, in: (pass: self, latent: latent)) { context, _, part in
      let rows = ScaleGradient.rows(ofPart: part, of: context.pass.gatheredRows)
      for row in rows { context.pass.spread(row: row, context.latent, part: part) }
    }
    latent.expertNorm.sumParts()
  }

  private func spread(row: Int, _ latent: LatentSpaceTraining, part: Int) {
    guard let routing else { return }
    let target = step.lanes[0].outputGradient
    let token = Int(routing.dispatch.tokenOfRow.base[row])
    let slot = Int(routing.dispatch.slotOfRow.base[row])
    latent.weightGradients.base[row] = Norm.backwardOfScaled(
      latent.sumGradient.all[token], times: scalesInput ? 1 : routing.weights.base[slot],
      of: workspace.outputs[0].all[row], count: latent.width,
      scale: latent.space.expertNorm.all[0], scaleGradient: latent.expertNorm.partSums(part),
      epsilon: latent.space.spec.expertNormEpsilon, into: target.all[row])
    for column in latent.width..<target.columns { target.all[row][column] = 0 }
  }

  /// From gradients of what experts read, those of the input projection and of what that read.
  func projectReadGradients() -> RegionSeconds {
    guard let latent = step.latent else { return RegionSeconds() }
    pool.forEach(tokens, grain: 8, in: (pass: self, latent: latent)) { context, worker, token in
      context.pass.sumExperts(token: token, worker: worker, into: context.latent.readGradient)
    }
    pool.forEach(ScaleGradient.parts, in: (pass: self, latent: latent)) { context, _, part in
      let latent = context.latent
      for token in ScaleGradient.rows(ofPart: part, of: context.pass.tokens) {
        let gradient = latent.readGradient.all[token]
        Norm.backward(
          gradient, of: latent.projected.all[token], count: latent.width,
          scale: latent.space.inputNorm.all[0], scaleGradient: latent.inputNorm.partSums(part),
          epsilon: latent.space.spec.inputNormEpsilon)
        latent.inputProjection.outputGradient.all[token].update(
          from: gradient, count: latent.width)
      }
    }
    latent.inputNorm.sumParts()
    return latent.inputProjection.backward(
      input, into: latent.inputGradient.all.part(from: 0, count: tokens), pool: pool)
  }

  private func sumExperts(token: Int, worker: Int, into target: Matrix) {
    let terms = step.terms(worker)
    let count = expertTerms(ofToken: token, into: terms)
    RowArithmetic.weightedSum(
      terms, count: count, columns: target.columns, scale: nil, into: target.all[token])
  }
}
