/// Reads recorded routing from lines of separated values, with or without a header.
///
/// README.md beside this file has the accepted forms.
struct CSVRecordingReader {
  /// What a column means.
  private enum Role {
    case layer, token, experts, count, other

    init(_ name: String) {
      switch name {
      case "layer", "layer_id", "layer_idx": self = .layer
      case "token", "token_id", "token_idx": self = .token
      case "count", "counts", "tokens": self = .count
      case "topk_ids", "indices": self = .experts
      default:
        let isWeight = ["weight", "score", "prob"].contains { name.contains($0) }
        self = name.hasPrefix("expert") && !isWeight ? .experts : .other
      }
    }
  }

  private var scanner: ByteScanner
  private let separator: UInt8
  /// Without a header every column is one of experts.
  private let roles: [Role]?
  /// True when a token takes several lines, one for each expert.
  private let isLong: Bool
  private let hasCounts: Bool
  private var builder = RecordingBuilder()

  /// A row's values, kept to be used again.
  private var row = Row()

  private struct Row {
    var line = 0
    var layer: Int?
    var token: Int?
    var count = 0
    var experts: [UInt16] = []
  }

  /// Reads to the end of the file.
  static func read(_ scanner: ByteScanner) throws(RecordingError) -> RecordingBuilder {
    var reader = try CSVRecordingReader(scanner)
    try reader.rows()
    return reader.builder
  }

  private init(_ scanner: ByteScanner) throws(RecordingError) {
    self.scanner = scanner
    Self.skipToRow(&self.scanner)
    let (names, separator) = Self.header(of: self.scanner)
    self.separator = separator
    guard let names else {
      (roles, isLong, hasCounts) = (nil, false, false)
      return
    }
    let roles = names.map(Role.init)
    let experts = roles.indices.filter { roles[$0] == .experts }
    for role in [Role.layer, .token, .count] where roles.count(where: { $0 == role }) > 1 {
      throw RecordingError(
        line: self.scanner.line, "the header names two columns for a \(role); name one")
    }
    guard let first = experts.first else {
      throw RecordingError(
        line: self.scanner.line,
        "the header names no column of experts; one whose name begins with 'expert' is needed")
    }
    hasCounts = roles.contains(.count)
    guard !hasCounts || experts.count == 1 else {
      throw RecordingError(
        line: self.scanner.line,
        "the header names \(experts.count) columns of experts beside a count; one is needed")
    }
    isLong =
      experts.count == 1 && ["expert", "expert_id"].contains(names[first])
      && roles.contains(.token)
    self.roles = roles
    self.scanner.skipLine()
  }

  /// Steps over empty lines and comments.
  private static func skipToRow(_ scanner: inout ByteScanner) {
    scanner.skipWhitespace()
    while scanner.current == Byte.hash {
      scanner.skipLine()
      scanner.skipWhitespace()
    }
  }

  /// The names of the first row in lower case, `nil` when it holds numbers, and what separates them:
  /// a comma, a semicolon or a tab, whichever comes first.
  private static func header(of scanner: ByteScanner) -> (names: [String]?, separator: UInt8) {
    var scanner = scanner
    var separator: UInt8?
    var names = [""]
    var isQuoted = false
    while !scanner.isAtLineEnd, names.count <= mostColumns, let byte = scanner.current {
      let separates = [Byte.comma, Byte.semicolon, Byte.tab].contains(byte)
      if byte == Byte.quote {
        isQuoted.toggle()
      } else if separates, !isQuoted, byte == separator ?? byte {
        separator = byte
        names.append("")
      } else if names[names.count - 1].utf8.count < longestName {
        names[names.count - 1].unicodeScalars.append(Unicode.Scalar(byte | lowerCaseBit(byte)))
      }
      scanner.advance()
    }
    let isHeader = names.contains { $0.utf8.contains(where: Byte.isLetter) }
    let trimmed = names.map { name in
      String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    return (isHeader ? trimmed : nil, separator ?? Byte.comma)
  }

  private static func lowerCaseBit(_ byte: UInt8) -> UInt8 { Byte.isLetter(byte) ? 0x20 : 0 }

  /// Columns that are looked at: no token has more experts.
  private static let mostColumns = RecordingBuilder.largestExpert + 1
  /// Bytes of a column's name that are looked at, more than any name has that means something.
  private static let longestName = 64
}

// MARK: - Rows

extension CSVRecordingReader {
  private mutating func rows() throws(RecordingError) {
    /// The token whose lines are being collected, in the long form.
    var pending = Row()
    while true {
      Self.skipToRow(&scanner)
      guard scanner.current != nil else { break }
      try readRow()
      if hasCounts {
        try addCount()
      } else if isLong {
        if row.token != pending.token || row.layer != pending.layer {
          try add(pending)
          swap(&pending, &row)
        } else {
          pending.experts += row.experts
        }
      } else {
        try add(row)
      }
    }
    try add(pending)
  }

