import LayerSpec
import MoEKernel
import ModelSpec

/// One attention with a name for it.
public struct AttentionShape: Hashable, Sendable {
  /// The model, or the sizes as they were given.
  public let name: String
  /// What is computed.
  public let spec: SelfAttentionSpec
  /// Tokens of the longest sequence that the model is made for; `nil` where that is not known.
  public let longestContext: Int?

  /// A shape of the user's, or of a model's that is made for so long a sequence.
  public init(name: String, spec: SelfAttentionSpec, longestContext: Int? = nil) {
    self.name = name
    self.spec = spec
    self.longestContext = longestContext
  }

  /// The distinct attentions of a model, in order of appearance.
  ///
  /// - Throws: `PlanError` for a model without one that is executable.
  public static func shapes(of architecture: Architecture) throws(PlanError) -> [AttentionShape] {
    var shapes: [AttentionShape] = []
    var reasons: [String] = []
    for layer in architecture.layers {
      switch layer.block {
      case .executable(let block):
        shapes.append(
          AttentionShape(
            name: architecture.id, spec: block.attention, longestContext: block.longestContext))
      case .counted(let reason): reasons.append("\(reason)")
      }
    }
    guard !shapes.isEmpty else {
      throw .unpairable(
        reason: "the attention of \(architecture.id) cannot be measured: "
          + (reasons.first ?? "it has no layer"))
    }
    return shapes.uniqued()
  }
}

/// What `tenfold attention` is asked for, after parsing and defaults.
public struct AttentionRequest: Sendable {
  /// What is measured.
  public var shapes: [AttentionShape]
  /// Tokens of prompts of one sequence, a point for each.
  public var tokens: [Int]
  /// B, sequences of a step of decoding.
  public var sequences: [Int]
  /// C, tokens in each one's cache; a point for each with each number of sequences.
  public var context: [Int]
  /// Worker threads.
  public var threads: Int
  /// Seconds that all points may take.
  public var budgetSeconds: Double
  /// Bytes that caches and scratch may take.
  public var memoryBytes: Int
  /// Seed of every random choice.
  public var seed: UInt64
  /// How much time points and the machine's ceilings take.
  public var effort: MeasuringEffort

  /// Tokens of the longest sequence.
  private var reach: Int {
    max(tokens.max() ?? 0, context.max().map { Saturating.sum($0, 1) } ?? 0)
  }

  /// What a document must say of sequences that are longer than models are made for, and of a sweep that took longer
  /// than it should.
  func cautions(ofSeconds seconds: Double) -> [String] {
    let overrun =
      seconds > BudgetShare.overrun * budgetSeconds
      ? [
        "the sweep took \(SecondsInWords(seconds)) with a budget of \(SecondsInWords(budgetSeconds)); ceilings, the "
          + "pass that is checked and the fewest rounds of a point cannot be fewer"
      ] : []
    return overrun
      + shapes.compactMap { shape in
        shape.longestContext.flatMap { longest in
          reach > longest
            ? "\(shape.name) is made for sequences of \(longest) tokens, and \(reach) were measured: its "
              + "attention's cost, and no use of the model"
            : nil
        }
      }.uniqued()
  }

  /// Prompts from one that is bound by its diagonal to one that is not.
  public static let defaultTokens = [256, 512, 1024, 2048]
  /// One user and some.
  public static let defaultSequences = [1, 2, 4, 8]
  /// A long conversation.
  public static let defaultContext = [4096]
  /// Four times what the usual shapes take on a server of 2024.
  public static let defaultBudgetSeconds = 120.0

  /// A request of all that is measured.
  public init(
    shapes: [AttentionShape], tokens: [Int], sequences: [Int], context: [Int], threads: Int,
    budgetSeconds: Double = Self.defaultBudgetSeconds, memoryBytes: Int, seed: UInt64,
    effort: MeasuringEffort
  ) {
    self.shapes = shapes
    self.tokens = tokens
    self.sequences = sequences
    self.context = context
    self.threads = threads
    self.budgetSeconds = budgetSeconds
    self.memoryBytes = memoryBytes
    self.seed = seed
    self.effort = effort
  }
}
