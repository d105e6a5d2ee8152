import Glibc
import LayerSpec

/// Gradients of a step beside what plain loops in double precision make of the same weights.
public struct GradientSample: Sendable {
  /// What is compared, such as `gradient of the input`.
  public let name: String
  /// What the step wrote.
  public let values: [Float]
  /// What it should be.
  public let expected: [Double]
}

// The oracle of a step shares no code with a pass but the access to weights. Derivatives of activations and of
// routing weights are difference quotients of what the forward oracle says, so that no formula is there twice.
extension TrainingStep {
  /// The gradients by the input of some tokens, and those of some hidden units' weights.
  ///
  /// - Parameters:
  ///   - input: What the last step read, with its cotangent and the gradient that it wrote.
  ///   - unit: Which units: those from here on in steps, modulo F, of the network that most rows reached.
  public func samples(
    of input: Matrix, cotangent: Matrix, inputGradient: Matrix, tokens: [Int], unit: Int,
    pool: WorkerPool
  ) -> [GradientSample] {
    var samples = tokens.map { token in
      GradientSample(
        name: "gradient by the input", values: inputGradient.row(token),
        expected: referenceInputGradient(
          input.row(token).map(Double.init), cotangent.row(token).map(Double.init), pool))
    }
    for (index, lane) in lanes.enumerated() {
      samples += unitSamples(
        of: lane, rows: sampledRows(ofLane: index, input, cotangent, pool), unit: unit, pool: pool)
    }
    if let router { samples.append(routerSample(router, input)) }
    return samples + latentSamples(of: input, cotangent: cotangent, unit: unit, pool: pool)
  }

  // MARK: One token

  private func referenceInputGradient(
    _ x: [Double], _ dy: [Double], _ pool: WorkerPool
  ) -> [Double] {
    guard case .sparse(let layer) = layer else {
      return ReferenceNetwork(lanes[0].bank, 0, pool).step(x, dy).gradient
    }
    let spec = layer.spec
    let product = Reference.product(rows: spec.choices, vector: x, pool: pool) {
      layer.router.copyRows($0, matrix: 0, to: $1, stride: $2)
    }
    let logits = Reference.added(product, layer.routerBias?.all[0])
    let router = ReferenceRouter(
      layer: spec,
      selectionBias: layer.selectionBias?.row(0).prefix(spec.choices).map(Double.init))
    let choice = router.route(logits)
    let scalesInput = spec.router.application == .input
    let space = layer.latent.map { LatentSpaceReference(space: $0, pool: pool) }
    let latent = space?.read(x)
    let (read, sumGradient) = (latent?.normed ?? x, space?.sumGradient(dy) ?? dy)
    var sum = [Double](repeating: 0, count: read.count)
    var weightGradients: [Double] = []
    for (expert, weight) in zip(choice.experts, choice.weights) {
      guard expert < spec.experts else {
        weightGradients.append(Reference.dot(read, sumGradient))
        sum = Reference.added(sum, weight, sumGradient)
        continue
      }
      let network = ReferenceNetwork(lanes[0].bank, expert, pool)
      let own = scalesInput ? read.map { $0 * weight } : read
      var (output, gradient) = ([Double](), sumGradient)
      if let space {
        let norm = space.expertNorm(network.step(own, sumGradient).output, sumGradient)
        (output, gradient) = (norm.normed, norm.gradient)
      }
      if scalesInput {
        let step = network.step(own, gradient)
        weightGradients.append(Reference.dot(read, step.gradient))
        sum = Reference.added(sum, weight, step.gradient)
      } else {
        let step = network.step(own, gradient.map { $0 * weight })
        weightGradients.append(
          Reference.dot(space == nil ? step.output : output, sumGradient))
        sum = Reference.added(sum, 1, step.gradient)
      }
    }
    if let space, let latent {
      sum = space.inputGradient(sum, projected: latent.projected, hidden: x.count)
    }
    let logitGradients = router.gradients(
      of: weightGradients, chosen: choice.experts, product: logits)
    sum = Reference.added(
      sum, 1,
      Reference.transposedProduct(
        rows: spec.choices, columns: x.count, vector: logitGradients, pool: pool
      ) { layer.router.copyRows($0, matrix: 0, to: $1, stride: $2) })
    guard let shared = layer.shared else { return sum }
    let network = ReferenceNetwork(shared, 0, pool)
    guard let gate = layer.sharedGate?.row(0).prefix(x.count).map(Double.init) else {
      return Reference.added(sum, 1, network.step(x, dy).gradient)
    }
    let factor = 1 / (1 + exp(-Reference.dot(gate, x)))
    let step = network.step(x, dy.map { $0 * factor })
    return Reference.added(
      Reference.added(sum, 1, step.gradient),
      Reference.dot(step.output, dy) * factor * (1 - factor), gate)
  }

  // MARK: One unit of many tokens

