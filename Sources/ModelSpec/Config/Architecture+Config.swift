import FoundationEssentials
import LayerSpec

extension Architecture {
  /// Reads a Hugging Face `config.json`.
  ///
  /// The text model of a multimodal configuration is read (`text_config` and its other names). A
  /// key that the file lacks takes the default that the configuration class of transformers 5.23
  /// documents; families that are only remote code have none.
  ///
  /// - Parameters:
  ///   - configJSON: The file's bytes.
  ///   - id: The id of the architecture, such as the path of the file.
  /// - Throws: `ConfigError` for bytes that are no JSON object, an unknown `model_type`, and values
  ///   that are missing, of the wrong type, or describe no model.
  public init(configJSON: [UInt8], id: String) throws(ConfigError) {
    try self.init(config: ConfigValue.object(parsing: configJSON), id: id)
  }

  /// Every `model_type` that can be read, sorted.
  public static var knownModelTypes: [String] {
    let composites = Family.known.keys.filter { $0.hasSuffix("_text") }.map { $0.dropLast(5) }
    return Set(Family.known.keys).union(composites.map(String.init)).sorted()
  }

  init(config: [String: ConfigValue], id: String) throws(ConfigError) {
    let reader = try ConfigReader(document: config)
    guard let family = Family.known[reader.modelType] else {
      throw ConfigError(
        "\(reader.place)model_type is \"\(reader.modelType)\", which Tenfold does not know; it knows "
          + Self.knownModelTypes.joined(separator: ", "))
    }
    let parts = try family.read(reader)
    try self.init(
      id: id, modelType: reader.modelType, hidden: parts.hidden, vocabulary: parts.vocabulary,
      tiedEmbeddings: parts.tiedEmbeddings, layers: parts.layers, surroundings: parts.surroundings)
  }
}

extension ConfigReader {
  /// Keys under which multimodal configurations keep their text model.
  private static let nests = ["text_config", "llm_config", "language_config"]

  /// Reads the document's text model, or the document itself where it is one.
  init(document: [String: ConfigValue]) throws(ConfigError) {
    for nest in Self.nests {
      guard case .object(var values)? = document[nest] else { continue }
      let outer = try Self.modelType(document, place: "")
      // Older files say the text model's type only on the outside.
      let inner =
        values["model_type"] == nil
        ? outer.map(Self.textType) : try Self.modelType(values, place: "\(nest).")
      guard let inner else { throw Self.noModelType("\(nest).") }
      // Tying is said on either level.
      if values["tie_word_embeddings"] == nil {
        values["tie_word_embeddings"] = document["tie_word_embeddings"]
      }
      self.init(
        modelType: Self.textType(inner), values: values,
        defaults: FamilyDefaults.values(of: Self.textType(inner)), place: "\(nest).")
      return
    }
    guard let type = try Self.modelType(document, place: "") else { throw Self.noModelType("") }
    self.init(
      modelType: Self.textType(type), values: document,
      defaults: FamilyDefaults.values(of: Self.textType(type)), place: "")
  }

  private static func noModelType(_ place: String) -> ConfigError {
    ConfigError(
      "\(place)model_type is missing; give one of \(Architecture.knownModelTypes.joined(separator: ", "))"
    )
  }

  private static func modelType(
    _ values: [String: ConfigValue], place: String
  ) throws(ConfigError) -> String? {
    switch values["model_type"] {
    case nil, .null: return nil
    case .text(let type): return type
    case .some(let other):
      throw ConfigError("\(place)model_type is \(other.inWords); give a string")
    }
  }

  /// The text family of a multimodal type, else the type itself.
  private static func textType(_ type: String) -> String {
    let text = type + "_text"
    return Family.known[type] == nil && Family.known[text] != nil ? text : type
  }
}
