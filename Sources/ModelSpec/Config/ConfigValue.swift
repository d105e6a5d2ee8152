import FoundationEssentials

/// A value of a `config.json`.
enum ConfigValue: Hashable, Sendable, Decodable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([ConfigValue])
  case object([String: ConfigValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([ConfigValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: ConfigValue].self))
    }
  }

  /// The object that a document holds.
  ///
  /// Python writes `Infinity` and `NaN`, which JSON does not know (`time_step_limit` of Mamba
  /// configurations has one); they are read as texts.
  ///
  /// - Throws: `ConfigError` when the bytes are no JSON object.
  static func object(parsing bytes: [UInt8]) throws(ConfigError) -> [String: ConfigValue] {
    let value: ConfigValue
    do {
      value = try JSONDecoder().decode(ConfigValue.self, from: try JSONInput(bytes).data)
    } catch let error as RecordError {
      throw ConfigError(error.description)
    } catch {
      throw ConfigError("\(DocumentCoding.sentence(error)); check that the file is whole")
    }
    guard case .object(let object) = value else {
      throw ConfigError("the document is \(value.inWords), and a configuration is an object {…}")
    }
    return object
  }

  /// The value in a sentence: itself, or `a list` and `an object`.
  var inWords: String {
    switch self {
    case .null: "null"
    case .flag(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .list: "a list"
    case .object: "an object"
    }
  }
}
