/// Finds where a document stops being JSON (RFC 8259), which the decoder does not tell.
///
/// Only what was refused is looked at, so that a reader with an editor finds the place; what is a word that Python
/// writes for a number counts as a value, as in `JSONInput`.
struct JSONSyntax {
  private let bytes: [UInt8]
  private var index = 0
  /// The brackets that are open, the outermost first.
  private var open: [UInt8] = []

  /// Where the first byte is that cannot be there, the number of bytes for a document that ends too early;
  /// `nil` for JSON.
  static func firstFault(in bytes: [UInt8]) -> Int? {
    var syntax = JSONSyntax(bytes)
    return syntax.fault()
  }

  /// The fault as a clause without a full stop; `nil` for JSON.
  static func sentence(on bytes: [UInt8]) -> String? {
    firstFault(in: bytes).map { offset in
      offset == bytes.count
        ? "the document is not valid JSON: it ends at byte \(offset), before it is complete"
        : "the document is not valid JSON at byte \(offset)"
    }
  }

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What may come next.
  private enum Place {
    case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd
  }

  private mutating func fault() -> Int? {
    var place = Place.value
    while true {
      while index < bytes.count, JSONInput.isWhiteSpace(bytes[index]) { index += 1 }
      guard index < bytes.count else {
        return place == .commaOrEnd && open.isEmpty ? nil : bytes.count
      }
      let (byte, start) = (bytes[index], index)
      switch (place, byte) {
      case (.valueOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")):
        open.removeLast()
        index += 1
        place = .commaOrEnd
      case (.value, UInt8(ascii: "[")), (.valueOrEnd, UInt8(ascii: "[")):
        open.append(byte)
        index += 1
        place = .valueOrEnd
      case (.value, UInt8(ascii: "{")), (.valueOrEnd, UInt8(ascii: "{")):
        open.append(byte)
        index += 1
        place = .keyOrEnd
      case (.value, _), (.valueOrEnd, _):
        if let fault = passScalar() { return fault }
        place = .commaOrEnd
      case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
        if let fault = passString() { return fault }
        place = .colon
      case (.colon, UInt8(ascii: ":")):
        index += 1
        place = .value
      case (.commaOrEnd, UInt8(ascii: ",")) where !open.isEmpty:
        index += 1
        place = open.last == UInt8(ascii: "{") ? .key : .value
      case (.commaOrEnd, UInt8(ascii: "]")) where open.last == UInt8(ascii: "["),
        (.commaOrEnd, UInt8(ascii: "}")) where open.last == UInt8(ascii: "{"):
        open.removeLast()
        index += 1
      default: return start
      }
    }
  }

  /// Steps over a string, a number or a word.
  ///
  /// - Returns: where it is none; `nil` when it is one.
  private mutating func passScalar() -> Int? {
    if bytes[index] == UInt8(ascii: "\"") { return passString() }
    let start = index
    let end = bytes[start...].firstIndex { !Self.isOfWord($0) } ?? bytes.count
    guard end > start else { return start }
    index = end
    let word = bytes[start..<end]
    if Self.words.contains(where: word.elementsEqual) || JSONInput.isWord(word) { return nil }
    return Self.faultOfNumber(word)
  }

  private static let words = ["true", "false", "null"].map { Array($0.utf8) }

  /// Letters, digits, signs and points: what numbers and words are made of.
  private static func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Where a word is no number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private static func faultOfNumber(_ word: ArraySlice<UInt8>) -> Int? {
    var index = word.startIndex
    func has(_ accepted: String) -> Bool {
      index < word.endIndex && accepted.utf8.contains(word[index])
    }
    func passDigits() -> Bool {
      let start = index
      while has("0123456789") { index += 1 }
      return index > start
    }
    if has("-") { index += 1 }
    if has("0") { index += 1 } else if !passDigits() { return index }
    if has(".") {
      index += 1
      if !passDigits() { return index }
    }
    if has("eE") {
      index += 1
      if has("+-") { index += 1 }
      if !passDigits() { return index }
    }
    return index == word.endIndex ? nil : index
  }

  /// Steps over a string.
  ///
  /// - Returns: where a control character or an escape is that cannot be there, or the end of the document.
  private mutating func passString() -> Int? {
    index += 1
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        return nil
      case UInt8(ascii: "\\"):
        guard index + 1 < bytes.count else { return bytes.count }
        guard #""\/bfnrtu"#.utf8.contains(bytes[index + 1]) else { return index }
        index += 2
      case 0..<0x20: return index
      default: index += 1
      }
    }
    return bytes.count
  }
}
