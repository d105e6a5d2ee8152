/// Reads comma-separated values by the grammar of RFC 4180, section 2, and nothing looser.
enum CSVReading {
  /// What is no CSV, and where.
  struct Malformed: Error {
    let line: Int
  }

  /// Rows of fields.
  static func rows(_ text: String) throws -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where isQuoted && rest.first == "\"":
        rest.removeFirst()
        field.append(scalar)
      case "\"" where isQuoted:
        isQuoted = false
        guard rest.first == "," || rest.first == "\r" else { throw Malformed(line: rows.count) }
      case _ where isQuoted: field.append(scalar)
      case "\"":
        guard field.isEmpty else { throw Malformed(line: rows.count) }
        isQuoted = true
      case ",":
        row.append(String(field))
        field = .init()
      case "\r":
        guard rest.popFirst() == "\n" else { throw Malformed(line: rows.count) }
        rows.append(row + [String(field)])
        row = []
        field = .init()
      case "\n": throw Malformed(line: rows.count)
      default: field.append(scalar)
      }
    }
    guard !isQuoted, row.isEmpty, field.isEmpty else { throw Malformed(line: rows.count) }
    return rows
  }
}
