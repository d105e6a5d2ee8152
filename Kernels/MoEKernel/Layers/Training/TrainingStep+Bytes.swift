import LayerSpec

extension TrainingStep {
  /// Bytes of one layer, of its gradients and of what a step takes besides, before any of it is made; `Int.max`
  /// where they cannot be counted.
  ///
  /// Input, output and their gradients, tokens × H each, are not in it. Rows are counted with the padding of the
  /// widest panels and with every copy that some engine needs, so that it is rather too much.
  public static func bytes(
    for spec: FFNLayerSpec, maxTokens: Int, threads: Int, engine: any Engine, formats: FormatPlan
  ) -> Int {
    func gradients(_ network: FeedForwardSpec, _ count: Int) -> Int {
      NetworkBank.bytes(network, count: count, engine: engine, format: .f32)
    }
    var rows: [Int] = []
    var parts: [Int] = []
    switch spec {
    case .dense(let network):
      parts = [
        DenseLayer.bytes(
          for: network, maxTokens: maxTokens, threads: threads, engine: engine, formats: formats),
        gradients(network, 1),
      ]
      rows = [laneBytes(network, rows: maxTokens)]
    case .sparse(let layer):
      parts = [
        SparseLayer.bytes(
          for: layer, residentExperts: layer.experts, maxTokens: maxTokens, threads: threads,
          engine: engine, formats: formats), gradients(layer.expert, layer.experts),
        engine.matrixBytes(outputs: layer.choices, inputs: layer.hidden, format: .f32),
      ]
      let logits = Saturating.product(2, padded(layer.choices))
      rows = [
        laneBytes(layer.expert, rows: Saturating.product(maxTokens, layer.topK)),
        rowBytes(maxTokens, Saturating.sum(logits, padded(layer.hidden))),
      ]
      if let shared = layer.shared {
        parts.append(gradients(shared.network, 1))
        rows.append(laneBytes(shared.network, rows: maxTokens))
      }
      if let latent = layer.latent {
        parts.append(
          latentBytes(
            latent.width, hidden: layer.hidden, topK: layer.topK, maxTokens: maxTokens,
            threads: threads, engine: engine))
      }
    }
    let tokens = rowBytes(maxTokens, padded(spec.hidden))
    let scratch = scratchBytes(threads: threads, maxTokens: maxTokens)
    return Saturating.sum(parts + rows + [tokens, scratch])
  }

  /// The widest panels of any build: two vectors of 16.
  static let widestPanel = 32
  /// Floats of the widest panels of Wᵀ or dY that a worker packs: at most 64 of 1024 bytes in 256 steps.
  private static let scratchPerWorker = 8 * 512 * widestPanel
  /// Floats of the blocks that wait for each row, four panels of them.
  private static let scratchPerRow = 8 * widestPanel

  /// Bytes of the scratch of one matrix's backward products.
  static func scratchBytes(threads: Int, maxTokens: Int) -> Int {
    Matrix.scratchBytes(
      workers: threads,
      floats: Saturating.sum(scratchPerWorker, Saturating.product(scratchPerRow, maxTokens)))
  }

  /// Whole panels of the widest build.
  static func padded(_ count: Int) -> Int {
    count > .max - widestPanel ? .max : count.roundedUp(toMultipleOf: widestPanel)
  }

  private static func rowBytes(_ rows: Int, _ columns: Int) -> Int {
    Saturating.product(MemoryLayout<Float>.size, Saturating.product(rows, columns))
  }

  /// Bytes of the gradients and rows around a latent space (`LatentSpaceTraining`).
  private static func latentBytes(
    _ width: Int, hidden: Int, topK: Int, maxTokens: Int, threads: Int, engine: any Engine
  ) -> Int {
    let (inner, outer) = (padded(width), padded(hidden))
    // Of both projections gradients of outputs, staged and not, and strips of inputs; three rows between the norms,
    // the gradient by the input, and that of every weight.
    let columns = Saturating.sum([
      Saturating.product(6, inner), Saturating.product(4, outer), padded(topK),
    ])
    let matrices = [(width, hidden), (hidden, width)].map {
      engine.matrixBytes(outputs: $0.0, inputs: $0.1, format: .f32)
    }
    return Saturating.sum(
      matrices + [
        rowBytes(Saturating.sum(maxTokens, 1), columns),
        Saturating.product(2, scratchBytes(threads: threads, maxTokens: maxTokens)),
        rowBytes(2 * (ScaleGradient.parts + 1), inner),
      ])
  }

  /// Bytes of a lane's rows (`TrainingLane`).
  private static func laneBytes(_ network: FeedForwardSpec, rows: Int) -> Int {
    let (units, width) = (padded(network.intermediate), padded(network.width))
    let hidden = Saturating.product(network.matrices - 1, units)
    return rowBytes(
      rows,
      Saturating.sum([
        Saturating.product(3, hidden), Saturating.product(2, units), Saturating.product(4, width),
      ]))
  }
}

extension TrainingStep {
  /// Bytes of rows, gradients of networks and scratch as they were made, which the plan must not be below.
  var rowBytes: Int {
    let rows = lanes.flatMap {
      [
        $0.kept, $0.hiddenGradient, $0.hiddenStaged, $0.active, $0.activeStrips, $0.outputGradient,
        $0.outputStaged, $0.inputStrips, $0.inputGradient,
      ]
    }
    return (rows + [tokenStrips, scratchRows]).reduce(latent?.rowBytes ?? 0) {
      $0 + $1.rows * $1.columns * MemoryLayout<Float>.size
    }
  }
}