  private mutating func add(_ row: Row) throws(RecordingError) {
    guard row.line > 0 else { return }
    try builder.add(row.experts[...], layer: row.layer, line: row.line)
  }

  private mutating func addCount() throws(RecordingError) {
    guard row.experts.count == 1, let expert = row.experts.first else {
      throw RecordingError(
        line: row.line, "a count is of one expert, and \(row.experts.count) are named; name one")
    }
    try builder.add(count: row.count, expert: Int(expert), layer: row.layer, line: row.line)
  }

  /// Reads one line into `row`.
  private mutating func readRow() throws(RecordingError) {
    row.line = scanner.line
    row.layer = nil
    row.token = nil
    row.experts.removeAll(keepingCapacity: true)
    var column = 0
    while true {
      let role: Role
      if let roles {
        guard column < roles.count else {
          throw RecordingError(
            line: row.line, "there are more values than the \(roles.count) columns of the header")
        }
        role = roles[column]
      } else {
        role = .experts
      }
      try readValue(role)
      column += 1
      scanner.skipBlanks(tabs: separator != Byte.tab)
      if scanner.isAtLineEnd { break }
      guard scanner.current == separator else {
        throw scanner.unexpected("\(Byte.name(separator)) or the end of the line")
      }
      scanner.advance()
    }
    scanner.skipLine()
    guard let roles, column < roles.count else { return }
    throw RecordingError(
      line: row.line,
      "there are \(column) values where the header names \(roles.count) columns; give each one")
  }

  private mutating func readValue(_ role: Role) throws(RecordingError) {
    scanner.skipBlanks(tabs: separator != Byte.tab)
    let isQuoted = scanner.current == Byte.quote
    if isQuoted { scanner.advance() }
    switch role {
    case .layer: row.layer = try scanner.number("a layer", upTo: RecordingBuilder.largestLayer)
    case .token: row.token = try scanner.number("a token", upTo: .max)
    case .count: row.count = try scanner.number("a count", upTo: RecordingBuilder.largestCount)
    case .experts: try readExperts(isQuoted: isQuoted)
    case .other:
      while !scanner.isAtLineEnd, let byte = scanner.current,
        byte != (isQuoted ? Byte.quote : separator)
      {
        scanner.advance()
      }
    }
    guard isQuoted else { return }
    guard scanner.current == Byte.quote else { throw scanner.unexpected("'\"' after a value") }
    scanner.advance()
  }

  /// One id, or several with spaces, semicolons or, in quotes, commas between them, in brackets or not.
  private mutating func readExperts(isQuoted: Bool) throws(RecordingError) {
    func separates(_ byte: UInt8) -> Bool {
      switch byte {
      case Byte.space: true
      case Byte.comma, Byte.semicolon, Byte.tab: isQuoted || byte != separator && byte != Byte.comma
      default: false
      }
    }
    let isList = scanner.current == Byte.openBracket
    if isList { scanner.advance() }
    repeat {
      while let byte = scanner.current, separates(byte) { scanner.advance() }
      guard row.experts.count < Self.mostColumns else {
        throw RecordingError(
          line: row.line, "a token has more than \(Self.mostColumns) experts; check its line")
      }
      let expert = try scanner.number("an expert", upTo: RecordingBuilder.largestExpert)
      row.experts.append(UInt16(expert))
      while let byte = scanner.current, separates(byte) { scanner.advance() }
    } while scanner.current.map(Byte.isDigit) == true
    guard isList else { return }
    guard scanner.current == Byte.closeBracket else { throw scanner.unexpected("']'") }
    scanner.advance()
  }
}
