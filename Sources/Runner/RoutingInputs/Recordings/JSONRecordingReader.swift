/// Reads recorded routing from JSON: values one after the other, with or without ends of lines.
///
/// README.md beside this file has the accepted forms.
struct JSONRecordingReader {
  private var scanner: ByteScanner
  private var builder = RecordingBuilder()
  /// Ids of the tokens of one value, and where each token ends.
  private var experts: [UInt16] = []
  private var ends: [(index: Int, line: Int)] = []

  init(_ scanner: ByteScanner) {
    self.scanner = scanner
  }

  /// Reads to the end of the file.
  static func read(_ scanner: ByteScanner) throws(RecordingError) -> RecordingBuilder {
    var reader = JSONRecordingReader(scanner)
    while reader.skipsToValue() { try reader.value() }
    return reader.builder
  }

  private mutating func skipsToValue() -> Bool {
    scanner.skipWhitespace()
    return scanner.current != nil
  }

  private mutating func value() throws(RecordingError) {
    guard scanner.current == Byte.openBracket else { return try object() }
    scanner.advance()
    scanner.skipWhitespace()
    switch scanner.current {
    case Byte.openBracket, Byte.openBrace: try listOfValues()
    default:
      experts.removeAll(keepingCapacity: true)
      let line = scanner.line
      try restOfToken()
      try builder.add(experts[...], layer: nil, line: line)
    }
  }

  /// Tokens or objects in one list, behind its `[`.
  private mutating func listOfValues() throws(RecordingError) {
    repeat {
      scanner.skipWhitespace()
      if scanner.current == Byte.openBracket {
        scanner.advance()
        experts.removeAll(keepingCapacity: true)
        let line = scanner.line
        try restOfToken()
        try builder.add(experts[...], layer: nil, line: line)
      } else {
        try object()
      }
    } while scanner.skip(Byte.comma)
    try scanner.expect(Byte.closeBracket, "after a list")
  }

  /// A whole number, after white space.
  private mutating func number(_ what: String, upTo limit: Int) throws(RecordingError) -> Int {
    scanner.skipWhitespace()
    return try scanner.number(what, upTo: limit)
  }

  /// Appends the ids of one token, behind its `[`.
  private mutating func restOfToken() throws(RecordingError) {
    if scanner.skip(Byte.closeBracket) { return }
    repeat {
      let expert = try number("an expert", upTo: RecordingBuilder.largestExpert)
      experts.append(UInt16(expert))
    } while scanner.skip(Byte.comma)
    try scanner.expect(Byte.closeBracket, "or ',' after an expert")
  }
}

// MARK: - Objects

extension JSONRecordingReader {
  /// What keys mean; all others are stepped over.
  private enum Key {
    case layer, experts, counts, other

    init(_ name: String) {
      switch name {
      case "layer", "layer_id", "layer_idx": self = .layer
      case "experts", "expert_ids", "topk_ids", "indices": self = .experts
      case "counts", "tokens_per_expert", "logical_count": self = .counts
      default: self = .other
      }
    }
  }

  private mutating func object() throws(RecordingError) {
    let line = scanner.line
    try scanner.expect(Byte.openBrace, "or '['")
    var layer: Int?
    var hasExperts = false
    var counts: [[Int]]?
    experts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    if !scanner.skip(Byte.closeBrace) {
      repeat {
        scanner.skipWhitespace()
        let keyLine = scanner.line
        let name = try string("the name of a value")
        try scanner.expect(Byte.colon, "after the name of a value")
        let isRepeated: Bool
        switch Key(name) {
        case .layer:
          isRepeated = layer != nil
          layer = try number("a layer", upTo: RecordingBuilder.largestLayer)
        case .experts:
          isRepeated = hasExperts
          hasExperts = true
          try expertLists()
        case .counts:
          isRepeated = counts != nil
          counts = try countLists()
        case .other:
          isRepeated = false
          try skipValue()
        }
        if isRepeated {
          throw RecordingError(line: keyLine, "'\(name)' or its like is given twice; give it once")
        }
      } while scanner.skip(Byte.comma)
      try scanner.expect(Byte.closeBrace, "or ',' after a value")
    }
    guard hasExperts != (counts != nil) else {
      throw RecordingError(
        line: line,
        hasExperts
          ? "both experts and counts are given; give one of both"
          : "there are neither 'experts' nor 'counts'; give the experts of a token, or how many "
            + "tokens each expert had")
    }
    if let counts {
      try add(counts, layer: layer, line: line)
    } else {
      try addTokens(layer: layer)
    }
  }

  private mutating func addTokens(layer: Int?) throws(RecordingError) {
    var start = 0
    for end in ends {
      try builder.add(experts[start..<end.index], layer: layer, line: end.line)
      start = end.index
    }
  }

  private mutating func add(
    _ counts: [[Int]], layer: Int?, line: Int
  ) throws(RecordingError) {
    if counts.count == 1, let row = counts.first {
      return try builder.add(counts: row, layer: layer, line: line)
    }
    guard layer == nil else {
      throw RecordingError(
        line: line, "counts of \(counts.count) layers are given for one; leave 'layer' out")
    }
    for (number, row) in counts.enumerated() {
      try builder.add(counts: row, layer: number, line: line)
    }
  }

