/// A published statement that one model needs less of something than another.
///
/// Every ratio is baseline / model, so above 1 the claimant's model saves. What a source does not
/// say is `nil`; in the JSON, `ratio` and `url` are then null and other keys absent.
public struct Claim: Codable, Hashable, Sendable {
  /// Stable name, such as `mixtral-8x7b-6x-llama2-70b`.
  public var id: String
  /// Who makes the claim, such as a vendor or the authors of a paper.
  public var claimant: String
  /// The model that is said to save, as the source names it.
  public var model: String
  /// What it is said to save against, as the source names it.
  public var baseline: String
  /// The catalogue's id of the model, `nil` when it is not in the catalogue or no model is named.
  public var modelID: String?
  /// The catalogue's id of the baseline, `iso-active` or `iso-total`; `nil` when there is none.
  public var baselineID: String?
  /// What is said to be saved.
  public var metric: Metric
  /// The claimed saving, `nil` when the source claims none in numbers.
  public var ratio: Double?
  /// How firmly the number is stated.
  public var qualifier: Qualifier
  /// The source's own words for the number, shortened; `nil` when the number is all there is.
  public var wording: String?
  /// How `ratio` follows from the source's figures, `nil` when the source prints it.
  public var arithmetic: String?
  /// Under which conditions the source claims it, `nil` when it states none.
  public var conditions: String?
  /// Where it can be read.
  public var source: Source
  /// How the source's words are known.
  public var provenance: Provenance
  /// What kind of statement it is, which decides what a report says of a claim without a test.
  public var scope: Scope
  /// What cells decide the claim, or why none does.
  public var test: Test
  /// What a reader should know besides, `nil` for nothing.
  public var notes: String?

  enum CodingKeys: String, CodingKey {
    case id, claimant, model, baseline, metric, ratio, qualifier, wording, arithmetic, conditions
    case source, provenance, scope, test, notes
    case modelID = "modelId"
    case baselineID = "baselineId"
  }

  /// Where a claim can be read.
  public struct Source: Codable, Hashable, Sendable {
    /// Title of the paper, page or model card.
    public var title: String
    /// Its address, `nil` where only a copy of the text without its address is at hand.
    public var url: String?
    /// The place in it: a section, a table.
    public var place: String

    enum CodingKeys: String, CodingKey {
      case title, url
      case place = "where"
    }
  }

  /// How the words of a source are known.
  public enum Provenance: String, Codable, Hashable, Sendable, CaseIterable {
    /// The source itself was read, or a saved copy of it, whose address may not be known.
    case primary
    /// Others quote it, consistently.
    case quotation
    /// Nobody checked it against a text.
    case memory
  }

  /// What is said to be saved.
  public enum Metric: String, Codable, Hashable, Sendable, CaseIterable {
    /// Operations or active parameters per token.
    case inferenceFLOPs = "inference-flops"
    /// Time for an answer or a token.
    case inferenceLatency = "inference-latency"
    /// Tokens per second.
    case inferenceThroughput = "inference-throughput"
    /// Operations of a pre-training run.
    case pretrainingCompute = "pretraining-compute"
    /// Time of a pre-training run or step.
    case pretrainingSpeed = "pretraining-speed"
    /// Accelerator hours or money for training.
    case trainingCost = "training-cost"
    /// What users pay.
    case apiCost = "api-cost"
    /// Weights or cache held in memory.
    case memory = "memory/kv-cache"
    /// Electricity.
    case energy

    /// Whether it is time, or a speed, and not an amount of work or memory.
    public var isOfTime: Bool {
      switch self {
      case .inferenceLatency, .inferenceThroughput, .pretrainingSpeed: true
      case .inferenceFLOPs, .pretrainingCompute, .trainingCost, .apiCost, .memory, .energy: false
      }
    }
  }

  /// How firmly a number is stated; it decides what delivering the claim means.
  public enum Qualifier: String, Codable, Hashable, Sendable, CaseIterable {
    /// A bare number: "6x".
    case exactly
    /// "About", "nearly", "an order of magnitude": met within ten percent.
    case about
    /// "Up to": reached somewhere, and nowhere exceeded.
    case upTo = "up-to"
    /// "Over", "more than": any larger ratio is still the claim.
    case atLeast = "at-least"
    /// The source claims no number.
    case none
  }
}
