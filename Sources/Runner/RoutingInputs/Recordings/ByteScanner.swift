/// A place in the bytes of a file, and the line that it is on.
///
/// Lines end with LF, or with CR and LF.
struct ByteScanner {
  private let bytes: [UInt8]
  private(set) var index: Int
  /// From 1.
  private(set) var line = 1

  /// Starts behind the byte order mark, if there is one.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The byte here, `nil` at the end.
  var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Steps over one byte.
  mutating func advance() {
    if bytes[index] == Byte.newline { line += 1 }
    index += 1
  }

  /// Steps over spaces, tabs and ends of lines.
  mutating func skipWhitespace() {
    while index < bytes.count {
      switch bytes[index] {
      case Byte.newline: line += 1
      case Byte.space, Byte.tab, Byte.carriageReturn: break
      default: return
      }
      index += 1
    }
  }

  /// Steps over spaces, and tabs unless they mean something.
  mutating func skipBlanks(tabs: Bool) {
    while let byte = current, byte == Byte.space || (tabs && byte == Byte.tab) { index += 1 }
  }

  /// True at the end of a line or of the file.
  var isAtLineEnd: Bool {
    switch current {
    case nil, Byte.newline: true
    case Byte.carriageReturn: index + 1 == bytes.count || bytes[index + 1] == Byte.newline
    default: false
    }
  }

  /// Steps over the rest of the line and its end.
  mutating func skipLine() {
    while let byte = current, byte != Byte.newline { index += 1 }
    if current != nil { advance() }
  }

  /// Steps over the byte if it is here, after white space.
  mutating func skip(_ byte: UInt8) -> Bool {
    skipWhitespace()
    guard current == byte else { return false }
    index += 1
    return true
  }

  /// Takes the byte, after white space; `purpose` says what it is for.
  mutating func expect(_ byte: UInt8, _ purpose: String) throws(RecordingError) {
    guard skip(byte) else { throw unexpected("\(Byte.name(byte)) \(purpose)") }
  }

  /// The byte here is not the one that belongs here.
  func unexpected(_ wanted: String) -> RecordingError {
    guard let current else {
      return RecordingError(
        line: line, "the file ends where \(wanted) is expected; it may have been cut off")
    }
    return RecordingError(line: line, "\(Byte.name(current)) stands where \(wanted) is expected")
  }

  /// The bytes from a place up to here.
  func text(from start: Int) -> String { String(decoding: bytes[start..<index], as: UTF8.self) }
}

// MARK: - Numbers

extension ByteScanner {
  /// Digits that are quoted in a message: more than a 64-bit number has.
  private static let quotedDigits = 24

  /// A whole number that is not negative.
  ///
  /// - Parameters:
  ///   - what: what the number is, with its article: `an expert`.
  ///   - limit: the largest that is accepted.
  mutating func number(_ what: String, upTo limit: Int) throws(RecordingError) -> Int {
    let start = index
    var value = 0
    while index < bytes.count {
      let digit = Int(bytes[index]) - Int(Byte.zero)
      guard digit >= 0, digit <= 9 else { break }
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      value = overflow ? .max : (tens > .max - digit ? .max : tens + digit)
      index += 1
    }
    let isWhole = current.map { !Byte.continuesNumber($0) } ?? true
    guard index > start, isWhole else { throw noNumber(what, from: start) }
    guard value <= limit else {
      throw RecordingError(
        line: line, "\(quoted(from: start)) is too large for \(what); the largest is \(limit)")
    }
    return value
  }

  private func noNumber(_ what: String, from start: Int) -> RecordingError {
    if current == Byte.minus, index == start {
      return RecordingError(
        line: line, "a negative number stands for \(what); leave out what only fills up space")
    }
    var rest = self
    while let byte = rest.current, Byte.continuesNumber(byte) || Byte.isDigit(byte) {
      rest.index += 1
    }
    guard rest.index > start else { return unexpected("\(what)") }
    return RecordingError(
      line: line, "\(rest.quoted(from: start)) is no whole number, which \(what) has to be")
  }

  private func quoted(from start: Int) -> String {
    let end = min(index, start + Self.quotedDigits)
    return String(decoding: bytes[start..<end], as: UTF8.self) + (end < index ? "…" : "")
  }
}

/// Bytes with a meaning, and how messages name them.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let hash = UInt8(ascii: "#")
  static let comma = UInt8(ascii: ",")
  static let minus = UInt8(ascii: "-")
  static let zero = UInt8(ascii: "0")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let openBracket = UInt8(ascii: "[")
  static let backslash = UInt8(ascii: "\\")
  static let closeBracket = UInt8(ascii: "]")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")

  /// What, among digits, makes something other than a whole number of them.
  static func continuesNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case minus, UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
    default: false
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= zero && byte <= zero + 9 }

  static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  /// `'x'` for what can be printed, else `byte 0x80`.
  static func name(_ byte: UInt8) -> String {
    if byte > space, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
    if byte == newline { return "the end of the line" }
    return "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