  /// The experts of one token, or those of several in a list.
  private mutating func expertLists() throws(RecordingError) {
    try scanner.expect(Byte.openBracket, "before the experts")
    scanner.skipWhitespace()
    guard scanner.current == Byte.openBracket else {
      let line = scanner.line
      try restOfToken()
      ends.append((experts.count, line))
      return
    }
    repeat {
      try scanner.expect(Byte.openBracket, "before a token's experts")
      let line = scanner.line
      try restOfToken()
      ends.append((experts.count, line))
    } while scanner.skip(Byte.comma)
    try scanner.expect(Byte.closeBracket, "after the tokens")
  }
}

// MARK: - Counts

extension JSONRecordingReader {
  /// The counts of each layer: a list for one layer, a list of lists for several, or a list of such
  /// for several steps, which are added up.
  private mutating func countLists() throws(RecordingError) -> [[Int]] {
    try scanner.expect(Byte.openBracket, "before the counts")
    guard scanner.skip(Byte.openBracket) else { return [try restOfCounts()] }
    guard scanner.skip(Byte.openBracket) else { return try restOfLayers() }
    var sums: [[Int]] = []
    var isFirst = true
    repeat {
      if !isFirst {
        try scanner.expect(Byte.openBracket, "before the counts of a step")
        try scanner.expect(Byte.openBracket, "before the counts of a layer")
      }
      let step = try restOfLayers()
      if isFirst { sums = step } else { try add(step, to: &sums) }
      isFirst = false
    } while scanner.skip(Byte.comma)
    try scanner.expect(Byte.closeBracket, "after the counts of all steps")
    return sums
  }

  /// Counts of layers, behind the `[` of the first.
  private mutating func restOfLayers() throws(RecordingError) -> [[Int]] {
    var layers = [try restOfCounts()]
    while scanner.skip(Byte.comma) {
      try scanner.expect(Byte.openBracket, "before the counts of a layer")
      layers.append(try restOfCounts())
    }
    try scanner.expect(Byte.closeBracket, "after the counts of all layers")
    return layers
  }

  /// Counts of one layer, behind its `[`.
  private mutating func restOfCounts() throws(RecordingError) -> [Int] {
    var counts: [Int] = []
    if scanner.skip(Byte.closeBracket) { return counts }
    repeat {
      guard counts.count <= RecordingBuilder.largestExpert else {
        throw RecordingError(
          line: scanner.line, "more than \(RecordingBuilder.largestExpert + 1) experts are counted")
      }
      counts.append(try number("a count", upTo: RecordingBuilder.largestCount))
    } while scanner.skip(Byte.comma)
    try scanner.expect(Byte.closeBracket, "or ',' after a count")
    return counts
  }

  private func add(_ step: [[Int]], to sums: inout [[Int]]) throws(RecordingError) {
    guard step.map(\.count) == sums.map(\.count) else {
      throw RecordingError(
        line: scanner.line,
        "a step counts other layers or experts than the first; give all steps the same shape")
    }
    for layer in step.indices {
      for expert in step[layer].indices {
        // Limited as it grows: the builder then refuses what has reached more than it takes.
        sums[layer][expert] = min(
          sums[layer][expert] + step[layer][expert], RecordingBuilder.largestCount + 1)
      }
    }
  }
}

// MARK: - What is stepped over

extension JSONRecordingReader {
  /// The text of a string; escapes stay as they are written.
  private mutating func string(_ purpose: String) throws(RecordingError) -> String {
    try scanner.expect(Byte.quote, "before \(purpose)")
    let start = scanner.index
    while let byte = scanner.current, byte != Byte.quote {
      guard byte != Byte.newline else { throw scanner.unexpected("'\"' after \(purpose)") }
      scanner.advance()
      if byte == Byte.backslash, scanner.current != nil { scanner.advance() }
    }
    let text = scanner.text(from: start)
    try scanner.expect(Byte.quote, "after \(purpose)")
    return text
  }

  /// Steps over a value of any kind without going deeper into the stack.
  private mutating func skipValue() throws(RecordingError) {
    var depth = 0
    repeat {
      scanner.skipWhitespace()
      switch scanner.current {
      case Byte.openBracket, Byte.openBrace:
        depth += 1
        scanner.advance()
      case Byte.closeBracket where depth > 0, Byte.closeBrace where depth > 0:
        depth -= 1
        scanner.advance()
      case Byte.comma where depth > 0, Byte.colon where depth > 0: scanner.advance()
      case Byte.quote: _ = try string("a text")
      default: try skipWord()
      }
    } while depth > 0
  }

  /// Steps over a number, `true`, `false` or `null`.
  private mutating func skipWord() throws(RecordingError) {
    let start = scanner.index
    while let byte = scanner.current,
      Byte.isLetter(byte) || Byte.isDigit(byte) || Byte.continuesNumber(byte)
    {
      scanner.advance()
    }
    guard scanner.index > start else { throw scanner.unexpected("a value") }
  }
}
