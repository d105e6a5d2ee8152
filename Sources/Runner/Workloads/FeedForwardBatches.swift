import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// The inputs that passes of a feed-forward layer rotate through: random rows, or rows that a router sends as
/// wanted.
final class FeedForwardBatches {
  private let layer: FFNLayerSpec
  private let routedInputs: RoutedInputs?
  /// Tokens × H each; empty before `load`.
  private(set) var inputs: [Matrix] = []
  /// What the trace of the loaded batches is, `nil` when none is replayed.
  private var replayed: (cursor: TraceCursor, trace: RoutingTrace)?

  /// - Parameter router: The weights of a routed layer's router.
  init(_ layer: FFNLayerSpec, router: Matrix?) {
    self.layer = layer
    routedInputs = router.map {
      RoutedInputs(router: $0.elements, choices: $0.rows, hidden: layer.hidden)
    }
  }

  /// Draws the batches.
  func load(tokens: Int, routing: Routing, seed: UInt64) {
    var noise = SeededGenerator(seed: seed, purpose: "activations")
    let hidden = layer.hidden
    replayed = nil
    guard let sparse = layer.routed, let routedInputs else {
      inputs = (0..<Batches.count).map { _ in
        let batch = Matrix(rows: tokens, columns: hidden)
        for row in 0..<tokens { batch.setRow(row, to: noise.normals(count: hidden)) }
        return batch
      }
      return
    }
    replayed = routing.trace.map { (TraceCursor($0, seed: seed), $0) }
    var draw = RoutingDraw(routing, choices: sparse.choices, topK: sparse.topK, seed: seed)
    var distinctExperts: [Int] = []
    inputs = (0..<Batches.count).map { _ in
      let batch = Matrix(rows: tokens, columns: hidden)
      var chosen: Set<Int> = []
      defer { distinctExperts.append(chosen.count) }
      for row in 0..<tokens {
        // The router multiplies its logits before it compares them; the product has to undo that.
        let drawn = draw.nextLogits()
        chosen.formUnion(RoutingDraw.experts(logits: drawn, topK: sparse.topK))
        let logits = drawn.map { $0 / sparse.router.logitMultiplier }
        batch.setRow(row, to: routedInputs.activations(logits: logits, noise: &noise))
      }
      return batch
    }
    // A trace is checked token by token, in its own order.
    if replayed == nil {
      inputs = Batches.orderOfLikePairs(distinctExperts).map { inputs[$0] }
    }
  }

  /// The first token of the batches that the router sends elsewhere than the trace says; `nil` when
  /// there is none, or no trace.
  ///
  /// A router with more choices than the layer is wide cannot be made to send every token as wanted.
  ///
  /// - Parameters:
  ///   - pass: runs a pass on a batch.
  ///   - experts: what it chose for a token.
  func misroutedToken(
    pass: (_ batch: Int) -> Void, experts: (_ token: Int) -> [Int]
  ) -> (batch: Int, token: Int)? {
    guard var cursor = replayed?.cursor else { return nil }
    for (number, batch) in inputs.enumerated() {
      pass(number)
      for token in 0..<batch.rows {
        guard experts(token) == cursor.next().map(Int.init).sorted() else {
          return (number, token)
        }
      }
    }
    return nil
  }

  /// What a reader should know of the inputs, and of the layer that they go through at full width.
  func cautions(of full: FFNLayerSpec) -> [String] {
    var cautions: [String] = []
    if let trace = replayed?.trace, let tokens = inputs.first?.rows,
      trace.tokens < Batches.count * tokens
    {
      cautions.append(
        "\(Batches.count) different batches take more than the \(trace.tokens) tokens of "
          + "the trace, so they share tokens")
    }
    if let layer = full.routed, layer.identityExperts > 0 {
      cautions.append(
        "\(layer.identityExperts) of the router's choices return the token unchanged; FLOPs count "
          + "every choice as a computing expert")
    }
    return cautions
  }
}
