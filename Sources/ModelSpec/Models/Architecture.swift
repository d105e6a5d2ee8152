import LayerSpec

/// A model as accounting and measuring see it: its layers, and the tables at both ends.
public struct Architecture: Hashable, Sendable {
  /// Catalogue id, or the path of the configuration file.
  public var id: String
  /// `model_type` of the configuration.
  public let modelType: String
  /// H, the hidden size.
  public let hidden: Int
  /// Rows of the token embedding and of the head.
  public let vocabulary: Int
  /// True when the head multiplies with the token embedding itself.
  public let tiedEmbeddings: Bool
  /// Every layer in order; an encoder's layers come before its decoder's.
  public let layers: [DecoderLayer]
  /// Tables and matrices outside the layers.
  public let surroundings: Surroundings

  /// What a model has outside its layers, token embedding and head apart.
  public struct Surroundings: Hashable, Sendable {
    /// Further tables of which a token reads a row: positions, Gemma's per-layer embeddings.
    public var tables: [Table]
    /// Matrices that every token is multiplied with.
    public var projections: [LinearSpec]
    /// Norms and whatever else takes part in no product.
    public var otherParameters: Int
    /// True when the head has a bias of one element per word.
    public var headHasBias: Bool

    /// A table of which a token reads one row.
    public struct Table: Hashable, Sendable {
      /// Rows, such as one for each position.
      public let rows: Int
      /// Elements of a row.
      public let columns: Int

      /// A table; its size is checked when it becomes part of an `Architecture`.
      public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
      }
    }

    /// By default nothing but `otherParameters`, such as a final norm: no table, no matrix and no
    /// bias.
    public init(
      tables: [Table] = [], projections: [LinearSpec] = [],
      otherParameters: Int, headHasBias: Bool = false
    ) {
      self.tables = tables
      self.projections = projections
      self.otherParameters = otherParameters
      self.headHasBias = headHasBias
    }
  }

  /// - Throws: `ConfigError` when the parameters are too many to count.
  public init(
    id: String, modelType: String, hidden: Int, vocabulary: Int, tiedEmbeddings: Bool,
    layers: [DecoderLayer], surroundings: Surroundings
  ) throws(ConfigError) {
    self.id = id
    self.modelType = modelType
    self.hidden = hidden
    self.vocabulary = vocabulary
    self.tiedEmbeddings = tiedEmbeddings
    self.layers = layers
    self.surroundings = surroundings
    guard parameterCount <= Count.parameterLimit else {
      throw ConfigError("the sizes multiply to more parameters than can be counted; check them")
    }
  }
}
