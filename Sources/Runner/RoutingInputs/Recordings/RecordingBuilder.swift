/// Takes what a reader finds, token by token or count by count, and checks that it makes sense.
struct RecordingBuilder {
  /// The largest id that is accepted: Switch-C, whose layers have the most experts that were
  /// published, has 2048 (arXiv 2101.03961).
  static let largestExpert = 4095
  /// The largest number of a layer that is accepted, likewise beyond any model's.
  static let largestLayer = 4095

  /// What one layer received so far.
  struct Layer {
    let number: Int?
    /// The line of the first token or count, from 1.
    let firstLine: Int
    /// K, 0 for counts.
    let topK: Int
    var experts: [UInt16] = []
    var counts: [Int] = []
    var namesAllExperts = true
    var largest = (expert: -1, line: 0)
  }

  private(set) var layers: [Layer] = []
  private var indexOfLayer: [Int?: Int] = [:]
  /// The layer of the token before, which most tokens have too.
  private var current = 0
  /// For every id, the number of the last token that had it.
  private var lastToken = [Int](repeating: 0, count: largestExpert + 1)
  private var tokens = 0

  /// Takes one token's experts.
  mutating func add(
    _ experts: ArraySlice<UInt16>, layer: Int?, line: Int
  ) throws(RecordingError) {
    guard !experts.isEmpty else {
      throw RecordingError(line: line, "a token has no expert; leave such lines out")
    }
    try select(layer, line: line) { Layer(number: layer, firstLine: line, topK: experts.count) }
    let (topK, first) = (layers[current].topK, layers[current].firstLine)
    guard topK > 0 else { throw mixed(line) }
    guard experts.count == topK else {
      throw RecordingError(
        line: line,
        "experts of this token: \(experts.count), of that on line \(first): \(topK); give every token "
          + "of a layer the same number")
    }
    tokens += 1
    for expert in experts {
      guard lastToken[Int(expert)] != tokens else {
        throw RecordingError(
          line: line, "a token names expert \(expert) twice; it can visit an expert only once")
      }
      lastToken[Int(expert)] = tokens
      if Int(expert) > layers[current].largest.expert {
        layers[current].largest = (Int(expert), line)
      }
    }
    layers[current].experts += experts
  }

  /// Adds to the tokens of expert 0, 1, … of a layer.
  mutating func add(counts: [Int], layer: Int?, line: Int) throws(RecordingError) {
    guard !counts.isEmpty else {
      throw RecordingError(line: line, "there are no counts; give one for each expert")
    }
    try select(layer, line: line) { Layer(number: layer, firstLine: line, topK: 0) }
    guard layers[current].topK == 0 else { throw mixed(line) }
    if layers[current].counts.isEmpty {
      layers[current].counts = Array(repeating: 0, count: counts.count)
    }
    guard layers[current].counts.count == counts.count else {
      throw RecordingError(
        line: line,
        "experts with counts: \(counts.count), on line \(layers[current].firstLine): "
          + "\(layers[current].counts.count); give every expert a count, also 0")
    }
    for expert in counts.indices { try add(counts[expert], to: expert, line) }
  }

  /// Adds to the tokens of one expert; those that are never named have none.
  mutating func add(
    count: Int, expert: Int, layer: Int?, line: Int
  ) throws(RecordingError) {
    try select(layer, line: line) { Layer(number: layer, firstLine: line, topK: 0) }
    guard layers[current].topK == 0 else { throw mixed(line) }
    layers[current].namesAllExperts = false
    let missing = expert + 1 - layers[current].counts.count
    if missing > 0 { layers[current].counts += Array(repeating: 0, count: missing) }
    try add(count, to: expert, line)
  }

  private mutating func add(
    _ count: Int, to expert: Int, _ line: Int
  ) throws(RecordingError) {
    let (sum, overflow) = layers[current].counts[expert].addingReportingOverflow(count)
    guard !overflow, sum <= Self.largestCount else {
      throw RecordingError(
        line: line, "expert \(expert) has more than \(Self.largestCount) tokens; check the counts")
    }
    layers[current].counts[expert] = sum
  }

  /// Tokens of one expert: 2⁴⁰, a trillion, so that those of all experts can be added up in 63 bits.
  static let largestCount = 1 << 40

  /// Makes a layer the current one.
  private mutating func select(
    _ number: Int?, line: Int, make: () -> Layer
  ) throws(RecordingError) {
    if current < layers.count, layers[current].number == number { return }
    if let known = indexOfLayer[number] {
      current = known
      return
    }
    if let first = layers.first, (first.number == nil) != (number == nil) {
      throw RecordingError(
        line: line,
        "the layer is named \(number == nil ? "not here, but" : "here, but not") on line "
          + "\(first.firstLine); name it everywhere or nowhere")
    }
    current = layers.count
    indexOfLayer[number] = current
    layers.append(make())
  }

  private func mixed(_ line: Int) -> RecordingError {
    RecordingError(
      line: line, "experts of tokens and counts of tokens are mixed; give one of both")
  }
}

/// Recorded routing that cannot be read or used, with the sentence that says why.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the file, from 1; `nil` when the whole file is at fault.
  public let line: Int?
  /// What is wrong and what to do, without a full stop.
  public let sentence: String

  init(line: Int? = nil, _ sentence: String) {
    self.line = line
    self.sentence = sentence
  }

  /// `line 5: expert 3 is named twice; …`.
  public var description: String {
    (line.map { "line \($0): " } ?? "") + sentence
  }
}
