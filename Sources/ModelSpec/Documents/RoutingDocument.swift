/// What a file of recorded routing says; its JSON form is `tenfold.routing/1`.
public struct RoutingDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.routing/1"

  /// Name and version of the schema, `tenfold.routing/1` in what this version writes.
  public var schema: String
  /// The file as its user named it.
  public var source: String
  /// `trace` for the experts of tokens, `histogram` for counts of tokens.
  public var kind: String
  /// Checksum of what was read of the layer.
  public var digest: String
  /// Every layer of the file.
  public var layers: [Layer]
  /// The layer that the rest is about, absent where the file names none.
  public var layer: Int?
  /// Tokens of the layer, absent where only counts were recorded.
  public var tokens: Int?
  /// K, experts of each token; absent where only counts were recorded and no model was named.
  public var topK: Int?
  /// E, experts that the router chooses from: those of the model, else up to the last that is named.
  public var experts: Int
  /// Id of the model that it was held against, absent when none was.
  public var architecture: String?
  /// Experts with at least one token.
  public var expertsSeen: Int
  /// Tokens of the busiest expert over the mean of all, over the whole recording.
  public var maxOverMean: Double
  /// Gini coefficient of tokens per expert, over the whole recording.
  public var gini: Double
  /// Passes of several sizes, empty where K is not known.
  public var passes: [Pass]
  /// The Zipf routing that resembles it most, absent where K is not known or choices are fewer than
  /// experts.
  public var zipf: Zipf?

  /// One layer of the file.
  public struct Layer: Codable, Hashable, Sendable {
    /// Its number, absent when the file names none.
    public var layer: Int?
    /// Its tokens, absent where only counts were recorded.
    public var tokens: Int?
    /// Choices of experts: tokens × K.
    public var choices: Int

    /// A layer of the file, of which at least the choices are known.
    public init(layer: Int?, tokens: Int?, choices: Int) {
      self.layer = layer
      self.tokens = tokens
      self.choices = choices
    }
  }

  /// Passes of one size, means over several of them.
  public struct Pass: Codable, Hashable, Sendable {
    /// T, tokens of a pass.
    public var tokens: Int
    /// Passes behind the means.
    public var passes: Int
    /// D, distinct experts of a pass.
    public var distinctExperts: Double
    /// D expected of tokens that choose independently with the recorded popularities.
    public var distinctExpertsIfIndependent: Double
    /// D expected of tokens that choose independently and uniformly.
    public var distinctExpertsIfUniform: Double
    /// Tokens of the busiest expert over the mean of all.
    public var maxOverMean: Double
    /// Gini coefficient of tokens per expert.
    public var gini: Double

    /// The means over `passes` passes of `tokens` tokens each.
    public init(
      tokens: Int, passes: Int, distinctExperts: Double, distinctExpertsIfIndependent: Double,
      distinctExpertsIfUniform: Double, maxOverMean: Double, gini: Double
    ) {
      self.tokens = tokens
      self.passes = passes
      self.distinctExperts = distinctExperts
      self.distinctExpertsIfIndependent = distinctExpertsIfIndependent
      self.distinctExpertsIfUniform = distinctExpertsIfUniform
      self.maxOverMean = maxOverMean
      self.gini = gini
    }
  }

  /// Zipf's law as it was fitted to the choices.
  public struct Zipf: Codable, Hashable, Sendable {
    /// The exponent of maximum likelihood.
    public var alpha: Double
    /// Kolmogorov-Smirnov distance of choices by rank, from 0 (the law describes them) to 1.
    public var distance: Double
    /// Gini coefficient of the law's popularities.
    public var gini: Double
    /// True when the distance is small enough for the exponent to stand for the recording.
    public var isClose: Bool
    /// What `--routing` takes to draw such a routing: `zipf:0.83`.
    public var routing: String

    /// A fitted law, and the option that draws routing by it.
    public init(alpha: Double, distance: Double, gini: Double, isClose: Bool, routing: String) {
      self.alpha = alpha
      self.distance = distance
      self.gini = gini
      self.isClose = isClose
      self.routing = routing
    }
  }

  /// A document of the current schema.
  public init(
    source: String, kind: String, digest: String, layers: [Layer], layer: Int?, tokens: Int?,
    topK: Int?, experts: Int, architecture: String?, expertsSeen: Int, maxOverMean: Double,
    gini: Double, passes: [Pass], zipf: Zipf?
  ) {
    schema = Self.currentSchema
    self.source = source
    self.kind = kind
    self.digest = digest
    self.layers = layers
    self.layer = layer
    self.tokens = tokens
    self.topK = topK
    self.experts = experts
    self.architecture = architecture
    self.expertsSeen = expertsSeen
    self.maxOverMean = maxOverMean
    self.gini = gini
    self.passes = passes
    self.zipf = zipf
  }
}