  /// The rows of one network of a lane, the one with most: what it read, and the gradient of what it returned.
  private func sampledRows(
    ofLane index: Int, _ input: Matrix, _ cotangent: Matrix, _ pool: WorkerPool
  ) -> (network: Int, rows: [(x: [Double], dy: [Double])]) {
    func rows(_ factors: [(token: Int, input: Double, output: Double)])
      -> [(x: [Double], dy: [Double])]
    {
      factors.map { token, inputFactor, outputFactor in
        (
          input.row(token).map { Double($0) * inputFactor },
          cotangent.row(token).map { Double($0) * outputFactor }
        )
      }
    }
    guard let routing = workspace.routing, let spec = router?.spec else {
      return (0, rows((0..<input.rows).map { ($0, 1, 1) }))
    }
    if index == 1 {
      let isGated = spec.shared?.isGated == true
      return (
        0,
        rows(
          (0..<input.rows).map { ($0, 1, isGated ? Double(routing.sharedFactor[$0]) : 1) })
      )
    }
    let counts = workspace.tokensPerExpert
    let network = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    let scalesInput = spec.router.application == .input
    if let latent {
      let space = LatentSpaceReference(space: latent.space, pool: pool)
      return (
        network,
        (0..<input.rows * spec.topK).compactMap { slot in
          guard Int(routing.experts[slot]) == network, let own = latentRows(slot / spec.topK)
          else { return nil }
          let row = Int(routing.dispatch.rowOfSlot[slot])
          let output = workspace.outputs[0].row(row).prefix(latent.width).map(Double.init)
          let weight = Double(routing.weights[slot])
          let gradient = space.expertNorm(output, own.dy).gradient
          return (
            own.x.map { $0 * (scalesInput ? weight : 1) },
            gradient.map { $0 * (scalesInput ? 1 : weight) }
          )
        }
      )
    }
    return (
      network,
      rows(
        (0..<input.rows * spec.topK).compactMap { slot in
          guard Int(routing.experts[slot]) == network else { return nil }
          let weight = Double(routing.weights[slot])
          return (slot / spec.topK, scalesInput ? weight : 1, scalesInput ? 1 : weight)
        })
    )
  }

  /// Units that are compared together, by the largest of all: the gradient of one alone may be next to nothing.
  private static let sampledUnits = 4

  private func unitSamples(
    of lane: TrainingLane, rows: (network: Int, rows: [(x: [Double], dy: [Double])]), unit: Int,
    pool: WorkerPool
  ) -> [GradientSample] {
    guard !rows.rows.isEmpty else { return [] }
    let spec = lane.bank.spec
    let (network, width) = (rows.network, spec.width)
    let units = (0..<min(Self.sampledUnits, spec.intermediate)).map {
      (unit + $0 * max(1, spec.intermediate / Self.sampledUnits)) % spec.intermediate
    }.uniqued()
    let parts = [NetworkPart.gate, .up].filter { spec.isGated || $0 == .up }
    var values = (gate: [Float](), up: [Float](), down: [Float]())
    var expected = (gate: [Double](), up: [Double](), down: [Double]())
    let weights = Matrix(rows: 1, columns: width)
    func row(_ networks: any EngineNetworks, _ part: NetworkPart, _ unit: Int) -> [Float] {
      networks.copyRow(unit, of: part, network: network, to: weights.all[0])
      return weights.row(0)
    }
    let down = columns(units, of: lane.bank.networks.down, matrix: network)
    let downGradients = columns(units, of: lane.gradients.networks.down, matrix: network)
    for (index, unit) in units.enumerated() {
      let bias = parts.map { Double(lane.bank.hiddenBias($0, network)?[unit] ?? 0) }
      let matrix = parts.map { row(lane.bank.networks, $0, unit).map(Double.init) }
      var sums = [[Double]](repeating: Array(repeating: 0, count: width), count: parts.count)
      var column = [Double](repeating: 0, count: width)
      for (x, dy) in rows.rows {
        let products = zip(matrix, bias).map { Reference.dot($0, x) + $1 }
        let slopes = ReferenceNetwork.slopes(spec, products)
        let d = Reference.dot(down[index], dy)
        for part in parts.indices {
          sums[part] = Reference.added(sums[part], d * slopes.slopes[part], x)
        }
        column = Reference.added(column, slopes.value, dy)
      }
      for (part, name) in parts.enumerated() {
        let actual = row(lane.gradients.networks, name, unit)
        if name == .gate {
          values.gate += actual
          expected.gate += sums[part]
        } else {
          values.up += actual
          expected.up += sums[part]
        }
      }
      values.down += downGradients[index].map { Float($0) }
      expected.down += column
    }
    return [
      GradientSample(name: "gradient of W_gate", values: values.gate, expected: expected.gate),
      GradientSample(name: "gradient of W_up", values: values.up, expected: expected.up),
      GradientSample(name: "gradient of W_down", values: values.down, expected: expected.down),
    ].filter { !$0.values.isEmpty }
  }

  /// Columns of a matrix, which lie across its rows.
  private func columns(
    _ columns: [Int], of matrices: any EngineMatrices, matrix: Int
  ) -> [[Double]] {
    let row = Matrix(rows: 1, columns: matrices.inputs)
    var result = [[Double]](repeating: [], count: columns.count)
    for output in 0..<matrices.outputs {
      matrices.copyRow(output, matrix: matrix, to: row.all[0])
      for (index, column) in columns.enumerated() {
        result[index].append(Double(row[0, column]))
      }
    }
    return result
  }

  /// One choice's row of the router's gradient, from the gradients of logits that the input gradient is checked by.
  private func routerSample(_ router: RouterTraining, _ input: Matrix) -> GradientSample {
    let counts = workspace.tokensPerExpert
    let choice = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    let row = Matrix(rows: 1, columns: router.spec.hidden)
    router.gradient.copyRow(choice, matrix: 0, to: row.all[0])
    var sum = [Double](repeating: 0, count: router.spec.hidden)
    for token in 0..<input.rows {
      sum = Reference.added(
        sum, Double(router.logitGradients[token, choice]), input.row(token).map(Double.init))
    }
    return GradientSample(
      name: "gradient of the router", values: row.row(0), expected: sum)
  }
}
