import Glibc
import LayerSpec

/// What a layer makes of one token, computed in double precision by plain loops.
public struct TokenReference: Sendable {
  /// The layer's output for the token, H elements.
  public let output: [Double]
  /// The K choices in ascending order; empty for a dense layer.
  public let experts: [Int]
  /// The weights of `experts`, normalised and scaled as the policy says.
  public let weights: [Double]
  /// The least difference of choice values that would have changed the choice, infinite when all
  /// are chosen.
  ///
  /// Below the rounding of 32-bit logits a pass may rightly choose otherwise.
  public let selectionMargin: Double
}

extension SparseLayer {
  /// One token's output, checked by nothing but the weights: see `reference(of:token:pool:)`.
  public func referenceOutput(of input: Matrix, token: Int, pool: WorkerPool) -> [Double] {
    reference(of: input, token: token, pool: pool).output
  }

  /// One token's routing and output in double precision, sharing no code with a pass but the access
  /// to the weights.
  ///
  /// Rows are spread over the pool: 200 million weights take about a tenth of a second.
  public func reference(of input: Matrix, token: Int, pool: WorkerPool) -> TokenReference {
    precondition(input.columns == spec.hidden, "the input is not of width \(spec.hidden)")
    let x = input.row(token).map(Double.init)
    let product = Reference.product(rows: spec.choices, vector: x, pool: pool) {
      router.copyRows($0, matrix: 0, to: $1, stride: $2)
    }
    let choices = spec.choices
    let choice = ReferenceRouter(
      layer: spec, selectionBias: selectionBias?.row(0).prefix(choices).map(Double.init)
    ).route(Reference.added(product, routerBias?.all[0]))
    var output = outputProjection(routed(inputProjection(x, pool), choice, pool), pool)
    if let shared {
      let row = Reference.output(of: shared, network: 0, row: x, pool: pool)
      let factor = sharedGate.map { gate in
        1 / (1 + exp(-zip(gate.row(0), x).map { Double($0) * $1 }.reduce(0, +)))
      }
      output = zip(output, row).map { $0 + (factor ?? 1) * $1 }
    }
    return TokenReference(
      output: output, experts: choice.experts, weights: choice.weights,
      selectionMargin: choice.margin)
  }

  private func routed(
    _ row: [Double], _ choice: ReferenceRouter.Choice, _ pool: WorkerPool
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: row.count)
    for (expert, weight) in zip(choice.experts, choice.weights) {
      let scalesInput = spec.router.application == .input
      let read = scalesInput ? row.map { $0 * weight } : row
      var value = read
      if expert < spec.experts {
        value = Reference.output(
          of: experts, network: expert % residentExperts, row: read, pool: pool)
        if let latent {
          value = Reference.normOfScaled(
            value, scale: latent.expertNorm, epsilon: latent.spec.expertNormEpsilon)
        }
      }
      let factor = scalesInput ? 1 : weight
      for index in sum.indices { sum[index] += factor * value[index] }
    }
    return sum
  }

  private func inputProjection(_ x: [Double], _ pool: WorkerPool) -> [Double] {
    guard let latent else { return x }
    let projected = Reference.product(rows: latent.spec.width, vector: x, pool: pool) {
      latent.inputProjection.copyRows($0, matrix: 0, to: $1, stride: $2)
    }
    return Reference.norm(
      projected, scale: latent.inputNorm, epsilon: latent.spec.inputNormEpsilon)
  }

  private func outputProjection(_ sum: [Double], _ pool: WorkerPool) -> [Double] {
    guard let latent else { return sum }
    return Reference.product(rows: spec.hidden, vector: sum, pool: pool) {
      latent.outputProjection.copyRows($0, matrix: 0, to: $1, stride: $2)
    }
  }
}

extension Reference {
  /// W_down·act(W_gate·x, W_up·x) of one network for every x of `rows`, biases included: L or H elements.
  static func outputs(
    of bank: NetworkBank, network: Int, rows: [[Double]], pool: WorkerPool
  ) -> [[Double]] {
    let spec = bank.spec
    func hidden(_ part: NetworkPart) -> [[Double]] {
      products(rows: spec.intermediate, vectors: rows, pool: pool) {
        bank.networks.copyRows($0, of: part, network: network, to: $1, stride: $2)
      }.map { added($0, bank.hiddenBias(part, network)) }
    }
    let up = hidden(.up)
    let active =
      spec.isGated
      ? zip(hidden(.gate), up).map { gate, up in
        zip(gate, up).map { activate(spec.activation, $0, $1) }
      }
      : up.map { up in up.map { activate(spec.activation, $0, 1) } }
    return products(rows: spec.width, vectors: active, pool: pool) {
      bank.networks.down.copyRows($0, matrix: network, to: $1, stride: $2)
    }.map { added($0, bank.outputBias(network)) }
  }

  /// The output of one network for one row.
  static func output(
    of bank: NetworkBank, network: Int, row: [Double], pool: WorkerPool
  ) -> [Double] {
    outputs(of: bank, network: network, rows: [row], pool: pool)[0]
  }
}
