import LayerSpec

/// A latent space by plain loops in double precision: what experts read, and how gradients come back through it.
struct LatentSpaceReference {
  let space: LatentSpace
  let pool: WorkerPool

  /// P_pre·x, and its norm, which the experts read.
  func read(_ x: [Double]) -> (projected: [Double], normed: [Double]) {
    let projected = Reference.product(rows: space.spec.width, vector: x, pool: pool) {
      space.inputProjection.copyRows($0, matrix: 0, to: $1, stride: $2)
    }
    return (
      projected,
      Reference.norm(projected, scale: space.inputNorm, epsilon: space.spec.inputNormEpsilon)
    )
  }

  /// The gradient by the sum of experts of an output's.
  func sumGradient(_ dy: [Double]) -> [Double] {
    Reference.transposedProduct(
      rows: dy.count, columns: space.spec.width, vector: dy, pool: pool
    ) { space.outputProjection.copyRows($0, matrix: 0, to: $1, stride: $2) }
  }

  /// The gradient by x of what the experts read.
  func inputGradient(_ gradient: [Double], projected: [Double], hidden: Int) -> [Double] {
    Reference.transposedProduct(
      rows: space.spec.width, columns: hidden,
      vector: readBackward(gradient, projected: projected), pool: pool
    ) { space.inputProjection.copyRows($0, matrix: 0, to: $1, stride: $2) }
  }

  /// Through the norm before the experts, to what it reads.
  private func readBackward(_ gradient: [Double], projected: [Double]) -> [Double] {
    let scale = space.inputNorm.row(0).prefix(projected.count).map(Double.init)
    return Self.normGradient(
      zip(gradient, scale).map { $0 * $1 }, by: projected,
      squares: Array(repeating: 1, count: projected.count),
      epsilon: Double(space.spec.inputNormEpsilon))
  }

  /// Through the norm behind an expert: its output normed, and the gradients by that output and by the scale.
  func expertNorm(
    _ value: [Double], _ gradient: [Double]
  ) -> (normed: [Double], gradient: [Double], scale: [Double]) {
    let scale = space.expertNorm.row(0).prefix(value.count).map(Double.init)
    let epsilon = space.spec.expertNormEpsilon
    func moved(_ values: [Double], _ others: [Double]) -> [Double] {
      Self.normGradient(
        zip(gradient, others).map { $0 * $1 }, by: values, squares: others.map { $0 * $0 },
        epsilon: Double(epsilon))
    }
    return (
      Reference.normOfScaled(value, scale: space.expertNorm, epsilon: epsilon),
      moved(value, scale), moved(scale, value)
    )
  }

  /// Difference quotients, element by element, of Σ factors·v / √(mean(squares·v²) + epsilon): sums over all elements
  /// are changed by the one that moves.
  private static func normGradient(
    _ factors: [Double], by values: [Double], squares: [Double], epsilon: Double
  ) -> [Double] {
    let sum = Reference.dot(factors, values)
    let total = zip(squares, values).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
    // Rows may be as small as the root of epsilon, where the norm bends within far less than 1.
    let root = (total / Double(values.count) + epsilon).squareRoot()
    return values.indices.map { index in
      differenceQuotient(scale: root) { step in
        let moved = squares[index] * (2 * values[index] * step + step * step)
        return (sum + factors[index] * step)
          / ((total + moved) / Double(values.count) + epsilon).squareRoot()
      }
    }
  }
}

extension TrainingStep {
  /// What experts read of a token, as the last step has it, and the gradient of the sum of experts.
  func latentRows(_ token: Int) -> (x: [Double], dy: [Double])? {
    guard let latent, let input = workspace.routing?.latentInput else { return nil }
    return (
      input.row(token).prefix(latent.width).map(Double.init),
      latent.sumGradient.row(token).prefix(latent.width).map(Double.init)
    )
  }

  /// A row of the gradients of both projections, and the gradients of both scales, from rows that the gradient by the
  /// input is checked by.
  func latentSamples(
    of input: Matrix, cotangent: Matrix, unit: Int, pool: WorkerPool
  ) -> [GradientSample] {
    guard let latent, let routing = workspace.routing, let sums = routing.latentSum else {
      return []
    }
    func row(_ matrix: Matrix, _ token: Int) -> [Double] {
      matrix.row(token).prefix(latent.width).map(Double.init)
    }
    func sample(
      _ name: String, _ map: LinearTraining, _ gradient: (Int) -> Double, _ read: (Int) -> [Double]
    ) -> GradientSample {
      var sum = [Double](repeating: 0, count: map.inputs)
      for token in 0..<input.rows {
        sum = Reference.added(sum, gradient(token), read(token))
      }
      return GradientSample(
        name: "gradient of \(name)", values: map.gradientRow(unit % map.outputs), expected: sum)
    }
    let (first, last) = (unit % latent.width, unit % cotangent.columns)
    let space = LatentSpaceReference(space: latent.space, pool: pool)
    var scale = [Double](repeating: 0, count: latent.width)
    for slot in 0..<input.rows * routing.topK {
      let row = Int(routing.dispatch.rowOfSlot[slot])
      guard row >= 0, let read = latentRows(slot / routing.topK) else { continue }
      let output = workspace.outputs[0].row(row).prefix(latent.width).map(Double.init)
      let weight = layer.scalesInput ? 1 : Double(routing.weights[slot])
      scale = Reference.added(scale, weight, space.expertNorm(output, read.dy).scale)
    }
    return [
      sample("the input projection", latent.inputProjection) {
        Double(latent.inputProjection.outputGradient[$0, first])
      } _: {
        input.row($0).map(Double.init)
      },
      sample("the output projection", latent.outputProjection) {
        Double(cotangent[$0, last])
      } _: {
        row(sums, $0)
      },
      GradientSample(
        name: "gradient of the experts' norm",
        values: Array(latent.expertNorm.sums.row(0).prefix(latent.width)), expected: scale),
    ]
  }
}

extension TrainableLayer {
  /// True where the weight of an expert scales what it reads.
  var scalesInput: Bool {
    if case .sparse(let layer) = self { layer.spec.router.application == .input } else { false }
  }
}
