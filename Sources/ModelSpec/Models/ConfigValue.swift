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
  /// configurations has one), so a document with those words may be read as JSON5.
  ///
  /// - Throws: `ConfigError` when the bytes are no JSON object.
  static func object(parsing bytes: [UInt8]) throws(ConfigError) -> [String: ConfigValue] {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    let text = String(decoding: bytes, as: UTF8.self)
    decoder.allowsJSON5 = text.contains("Infinity") || text.contains("NaN")
    guard !hasTrailingComma(bytes) else {
      throw ConfigError("a comma stands before a closing bracket; remove it")
    }
    let value: ConfigValue
    do {
      value = try decoder.decode(ConfigValue.self, from: data)
    } catch {
      throw ConfigError("\(DocumentCoding.sentence(error)); check that the file is whole")
    }
    guard case .object(let object) = value else {
      throw ConfigError("the document is \(value.kind), and a configuration is an object {…}")
    }
    return object
  }

  /// True when a list or an object ends in a comma, which JSON forbids and `JSONDecoder` overlooks.
  private static func hasTrailingComma(_ bytes: [UInt8]) -> Bool {
    var isInString = false
    var isEscaped = false
    var followsComma = false
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
      case UInt8(ascii: "}"), UInt8(ascii: "]"): if followsComma { return true }
      case UInt8(ascii: "\""): isInString = true
      default: break
      }
      followsComma = byte == UInt8(ascii: ",")
    }
    return false
  }

  /// The kind of value, for sentences.
  var kind: String {
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
