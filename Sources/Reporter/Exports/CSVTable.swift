/// Rows of comma-separated values (RFC 4180): a header, then a line for each of them; all end with CR LF.
struct CSVTable<Row> {
  /// A column: its name in the header, and its field for each row.
  struct Column {
    let name: String
    let value: @Sendable (Row) -> CSVValue

    init(_ name: String, _ value: @escaping @Sendable (Row) -> CSVValue) {
      self.name = name
      self.value = value
    }
  }

  let columns: [Column]

  /// The header and the rows as text.
  func render(_ rows: some Sequence<Row>) -> String {
    var text = Self.line(columns.map { SpreadsheetText.field($0.name) })
    for row in rows { text += Self.line(columns.map { $0.value(row).field }) }
    return text
  }

  private static func line(_ fields: [String]) -> String {
    fields.joined(separator: ",") + "\r\n"
  }
}

/// The value of a field before it is written.
enum CSVValue {
  case text(String)
  case count(Int)
  case number(Double?)

  /// The field's characters; a number is the shortest that reads back as the same one.
  var field: String {
    switch self {
    case .text(let text): SpreadsheetText.field(text)
    case .count(let value): "\(value)"
    case .number(let value): value.map { $0.isFinite ? "\($0)" : "" } ?? ""
    }
  }
}

/// Text for a field of a CSV file that a spreadsheet may open.
enum SpreadsheetText {
  /// The field with quotes around it where RFC 4180 wants them (section 2, rules 5 to 7).
  static func field(_ text: String) -> String {
    let text = plain(text)
    guard text.unicodeScalars.contains(where: separators.contains) else { return text }
    // By scalars: a mark that combines with a quote does not hide it from a reader.
    var field = String.UnicodeScalarView(["\""])
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field.append("\"") }
      field.append(scalar)
    }
    field.append("\"")
    return String(field)
  }

  /// The text as a reader of the file finds it.
  ///
  /// What a spreadsheet would take for a formula gets an apostrophe in front, which says that it is
  /// text (OWASP, "CSV Injection"): `=`, `+`, `-`, `@` and their full-width forms where a field
  /// begins, also behind spaces, and where one would begin for a reader that splits at other
  /// characters. Tabs and carriage returns, which that list has too, are spaces here.
  static func plain(_ text: String) -> String {
    var plain = String.UnicodeScalarView()
    var isStart = true
    for scalar in Escaping.terminal(text).unicodeScalars {
      if isStart, formulaStarts.contains(scalar) { plain.append("'") }
      plain.append(scalar)
      isStart = separators.contains(scalar) || (isStart && scalar == " ")
    }
    return String(plain)
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// Where programs of one country or another end a field.
  private static let separators: Set<Unicode.Scalar> = [",", ";", "\""]
}
