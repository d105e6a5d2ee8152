import FoundationEssentials

/// Bytes that are fit for a JSON decoder: valid UTF-8, not nested beyond reason, without commas at the end of
/// lists, and without the words that Python writes for numbers which JSON does not have.
///
/// One pass over the bytes, before any decoder sees them. Foundation's reader of JSON5, which knows
/// `Infinity`, traps on some byte sequences that are no UTF-8; its reader of JSON overlooks commas before
/// closing brackets; and decoding a value of any kind takes time that grows with the cube of its depth.
struct JSONInput {
  /// The document in JSON, with Python's words for numbers made strings.
  let data: Data

  /// Lists and objects within each other that are accepted: published configurations have fewer than ten.
  static let mostDepth = 128

  /// Words for numbers that Python's `json` module writes and JSON does not have.
  private static let words = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }

  /// - Throws: `RecordError` with the sentence that says what and where.
  init(_ bytes: [UInt8]) throws(RecordError) {
    if let offset = Self.firstInvalidByte(of: bytes) {
      throw RecordError("byte \(offset) is no UTF-8; write the file again as UTF-8")
    }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var depth = 0
    var followsComma = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        let end = Self.endOfString(bytes, from: index)
        output += bytes[index..<end]
        index = end
        followsComma = false
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        guard depth <= Self.mostDepth else {
          throw RecordError(
            "lists and objects are nested deeper than \(Self.mostDepth) levels at byte \(index); "
              + "give a file that a program wrote")
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        guard !followsComma else {
          throw RecordError("a comma stands before a closing bracket; remove it")
        }
      default:
        if let word = Self.word(in: bytes, at: index) {
          // As a text it is the wrong type for every number, and so never taken for one.
          output.append(UInt8(ascii: "\""))
          output += word
          output.append(UInt8(ascii: "\""))
          index += word.count
          followsComma = false
          continue
        }
      }
      if !Self.isWhiteSpace(byte) { followsComma = byte == UInt8(ascii: ",") }
      output.append(byte)
      index += 1
    }
    data = Data(output)
  }

  /// Where the first sequence begins that is no UTF-8; `nil` when there is none.
  private static func firstInvalidByte(of bytes: [UInt8]) -> Int? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var valid = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): valid += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return valid
      }
    }
  }

  /// The index behind a string's closing quotation mark, or behind the last byte where there is none.
  static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      index += 1
      if bytes[index - 1] == UInt8(ascii: "\"") { return index }
    }
    return bytes.count
  }

  /// Whether a text is one of the words.
  static func isWord(_ text: some Sequence<UInt8>) -> Bool {
    words.contains { $0.elementsEqual(text) }
  }

  private static func word(in bytes: [UInt8], at index: Int) -> [UInt8]? {
    words.first { bytes[index...].starts(with: $0) }
  }

  static func isWhiteSpace(_ byte: UInt8) -> Bool {
    [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains(byte)
  }
}
