/// One tensor as the header of a safetensors file describes it, checked for form only.
struct HeaderEntry {
  var name: String
  var dataType: DataType
  var shape: [Int]
  var begin: Int
  var end: Int
}

/// Reads the JSON header of a safetensors file.
///
/// The header is a small and fixed form of JSON: an object of tensor entries, each an object of one
/// string and two arrays of whole numbers, and one object of strings named `__metadata__`. A
/// general decoder would hide what must be refused here: of two equal names it keeps one. So the
/// form is scanned as it stands, and whatever is not of this form is refused with the byte where it
/// stops being so.
struct HeaderScanner {
  private let bytes: [UInt8]
  private var position = 0

  /// A scanner over a header, which is checked to be UTF-8 as a whole, so that no string in it need be.
  init(_ bytes: [UInt8]) throws(CheckpointError) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .headerNotText }
    self.bytes = bytes
  }

  /// Every tensor in the order of the header, and the metadata.
  mutating func scan() throws(CheckpointError) -> (
    entries: [HeaderEntry], metadata: [String: String]
  ) {
    var entries: [HeaderEntry] = []
    var metadata: [String: String] = [:]
    var names: Set<String> = []
    try members { (scanner, name) throws(CheckpointError) in
      guard names.insert(name).inserted else { throw .repeatedName(name) }
      if name == "__metadata__" {
        metadata = try scanner.strings()
      } else {
        entries.append(try scanner.entry(name))
      }
    }
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the header") }
    return (entries, metadata)
  }

  // MARK: The format's words

  private mutating func entry(_ name: String) throws(CheckpointError) -> HeaderEntry {
    var dataType: DataType?
    var shape: [Int]?
    var offsets: [Int]?
    try members { (scanner, field) throws(CheckpointError) in
      let isRepeated =
        switch field {
        case "dtype": dataType != nil
        case "shape": shape != nil
        case "data_offsets": offsets != nil
        default: throw .tensor(name: name, flaw: .unknownField(field))
        }
      if isRepeated { throw .tensor(name: name, flaw: .repeatedField(field)) }
      switch field {
      case "dtype":
        let word = try scanner.string()
        guard let known = DataType(rawValue: word) else {
          throw .tensor(name: name, flaw: .unknownDataType(word))
        }
        dataType = known
      case "shape": shape = try scanner.counts(field, of: name)
      default: offsets = try scanner.counts(field, of: name)
      }
    }
    guard let dataType else { throw .tensor(name: name, flaw: .missingField("dtype")) }
    guard let shape else { throw .tensor(name: name, flaw: .missingField("shape")) }
    guard let offsets else { throw .tensor(name: name, flaw: .missingField("data_offsets")) }
    guard offsets.count == 2 else {
      throw .tensor(name: name, flaw: .offsetCount(offsets.count))
    }
    return HeaderEntry(
      name: name, dataType: dataType, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private mutating func strings() throws(CheckpointError) -> [String: String] {
    var result: [String: String] = [:]
    try members { (scanner, name) throws(CheckpointError) in
      guard result[name] == nil else { throw .repeatedName(name) }
      result[name] = try scanner.string()
    }
    return result
  }

  private mutating func counts(
    _ field: String, of tensor: String
  ) throws(CheckpointError) -> [Int] {
    var result: [Int] = []
    try expect(Self.openBracket)
    if take(Self.closeBracket) { return result }
    repeat {
      skipSpace()
      let text = numberText()
      guard !text.isEmpty else { throw unexpected("a whole number") }
      // JSON has no leading zeros and no plus sign; `Int` would read both.
      let isPlain = text.allSatisfy(\.isNumber) && (text == "0" || !text.hasPrefix("0"))
      guard isPlain, let value = Int(text) else {
        let shown = text.count <= 40 ? text : "\(text.prefix(40))…"
        throw .tensor(name: tensor, flaw: .notACount(field: field, value: shown))
      }
      result.append(value)
    } while take(Self.comma)
    try expect(Self.closeBracket)
    return result
  }

  // MARK: JSON

  /// Calls `body` behind the colon of every member of the object that starts here.
  private mutating func members(
    _ body: (inout HeaderScanner, String) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try expect(Self.openBrace)
    if take(Self.closeBrace) { return }
    repeat {
      let name = try string()
      try expect(Self.colon)
      try body(&self, name)
    } while take(Self.comma)
    try expect(Self.closeBrace)
  }

  private mutating func string() throws(CheckpointError) -> String {
    try expect(Self.quote)
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case Self.quote:
        position += 1
        return String(decoding: text, as: UTF8.self)
      case Self.backslash:
        position += 1
        text.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        throw unexpected("a printable character")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw unexpected("the end of a string")
  }

  private mutating func escape() throws(CheckpointError) -> Unicode.Scalar {
    guard position < bytes.count else { throw unexpected("an escaped character") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case Self.quote, Self.backslash, UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default:
      position -= 1
      throw unexpected("an escaped character")
    }
  }

  /// The scalar of `\u` and four hexadecimal digits, or of a pair of them where UTF-16 takes two.
  private mutating func escapedScalar() throws(CheckpointError) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count,
      bytes[position] == Self.backslash, bytes[position + 1] == UInt8(ascii: "u")
    else { throw unexpected("the second half of a surrogate pair") }
    position += 2
    let trail = try hexadecimal()
    guard UTF16.isTrailSurrogate(trail) else {
      throw unexpected("the second half of a surrogate pair")
    }
    let pair = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
    guard let scalar = Unicode.Scalar(pair) else { throw unexpected("a Unicode scalar") }
    return scalar
  }

  private mutating func hexadecimal() throws(CheckpointError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw unexpected("four hexadecimal digits") }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  /// The run of characters that JSON's numbers consist of, well formed or not, so that a message can show all
  /// of it; empty when there is none here.
  private mutating func numberText() -> String {
    let start = position
    while position < bytes.count, Self.numberCharacters.contains(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipSpace() {
    while position < bytes.count, Self.space.contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(CheckpointError) {
    guard take(byte) else { throw unexpected("'\(Character(Unicode.Scalar(byte)))'") }
  }

  private func unexpected(_ expected: String) -> CheckpointError {
    let found: String
    if position >= bytes.count {
      found = "its end"
    } else if (0x20..<0x7f).contains(bytes[position]) {
      found = "'\(Character(Unicode.Scalar(bytes[position])))'"
    } else {
      found = "byte value \(bytes[position])"
    }
    return .headerSyntax(byte: position, expected: expected, found: found)
  }

  private static let openBrace = UInt8(ascii: "{")
  private static let closeBrace = UInt8(ascii: "}")
  private static let openBracket = UInt8(ascii: "[")
  private static let closeBracket = UInt8(ascii: "]")
  private static let comma = UInt8(ascii: ",")
  private static let colon = UInt8(ascii: ":")
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")
  private static let space = Array(" \t\n\r".utf8)
  private static let numberCharacters = Array("+-.0123456789Ee".utf8)
}
