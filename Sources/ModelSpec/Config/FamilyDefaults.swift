import FoundationEssentials

/// The values of keys that a configuration leaves out, from `Data/familyDefaults.json`, whose
/// schema says where they were read.
enum FamilyDefaults {
  /// The documented defaults of one `model_type`, empty for a family that has none.
  static func values(of modelType: String) -> [String: ConfigValue] { table[modelType] ?? [:] }

  static let table: [String: [String: ConfigValue]] = {
    do {
      let decoder = JSONDecoder()
      return try decoder.decode(
        [String: [String: ConfigValue]].self, from: Data(EmbeddedText.familyDefaults.utf8))
    } catch {
      preconditionFailure("Data/familyDefaults.json: \(DocumentCoding.sentence(error))")
    }
  }()
}
