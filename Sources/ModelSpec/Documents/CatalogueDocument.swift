/// The JSON document `tenfold.models/1`.
public struct CatalogueDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.models/1"

  /// `tenfold.models/1`.
  public var schema: String
  /// The architectures, in the catalogue's order.
  public var models: [Model]

  /// One architecture.
  public struct Model: Codable, Hashable, Sendable {
    /// Catalogue id.
    public var id: String
    /// `model_type` of the configuration.
    public var modelType: String
    /// Everything learned.
    public var totalParameters: Int
    /// What one token uses.
    public var activeParameters: Int
  }

  /// The document of these architectures.
  public init(_ architectures: [Architecture]) {
    schema = Self.currentSchema
    models = architectures.map {
      Model(
        id: $0.id, modelType: $0.modelType, totalParameters: $0.totalParameters,
        activeParameters: $0.activeParameters)
    }
  }
}
