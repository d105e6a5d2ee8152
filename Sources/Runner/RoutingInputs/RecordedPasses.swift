import ModelSpec
import Statistics

/// What passes of a recorded routing would ask of a layer.
struct RecordedPasses {
  /// Passes of one size that are looked at, spread evenly over a trace.
  private static let mostTraced = 1024
  /// Passes of one size that are drawn from a histogram.
  private static let drawn = 32

  private let routing: Routing
  private let choices: Int
  private let topK: Int
  /// πᵢ: how often expert i is among the K of a token.
  private let popularity: [Double]

  /// - Parameter counts: Tokens of each of the router's choices, not all 0.
  init(_ routing: Routing, tokensPerExpert counts: [Int], topK: Int) {
    self.routing = routing
    choices = counts.count
    self.topK = topK
    let tokens = Double(counts.reduce(0, +)) / Double(topK)
    popularity = counts.map { min(1, Double($0) / tokens) }
  }

  /// Means over passes of so many tokens.
  func summary(tokens: Int) -> RoutingDocument.Pass {
    let passes = statistics(tokens: tokens)
    func mean(_ value: (RoutingStatistics) -> Double) -> Double {
      passes.reduce(0) { $0 + value($1) } / Double(passes.count)
    }
    let uniform = Array(repeating: Double(topK) / Double(choices), count: choices)
    return RoutingDocument.Pass(
      tokens: tokens, passes: passes.count,
      distinctExperts: mean { Double($0.distinctExperts) },
      distinctExpertsIfIndependent: expectedDistinctExperts(inclusion: popularity, tokens: tokens),
      distinctExpertsIfUniform: expectedDistinctExperts(inclusion: uniform, tokens: tokens),
      maxOverMean: mean(\.maxOverMean), gini: mean(\.gini))
  }

  private func statistics(tokens: Int) -> [RoutingStatistics] {
    if let trace = routing.trace { return traced(trace, tokens: tokens) }
    var draw = RoutingDraw(routing, choices: choices, topK: topK, seed: RunRequest.defaultSeed)
    return (0..<Self.drawn).map { _ in
      var counts = [Int](repeating: 0, count: choices)
      for _ in 0..<tokens {
        for expert in draw.nextExperts() { counts[expert] += 1 }
      }
      return RoutingStatistics(tokensPerExpert: counts)
    }
  }

  /// Passes without common tokens; a trace shorter than one pass begins again within it.
  private func traced(_ trace: RoutingTrace, tokens: Int) -> [RoutingStatistics] {
    let whole = max(1, trace.tokens / tokens)
    let passes = min(Self.mostTraced, whole)
    return (0..<passes).map { pass in
      let first = pass * whole / passes * tokens
      var counts = [Int](repeating: 0, count: choices)
      for token in first..<first + tokens {
        for expert in trace.experts(ofToken: token % trace.tokens) { counts[Int(expert)] += 1 }
      }
      return RoutingStatistics(tokensPerExpert: counts)
    }
  }
}

extension RoutingDocument {
  /// Tokens per pass that are told: those of a run unless it is asked otherwise.
  private static let passTokens = RunRequest.defaultTokens

  /// What one layer of a file says.
  ///
  /// - Parameters:
  ///   - recorded: the file.
  ///   - layer: the layer, `nil` for the one with most choices.
  ///   - name: the file as its user named it.
  ///   - architecture: the model that it was recorded from, which tells E and K; `nil` for what the
  ///     file tells.
  /// - Throws: `RecordingError` for a layer that the file does not have, and for one that does not fit
  ///   the model.
  public init(
    _ recorded: RecordedRouting, layer: Int?, name: String, architecture: Architecture?
  ) throws(RecordingError) {
    let routing = try recorded.routing(ofLayer: layer, name: name)
    guard let source = routing.source else { preconditionFailure("recorded routing has a source") }
    let model = architecture?.dominantSparseLayer
    if let architecture {
      guard let model else {
        throw RecordingError("\(architecture.id) routes no tokens; name the model of the recording")
      }
      if let misfit = routing.misfit(with: RouterShape(model), of: architecture.id) { throw misfit }
    }
    let counts = routing.tokensPerExpert(choices: model?.choices)
    let topK = routing.trace?.topK ?? model?.topK
    let whole = RoutingStatistics(tokensPerExpert: counts)
    let passes = topK.map { RecordedPasses(routing, tokensPerExpert: counts, topK: $0) }
    self.init(
      source: source.name, kind: routing.kind, digest: source.digest,
      layers: recorded.layers.map {
        Layer(layer: $0.number, tokens: $0.tokens, choices: $0.choices)
      },
      layer: source.layer, tokens: routing.trace?.tokens, topK: topK, experts: counts.count,
      architecture: architecture?.id, expertsSeen: whole.distinctExperts,
      maxOverMean: whole.maxOverMean, gini: whole.gini,
      passes: passes.map { passes in Self.passTokens.map(passes.summary) } ?? [],
      zipf: topK.flatMap { Zipf(tokensPerExpert: counts, topK: $0) })
  }
}

extension RoutingDocument.Zipf {
  fileprivate init?(tokensPerExpert counts: [Int], topK: Int) {
    guard let fit = ZipfFit(tokensPerExpert: counts, topK: topK) else { return nil }
    let hundredths = (fit.alpha * 100).rounded() / 100
    self.init(
      alpha: fit.alpha, distance: fit.distance, gini: fit.gini,
      isClose: fit.isClose,
      routing: Routing.zipf(alpha: hundredths).description)
  }
}
