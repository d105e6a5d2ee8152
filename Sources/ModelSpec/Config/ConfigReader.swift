import LayerSpec

/// Typed access to the keys of one configuration, with the defaults of its family.
///
/// A key may have several names (`num_local_experts`, `num_experts`); the first that the file has
/// wins. A key that the file lacks takes the default that the family's configuration class
/// documents (`FamilyDefaults`). An explicit `null` is kept apart from an absent key: it means
/// "none", also where the default is a number.
struct ConfigReader {
  /// `model_type`, the family whose defaults apply.
  let modelType: String
  /// Keys and values of the file, or of the nested object that describes the text model.
  let values: [String: ConfigValue]
  /// Keys and values that the family's configuration class documents.
  let defaults: [String: ConfigValue]
  /// Where `values` stands in the file: empty, or `text_config.`.
  let place: String

  /// The largest size that is accepted.
  ///
  /// No model has one near it, and products of two such sizes stay far inside 63 bits.
  static let largestSize = 1 << 28

  /// The largest number of layers that is accepted.
  static let mostLayers = 10_000

  /// The value under the first of `keys` that is there; `nil` for an explicit or documented null.
  private func value(_ keys: [String]) -> (key: String, value: ConfigValue)? {
    for source in [values, defaults] {
      for key in keys {
        guard let value = source[key] else { continue }
        return value == .null ? nil : (key, value)
      }
    }
    return nil
  }

  private func missing(_ keys: [String], _ what: String) -> ConfigError {
    let key = keys[0]
    if values[key] == .null { return ConfigError("\(place)\(key) is null; give \(what)") }
    return ConfigError(
      "\(place)\(key) is missing, and \(modelType) has no default for it; give \(what)")
  }

  // MARK: - Numbers

  /// A size of at least 1.
  func size(_ keys: String...) throws(ConfigError) -> Int { try size(keys) }

  func size(_ keys: [String]) throws(ConfigError) -> Int {
    guard let size = try integer(keys, atLeast: 1) else {
      throw missing(keys, "an integer of at least 1")
    }
    return size
  }

  /// A size of at least 1, `nil` when the configuration has none.
  func optionalSize(_ keys: String...) throws(ConfigError) -> Int? {
    try integer(keys, atLeast: 1)
  }

  /// A count of 0 or more; 0 when the configuration does not give one.
  func count(_ keys: String...) throws(ConfigError) -> Int {
    try integer(keys, atLeast: 0) ?? 0
  }

  /// An index from 0; `nil` for -1, which stands for the last one, and when the configuration has
  /// none.
  func lastIndex(_ key: String) throws(ConfigError) -> Int? {
    guard let (_, value) = value([key]), value != .integer(-1) else { return nil }
    return try integer(value, key, atLeast: 0)
  }

  private func integer(_ keys: [String], atLeast minimum: Int) throws(ConfigError) -> Int? {
    guard let (key, value) = value(keys) else { return nil }
    return try integer(value, key, atLeast: minimum)
  }

  private func integer(
    _ value: ConfigValue, _ key: String, atLeast minimum: Int
  ) throws(ConfigError) -> Int {
    let integer: Int? =
      switch value {
      case .integer(let integer): integer
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let integer, integer >= minimum, integer <= Self.largestSize else {
      throw ConfigError(
        "\(place)\(key) is \(value.inWords); give an integer from \(minimum) to \(Self.largestSize)"
      )
    }
    return integer
  }

  /// A real number that a 32-bit float can hold.
  func number(_ keys: String...) throws(ConfigError) -> Double {
    guard let (key, value) = value(keys) else { throw missing(keys, "a number") }
    switch value {
    case .integer(let integer): return Double(integer)
    case .number(let number) where Float(number).isFinite: return number
    default:
      throw ConfigError("\(place)\(key) is \(value.inWords); give a number that fits in 32 bits")
    }
  }

  // MARK: - Words and switches

  /// A Boolean; false when the configuration does not give one.
  func flag(_ keys: String...) throws(ConfigError) -> Bool {
    guard let (key, value) = value(keys) else { return false }
    guard case .flag(let flag) = value else {
      throw ConfigError("\(place)\(key) is \(value.inWords); give true or false")
    }
    return flag
  }

  /// A word, `nil` when the configuration has none.
  func word(_ keys: String...) throws(ConfigError) -> String? { try word(keys) }

  func word(_ keys: [String]) throws(ConfigError) -> String? {
    guard let (key, value) = value(keys) else { return nil }
    guard case .text(let word) = value else {
      throw ConfigError("\(place)\(key) is \(value.inWords); give a string")
    }
    return word
  }

  // MARK: - Lists and objects

  /// A list of words, `nil` when the configuration has none.
  func words(_ keys: String...) throws(ConfigError) -> [String]? {
    guard let (key, value) = value(keys) else { return nil }
    guard case .list(let list) = value else {
      throw ConfigError("\(place)\(key) is \(value.inWords); give a list of strings")
    }
    var words: [String] = []
    for element in list {
      guard case .text(let word) = element else {
        throw ConfigError("\(place)\(key) holds \(element.inWords); give a list of strings")
      }
      words.append(word)
    }
    return words
  }

  /// A list of numbers of at least 0, `nil` when the configuration has none.
  func counts(_ keys: String...) throws(ConfigError) -> [Int]? {
    guard let (key, value) = value(keys) else { return nil }
    guard case .list(let list) = value else {
      throw ConfigError("\(place)\(key) is \(value.inWords); give a list of integers")
    }
    var counts: [Int] = []
    for element in list { counts.append(try integer(element, key, atLeast: 0)) }
    return counts
  }

  /// True when the file or the family's defaults give a value other than null.
  func has(_ key: String) -> Bool { value([key]) != nil }

  /// True when the value is the word "auto" or there is none.
  func isAutomatic(_ key: String) throws(ConfigError) -> Bool {
    guard let (_, value) = value([key]) else { return true }
    return value == .text("auto")
  }

  /// A size of each layer, where the configuration gives one for all of them or a list.
  func sizePerLayer(_ key: String, layers: Int) throws(ConfigError) -> [Int] {
    guard let (_, value) = value([key]) else { throw missing([key], "an integer or a list") }
    guard case .list(let list) = value else {
      return Array(repeating: try integer(value, key, atLeast: 1), count: layers)
    }
    guard list.count >= layers else {
      throw ConfigError("\(place)\(key) has \(list.count) entries for \(layers) layers")
    }
    var sizes: [Int] = []
    for element in list.prefix(layers) { sizes.append(try integer(element, key, atLeast: 1)) }
    return sizes
  }

  /// The configuration nested under `key`, with its own defaults under the same key.
  func nested(_ key: String) throws(ConfigError) -> ConfigReader {
    func object(_ value: ConfigValue?) throws(ConfigError) -> [String: ConfigValue] {
      switch value {
      case nil, .null: return [:]
      case .object(let object): return object
      case .some(let other):
        throw ConfigError("\(place)\(key) is \(other.inWords); give an object {…}")
      }
    }
    return ConfigReader(
      modelType: modelType, values: try object(values[key]), defaults: try object(defaults[key]),
      place: "\(place)\(key).")
  }
}

/// A configuration that does not describe a model, with the sentence that says why.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which field, which value, and what to do.
  public let description: String

  /// An error whose sentence names the key.
  public init(_ description: String) {
    self.description = description
  }
}
