import ModelSpec

/// A record with the name under which the reader knows it.
public struct NamedRecord: Sendable {
  /// A file's path, or what else distinguishes it.
  public var name: String
  /// What was measured.
  public var record: Record

  /// A record and its name.
  public init(name: String, record: Record) {
    self.name = name
    self.record = record
  }
}

extension Record {
  /// Credible cells of one candidate, baseline and workload together, in the order of the record; each
  /// list holds at least one.
  var comparisons: [[Cell]] {
    var order: [[String]] = []
    var groups: [[String]: [Cell]] = [:]
    for cell in cells where cell.isCredible {
      let key = [cell.candidate, cell.baseline, cell.workload]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    return order.compactMap { groups[$0] }
  }
}

extension Cell {
  /// What is compared: `mixtral-8x7b against llama2-70b`.
  var comparison: String {
    "\(candidate) against \(baseline)" + (workload == "ffn-forward" ? "" : " (\(workload))")
  }

  /// Whether the cell's numbers can be what they claim to be.
  ///
  /// Records come from files, and a verdict must not rest on an interval with its ends swapped.
  var isCredible: Bool {
    let estimate = timeRatio
    let numbers = [
      estimate.low, estimate.median, estimate.high, flopRatio, realisedShare,
      sides.baseline.secondsMedian, sides.candidate.secondsMedian,
    ]
    return numbers.allSatisfy { $0.isFinite && $0 > 0 }
      && estimate.low <= estimate.median && estimate.median <= estimate.high
      && (0...1).contains(estimate.confidence) && tokens > 0
      && sides.baseline.flops > 0 && sides.candidate.flops > 0
  }

  /// Baseline bytes / candidate bytes, `nil` when either is unknown.
  var bytesRatio: Double? {
    guard sides.baseline.bytes > 0, sides.candidate.bytes > 0 else { return nil }
    return Double(sides.baseline.bytes) / Double(sides.candidate.bytes)
  }
}

extension Side {
  /// Operations per second of a pass.
  var flopsPerSecond: Double { Double(flops) / secondsMedian }
}

extension RoutingSummary {
  /// The kind with its parameter: `uniform`, `zipf:0.8`, `trace:chat.jsonl`.
  ///
  /// A recording is called by the last part of its path, and by the layer where it has one.
  var label: String {
    if let source {
      let name = source.split(separator: "/").last.map(String.init) ?? source
      return "\(kind):\(name)" + (layer.map { "#\($0)" } ?? "")
    }
    return alpha.map { "\(kind):\(Figures.significant($0, trimmed: true))" } ?? kind
  }
}

/// Names cells by what distinguishes them within their record.
struct CellNames {
  private let hasEngines: Bool
  private let hasThreads: Bool
  private let hasPrecisions: Bool
  private let hasRoutings: Bool

  init(_ cells: [Cell]) {
    hasEngines = Set(cells.map(\.engine)).count > 1
    hasThreads = Set(cells.map(\.threads)).count > 1
    hasPrecisions = Set(cells.map(\.precision)).count > 1
    hasRoutings = Set(cells.map(\.routing.label)).count > 1
  }

  /// Whether cells differ in who multiplied, and how.
  var distinguishesEngines: Bool { hasEngines || hasThreads || hasPrecisions }

  /// Whether cells differ in how tokens found their experts.
  var distinguishesRoutings: Bool { hasRoutings }

  /// Who multiplied, as far as cells differ in it: `tile`, `blas f32`, `2 threads`.
  func engine(of cell: Cell) -> String {
    var parts: [String] = []
    if hasEngines { parts.append(cell.engine) }
    if hasPrecisions { parts.append(cell.precision.rawValue) }
    if hasThreads { parts.append(Figures.count(cell.threads, "thread")) }
    return parts.joined(separator: " ")
  }

  /// The cell's conditions: `16 tokens per pass, zipf:0.8 routing, tile`.
  func conditions(of cell: Cell) -> String {
    (["\(Figures.count(cell.tokens, "token")) per pass"] + distinctions(of: cell))
      .joined(separator: ", ")
  }

  /// The cell's comparison: `olmoe-1b-7b against iso-total, zipf:0.8 routing`.
  func comparison(of cell: Cell) -> String {
    ([cell.comparison] + distinctions(of: cell))
      .joined(separator: ", ")
  }

  private func distinctions(of cell: Cell) -> [String] {
    var parts: [String] = []
    if hasRoutings { parts.append("\(cell.routing.label) routing") }
    if distinguishesEngines { parts.append(engine(of: cell)) }
    return parts
  }
}
