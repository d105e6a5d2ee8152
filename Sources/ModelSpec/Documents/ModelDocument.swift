import LayerSpec

/// One architecture's accounting: the document `tenfold.model/1`.
public struct ModelDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.model/1"

  /// The first routed feed-forward layer, at the document's tokens.
  public struct SparseLayer: Codable, Hashable, Sendable {
    /// All parameters of the layer, those of every expert included.
    public var parameters: Int
    /// FLOPs of its matrix products.
    public var matmulFlops: Int
    /// E, its routed experts.
    public var experts: Int
    /// E[D], the experts that so many tokens are expected to reach when all are equally popular.
    public var expectedDistinctExperts: Double
  }

  /// One decoder layer.
  public struct Layer: Codable, Hashable, Sendable {
    /// Position, from 0.
    public var index: Int
    /// What mixes tokens, as `AttentionSpec.Form` names it; absent when nothing does.
    public var attention: String?
    /// The feed-forward networks: `dense F=28672`, `sparse E=8 K=2 F=14336`.
    public var ffn: [String]
    /// All parameters of the layer.
    public var parameters: Int
    /// Parameters of the layer that one token uses.
    public var activeParameters: Int
    /// FLOPs of the feed-forward networks' matrix products.
    public var ffnMatmulFlops: Int
  }

  /// What one sequence keeps between two steps of decoding.
  public struct Cache: Codable, Hashable, Sendable {
    /// Elements of keys, values and states after the document's tokens.
    public var elements: Int
    /// Elements that every token adds; absent where windows, states or compression make that depend on the
    /// token.
    public var elementsPerToken: Int?
    /// Layers that keep anything.
    public var layers: Int
  }

  /// Name and version of the schema, `tenfold.model/1` in what this version writes.
  public var schema: String
  /// Catalogue id or path.
  public var id: String
  /// `model_type` of the text model.
  public var modelType: String
  /// T, tokens that the FLOPs are counted for.
  public var tokens: Int
  /// H, the hidden size.
  public var hiddenSize: Int
  /// Rows of the embedding.
  public var vocabularySize: Int
  /// True when the head is the embedding.
  public var tiedEmbeddings: Bool
  /// All parameters, tied matrices counted once.
  public var totalParameters: Int
  /// Parameters that one token uses, the embedding left out (`Architecture.activeParameters`).
  public var activeParameters: Int
  /// Parameters of all routed experts of all layers.
  public var routedExpertParameters: Int
  /// The first routed layer; absent in a dense model.
  public var sparseLayer: SparseLayer?
  /// FLOPs of one forward pass with the document's tokens.
  public var forwardFlops: ForwardFLOPs
  /// What a sequence of the document's tokens keeps; absent where layers keep nothing, and in documents of
  /// earlier versions.
  public var cache: Cache?
  /// Every decoder layer, in the order of the model.
  public var layers: [Layer]

  /// The accounting of `architecture` at `tokens` tokens.
  ///
  /// - Throws: `AccountingError` when the number of tokens is negative or too large.
  public init(_ architecture: Architecture, tokens: Int) throws(AccountingError) {
    schema = Self.currentSchema
    id = architecture.id
    modelType = architecture.modelType
    self.tokens = tokens
    hiddenSize = architecture.hidden
    vocabularySize = architecture.vocabulary
    tiedEmbeddings = architecture.tiedEmbeddings
    totalParameters = architecture.totalParameters
    activeParameters = architecture.activeParameters
    routedExpertParameters = architecture.routedExpertParameters
    forwardFlops = try architecture.checkedForwardFLOPs(tokens: tokens)
    if let first = architecture.firstRoutedLayer {
      sparseLayer = SparseLayer(
        parameters: first.parameters,
        matmulFlops: try FFNLayerSpec.sparse(first).checkedMatmulFLOPs(tokens: tokens),
        experts: first.experts,
        expectedDistinctExperts: first.expectedDistinctExperts(tokens: tokens))
    }
    cache = try Cache(architecture, tokens: tokens)
    layers = architecture.layers.enumerated().map { index, layer in
      Layer(
        index: index, attention: layer.attention?.form.rawValue,
        ffn: layer.feedForwards.map(\.label), parameters: layer.parameters,
        activeParameters: layer.activeParameters,
        ffnMatmulFlops: layer.feedForwards.reduce(0) { $0 + $1.matmulFLOPs(tokens: tokens) })
    }
  }
}

extension ModelDocument.Cache {
  /// - Throws: `AccountingError` when the elements are too many to count.
  fileprivate init?(_ architecture: Architecture, tokens: Int) throws(AccountingError) {
    let cache = architecture.cacheElements(context: tokens)
    guard !cache.layers.isEmpty else { return nil }
    elements = try AccountingError.narrow(cache.total, tokens: tokens)
    layers = cache.layers.reduce(0) { $0 + $1.count }
    elementsPerToken = cache.elementsPerToken
  }
}
