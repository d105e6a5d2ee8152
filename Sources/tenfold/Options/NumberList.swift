/// Whole numbers that the user listed, each once, in the order given.
struct NumberList: Hashable {
  var values: [Int]

  /// The largest number of values in one list; curves need far fewer.
  static let most = 64

  /// The grammar of lists, for help pages.
  static let grammar = """
    A list is numbers and ranges with commas between them: 1,2,4 or 1-8 (every number), 1-9+4 (every \
    fourth: 1, 5, 9) or 1-4096*2 (each twice the one before). A range ends at the last number that \
    does not exceed its end. A list has at most \(most) numbers.
    """
}

/// Reads the lists of one option.
struct NumberListReader {
  /// What sentences call a number: `token count`.
  let noun: String
  let accepted: ClosedRange<Int>
  /// A list that would have been accepted.
  let example: String

  /// The numbers in `text`, each once and in the order given.
  func read(_ text: String) throws(OptionError) -> NumberList {
    var values: [Int] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      for value in try self.values(of: item) where !values.contains(value) {
        values.append(value)
      }
      guard values.count <= NumberList.most else {
        throw OptionError(
          "'\(text)' has more than \(NumberList.most) numbers; give fewer, such as \(example)")
      }
    }
    return NumberList(values: values)
  }

  /// The number of an item, or those of its range; of a range with more numbers than a list may
  /// have, one more than that.
  private func values(of item: Substring) throws(OptionError) -> [Int] {
    if let value = number(item) { return [value] }
    guard let dash = item.firstIndex(of: "-") else { throw notANumber(item) }
    let rest = item[item.index(after: dash)...]
    let sign = rest.firstIndex { $0 == "*" || $0 == "+" } ?? rest.endIndex
    guard let first = number(item[..<dash]), let last = number(rest[..<sign]) else {
      throw notANumber(item)
    }
    guard first <= last else {
      throw OptionError("the range '\(item)' runs backwards; give \(last)-\(first)\(rest[sign...])")
    }
    let next = try step(rest[sign...], of: item)
    var values: [Int] = []
    var value = first
    while value <= last, values.count <= NumberList.most {
      values.append(value)
      value = next(value)
    }
    return values
  }

  /// What leads from one number of a range to the next: `*2`, `+4`, or nothing for one more.
  ///
  /// A sum or product too large to count is beyond every range.
  private func step(
    _ text: Substring, of item: Substring
  ) throws(OptionError) -> (Int) -> Int {
    guard let sign = text.first else { return { $0 + 1 } }
    let digits = text.dropFirst()
    let amount = digits.utf8.allSatisfy(Self.isDigit) ? Int(digits) : nil
    if sign == "*" {
      guard let amount, amount >= 2 else {
        throw OptionError(
          "the factor of '\(item)' is '\(digits)'; give a whole number from 2 up, such as *2")
      }
      return { value in
        let (product, overflow) = value.multipliedReportingOverflow(by: amount)
        return overflow ? .max : product
      }
    }
    guard let amount, amount >= 1 else {
      throw OptionError(
        "the step of '\(item)' is '\(digits)'; give a whole number from 1 up, such as +4")
    }
    return { value in
      let (sum, overflow) = value.addingReportingOverflow(amount)
      return overflow ? .max : sum
    }
  }

  private func number(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy(Self.isDigit), let value = Int(text), accepted.contains(value)
    else { return nil }
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private func notANumber(_ item: Substring) -> OptionError {
    OptionError(
      "'\(item)' is not a \(noun); give whole numbers from \(accepted.lowerBound) to "
        + "\(accepted.upperBound), such as \(example)")
  }
}

extension OptionValue {
  /// `1,16,256` or `1-4096*2`: tokens per pass.
  static func tokenCounts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(noun: "token count", accepted: tokenRange, example: "1,16,256 or 1-4096*2")
      .read(text)
  }

  /// Sequences that may be decoded together: more than fit any server's memory.
  static let sequenceRange = 1...(1 << 16)

  /// `8`: one number of sequences.
  static func sequenceCount(_ text: String) throws(OptionError) -> Int {
    try whole(text, named: "a number of sequences", in: sequenceRange)
  }

  /// `1,8,64`: sequences decoded together.
  static func sequenceCounts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(
      noun: "number of sequences", accepted: sequenceRange, example: "1,8,64 or 1-64*2"
    ).read(text)
  }

  /// Tokens that a cache may hold of a sequence: none, or up to sixteen times the longest published
  /// context of a million.
  static let contextRange = 0...(1 << 24)

  /// `0,4096`: tokens already in each sequence's cache.
  static func contexts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(
      noun: "context length", accepted: contextRange, example: "0,4096 or 1024-16384*2"
    ).read(text)
  }

  /// `1024,4096`: tokens already in each sequence's cache, at least one.
  static func cachedContexts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(
      noun: "context length", accepted: 1...contextRange.upperBound,
      example: "1024,4096 or 1024-16384*2"
    ).read(text)
  }

  /// `1,2,4`: processes that share a layer.
  static func rankCounts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(noun: "number of ranks", accepted: threadRange, example: "2,4 or 1-8*2")
      .read(text)
  }

  /// Experts that a routed layer may be given: more than any published one has.
  static let expertRange = 1...(1 << 16)

  /// `8-64*2`: experts of a layer.
  static func expertCounts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(
      noun: "number of experts", accepted: expertRange, example: "16,64 or 8-128*2"
    ).read(text)
  }

  /// `1-8*2`: experts per token.
  static func topKs(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(noun: "top-k", accepted: expertRange, example: "2,8 or 1-8*2").read(text)
  }

  /// Threads that are accepted: those of the largest servers some times over.
  static let threadRange = 1...(1 << 16)

  /// `1,2`: worker threads.
  static func threadCounts(_ text: String) throws(OptionError) -> NumberList {
    try NumberListReader(noun: "thread count", accepted: threadRange, example: "1,2 or 1-8*2")
      .read(text)
  }
}
