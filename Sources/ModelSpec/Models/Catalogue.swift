import FoundationEssentials

/// The architectures that Tenfold knows by name.
///
/// To add one, add one object to `Data/catalogue.json`; `Data/catalogue.schema.json` describes it. Its
/// `config` is read by the same code as a file.
public enum Catalogue {
  /// One published model.
  public struct Entry: Hashable, Sendable, Decodable {
    /// Catalogue id, such as `mixtral-8x7b`.
    public let id: String
    /// Repository on the Hugging Face hub, `nil` when there is none.
    public let hfID: String?
    /// Total parameters as the publisher states them, `nil` when unpublished.
    public let publishedTotal: String?
    /// Active parameters as the publisher states them, `nil` when unpublished.
    public let publishedActive: String?
    /// Tokens of pre-training as the publisher states them, `nil` when unpublished.
    public let trainingTokens: String?
    /// Where the sizes were read.
    public let source: String
    /// `seen` in a source at hand, or from `memory`.
    public let provenance: String
    /// What a reader should know, `nil` for nothing.
    public let notes: String?
    /// Keys of its `config.json` as far as they decide shapes and routing; `nil` when its sizes
    /// were never published.
    let config: [String: ConfigValue]?

    enum CodingKeys: String, CodingKey {
      case id, source, provenance, notes, config
      case hfID = "hf_id"
      case publishedTotal = "published_total"
      case publishedActive = "published_active"
      case trainingTokens = "training_tokens"
    }
  }

  /// Every model of the data file, in its order.
  public static let entries: [Entry] = {
    do {
      return try JSONDecoder().decode([Entry].self, from: Data(EmbeddedText.catalogue.utf8))
    } catch {
      preconditionFailure("Data/catalogue.json: \(DocumentCoding.sentence(error))")
    }
  }()

  /// The models whose sizes are known.
  ///
  /// Those of Llama 4 Behemoth are not; it was announced without them.
  public static let architectures: [Architecture] = entries.compactMap(architecture(of:))

  /// The architecture of that id, `nil` when there is none.
  ///
  /// Only its own configuration is read: most commands name one or two models, and reading all
  /// takes longer than the rest of such a command.
  public static func architecture(id: String) -> Architecture? {
    entry(id: id).flatMap(architecture(of:))
  }

  /// The entry of that id, `nil` when there is none.
  public static func entry(id: String) -> Entry? {
    entries.first { $0.id == id }
  }

  private static func architecture(of entry: Entry) -> Architecture? {
    guard let config = entry.config else { return nil }
    do {
      return try Architecture(config: config, id: entry.id)
    } catch {
      preconditionFailure("the catalogue's \(entry.id) is not valid: \(error)")
    }
  }
}
