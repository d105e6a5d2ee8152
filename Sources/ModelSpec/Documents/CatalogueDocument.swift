/// The JSON document `tenfold.models/1`.
public struct CatalogueDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.models/1"

  /// Name and version of the schema, `tenfold.models/1` in what this version writes.
  public var schema: String
  /// The architectures, in the catalogue's order.
  public var models: [Model]

  /// One architecture of the catalogue.
  public struct Model: Codable, Hashable, Sendable {
    /// Catalogue id.
    public var id: String
    /// `model_type` of the configuration.
    public var modelType: String
    /// All parameters, tied matrices counted once.
    public var totalParameters: Int
    /// Parameters that one token uses (`Architecture.activeParameters`).
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
