import FoundationEssentials

/// Finds the number of a JSON document that its field cannot hold.
///
/// A decoder says that there is one and not where. So the document is read with some of its numbers
/// replaced by 0, which fits every field, until the first that does not is known: some twenty readings,
/// of documents that are refused.
struct NumberSearch {
  private let bytes: [UInt8]
  /// Where numbers stand, and words such as `NaN` in the place of numbers.
  private let numbers: [Range<Int>]

  /// - Parameter data: a document that `JSONInput` let pass.
  init(in data: Data) {
    bytes = [UInt8](data)
    var numbers: [Range<Int>] = []
    Self.scan(bytes) { range, _ in numbers.append(range) }
    self.numbers = numbers
  }

  /// The sentence about the first number that `read` cannot take.
  ///
  /// - Throws: what `read` throws where the numbers are not to blame.
  func sentence(read: (Data) throws -> Void) throws -> String? {
    try read(document(keeping: 0))
    func isRead(keeping count: Int) -> Bool { (try? read(document(keeping: count))) != nil }
    guard !isRead(keeping: numbers.count) else { return nil }
    // Documents that keep `fits` numbers are read, those that keep `fails` or more are not.
    var (fits, fails) = (0, numbers.count)
    while fails - fits > 1 {
      let middle = (fits + fails) / 2
      if isRead(keeping: middle) { fits = middle } else { fails = middle }
    }
    let number = numbers[fails - 1]
    let text = String(decoding: bytes[number], as: UTF8.self).filter { $0 != "\"" }
    return "\(path(to: number)) is \(text), \(Self.reason(text))"
  }

  /// The document with its first numbers, and 0 for all others.
  private func document(keeping count: Int) -> Data {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var end = 0
    for number in numbers.dropFirst(count) {
      output += bytes[end..<number.lowerBound]
      output.append(UInt8(ascii: "0"))
      end = number.upperBound
    }
    return Data(output + bytes[end...])
  }

  private static func reason(_ text: String) -> String {
    guard text.last?.isNumber == true, let value = Double(text) else { return "which is no number" }
    if value.isInfinite { return "which is larger than any number that tenfold reads" }
    if value != value.rounded() { return "which is no whole number" }
    return value < 0 ? "which is no count" : "which its field cannot hold"
  }

  // MARK: - Places

  /// A list or an object that is open, and what it is at.
  private enum Level {
    case list(index: Int)
    case object(key: String)
  }

  /// The place of a number in the document: `cells[3].tokens`.
  private func path(to number: Range<Int>) -> String {
    var path = ""
    Self.scan(bytes) { range, levels in
      guard range == number else { return }
      for level in levels {
        switch level {
        case .list(let index): path += "[\(index)]"
        case .object(let key): path += path.isEmpty ? key : ".\(key)"
        }
      }
    }
    return path
  }

  /// Visits whatever is a number, or a word that `JSONInput` made a text of, in the order of the document.
  private static func scan(_ bytes: [UInt8], visit: (Range<Int>, [Level]) -> Void) {
    var levels: [Level] = []
    var index = 0
    while index < bytes.count {
      let start = index
      index += 1
      switch bytes[start] {
      case UInt8(ascii: "["): levels.append(.list(index: 0))
      case UInt8(ascii: "{"): levels.append(.object(key: ""))
      case UInt8(ascii: "]"), UInt8(ascii: "}"): _ = levels.popLast()
      case UInt8(ascii: ","):
        if case .list(let place)? = levels.last {
          levels[levels.count - 1] = .list(index: place + 1)
        }
      case UInt8(ascii: "\""):
        index = JSONInput.endOfString(bytes, from: start)
        let text = bytes[start..<index].dropFirst().dropLast()
        if isKey(bytes, before: index), !levels.isEmpty {
          levels[levels.count - 1] = .object(key: String(decoding: text, as: UTF8.self))
        } else if JSONInput.isWord(text) {
          visit(start..<index, levels)
        }
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        while index < bytes.count, isOfNumber(bytes[index]) { index += 1 }
        visit(start..<index, levels)
      default: break
      }
    }
  }

  /// True where a colon follows.
  private static func isKey(_ bytes: [UInt8], before end: Int) -> Bool {
    bytes[end...].first { !JSONInput.isWhiteSpace($0) } == UInt8(ascii: ":")
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
