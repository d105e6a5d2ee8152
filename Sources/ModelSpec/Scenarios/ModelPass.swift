import LayerSpec

/// One pass through a whole model, as scenarios count them.
public enum ModelPass: Hashable, Sendable {
  /// Reading a prompt of so many tokens, from the beginning of its sequence.
  case prefill(tokens: Int)
  /// One more token of each of some sequences, with so many tokens in each cache.
  case step(sequences: Int, context: Int)
  /// A training step, forward and backward, over one sequence of so many tokens.
  case training(tokens: Int)

  /// Rows of its activation matrix.
  var rows: Int {
    switch self {
    case .prefill(let tokens), .training(let tokens): tokens
    case .step(let sequences, _): sequences
    }
  }

  /// Rows that the head is multiplied with: a prompt is read for the token after its last, and every token of a
  /// training step has a next one to learn.
  var rowsOfHead: Int {
    switch self {
    case .prefill: 1
    case .step, .training: rows
    }
  }

  /// The workload by which it is measured: of whole decoder blocks where both models have such, and of their
  /// feed-forward layers else.
  ///
  /// - Parameter hasBlocks: whether the blocks of both models can be computed.
  public func workload(hasBlocks: Bool) -> Workload {
    switch self {
    case .prefill(let tokens):
      Workload(hasBlocks ? .blockForward : .feedForward, tokens: tokens)
    case .step(let sequences, let context):
      hasBlocks
        ? Workload(.blockDecode, tokens: 1, sequences: sequences, context: context)
        : Workload(.feedForward, tokens: sequences)
    case .training(let tokens):
      Workload(hasBlocks ? .blockTrain : .trainStep, tokens: tokens)
    }
  }

  /// Tokens of a sequence at its end.
  var reach: Int {
    switch self {
    case .prefill(let tokens), .training(let tokens): tokens
    case .step(_, let context): context + 1
    }
  }

  /// The pass in a word.
  var kind: String {
    switch self {
    case .prefill: "prefill"
    case .step: "step"
    case .training: "training"
    }
  }

  /// Sequences that it reads or writes together.
  var sequences: Int {
    switch self {
    case .prefill, .training: 1
    case .step(let sequences, _): sequences
    }
  }

  /// Tokens of each: of the prompt or the training sequence, and of a step those in its cache.
  var tokens: Int {
    switch self {
    case .prefill(let tokens), .training(let tokens): tokens
    case .step(_, let context): context
    }
  }

  /// The pass in words: `a prefill of 256 tokens`.
  var phrase: String {
    switch self {
    case .prefill(let tokens): "a prefill of \(Workload.Size.tokens.counted(tokens))"
    case .step(let sequences, let context):
      "a step of \(Workload.Size.sequences.counted(sequences)) with "
        + Workload.Size.context.counted(context)
    case .training(let tokens): "a training step of \(Workload.Size.tokens.counted(tokens))"
    }
  }
}

/// Two models whose passes are timed by turns.
public struct ScenarioPairing: Hashable, Sendable {
  /// The model that a scenario is about.
  public let candidate: Architecture
  /// What it is held against: itself where there is nothing else.
  public let baseline: Architecture

  /// A model against another.
  public init(candidate: Architecture, baseline: Architecture) {
    self.candidate = candidate
    self.baseline = baseline
  }

  /// Whether there are two models.
  public var hasTwo: Bool { candidate.id != baseline.id }

  /// Whether the blocks of both can be computed, so that attention is timed and not counted.
  public var hasBlocks: Bool {
    [candidate, baseline].allSatisfy { architecture in
      architecture.layers.allSatisfy { layer in
        if case .executable = layer.block { true } else { false }
      }
    }
  }

  /// Refuses passes that a model is not made for.
  ///
  /// - Throws: `ScenarioError.uncountable` with the longest sequence that it is made for.
  public func check(_ passes: [ModelPass]) throws(ScenarioError) {
    for model in [candidate, baseline] {
      let longest = model.layers.compactMap { layer -> Int? in
        if case .executable(let block) = layer.block { block.longestContext } else { nil }
      }.min()
      guard let longest, let pass = passes.first(where: { $0.reach > longest }) else { continue }
      throw .uncountable(
        reason:
          "\(pass.phrase) reaches \(pass.reach) tokens of a sequence, and \(model.id) is made for "
          + "\(longest); set fewer tokens")
    }
  }

  /// The model of one side.
  func model(_ role: Role) -> Architecture { role == .candidate ? candidate : baseline }

  /// A side of the pairing.
  enum Role: Hashable, Sendable { case baseline, candidate }
}
