/// Text for a field of a CSV file that a spreadsheet may open.
enum SpreadsheetText {
  /// The field with quotes around it where RFC 4180 wants them (section 2, rules 5 to 7).
  ///
  /// What a spreadsheet would take for a formula gets an apostrophe in front, which says that it is
  /// text (OWASP, "CSV Injection"): `=`, `+`, `-`, `@` and their full-width forms where a field
  /// begins, also behind spaces, and where one would begin for a reader that splits at other
  /// characters. Tabs and carriage returns, which that list has too, are spaces here.
  static func field(_ text: String) -> String {
    var field = String.UnicodeScalarView()
    var isStart = true
    var isQuoted = false
    for scalar in Escaping.terminal(text).unicodeScalars {
      if isStart, formulaStarts.contains(scalar) { field.append("'") }
      if scalar == "\"" { field.append("\"") }
      field.append(scalar)
      let separates = separators.contains(scalar)
      isQuoted = isQuoted || separates
      isStart = separates || (isStart && scalar == " ")
    }
    return isQuoted ? "\"\(String(field))\"" : String(field)
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// Where programs of one country or another end a field.
  private static let separators: Set<Unicode.Scalar> = [",", ";", "\""]
}
