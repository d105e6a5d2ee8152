import LayerSpec
import ModelSpec
import Statistics

extension Record {
  /// Values of a later version, as parts of a sentence, each once: `the precision q4_0`.
  var unknownValues: [String] {
    var values = status.isKnown ? [] : ["the status \(status.rawValue)"]
    values += cells.flatMap(\.unknownParts)
    let phases = cells.flatMap { [$0.sides.baseline.phases, $0.sides.candidate.phases] }
    values += phases.compactMap(\.self).flatMap { $0.others.keys.map(\.rawValue).sorted() }
      .filter { !Phase.known.map(\.rawValue).contains($0) }.map { "the phase \($0)" }
    values += cells.compactMap(\.explanation).flatMap(\.factors).map(\.name)
      .filter { !Explanation.Cause.known.contains($0) }.map { "the cause \($0.rawValue)" }
    return values.uniqued()
  }

  /// The words of legends for the workloads of the cells.
  var workloadPhrases: WorkloadPhrases { WorkloadPhrases(cells.map(\.workload.kind)) }

  /// Cells of one pairing and workload together, in the order of the record; each list holds at
  /// least one.
  var pairings: [[Cell]] {
    var order: [[String]] = []
    var groups: [[String]: [Cell]] = [:]
    for cell in cells {
      let key = [cell.candidate, cell.baseline, cell.workload.kind.rawValue]
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    return order.compactMap { groups[$0] }
  }
}

extension Cell {
  /// Who is held against whom: `mixtral-8x7b against llama2-70b`.
  var pairing: String { pairing(" against ") }

  /// The same with other words in between: `mixtral-8x7b / llama2-70b`.
  func pairing(_ link: String) -> String {
    "\(candidate)\(link)\(baseline)"
      + (workload.kind == .usual ? "" : " (\(workload.kind))")
  }

  /// Whether tokens are routed, so that there are experts to speak of.
  var routes: Bool { routing != nil }

  /// D, distinct experts of a layer, mean over batches; 0 for a workload that routes nothing.
  var distinctExperts: Double { routing?.distinctExperts ?? 0 }

  /// Baseline bytes / candidate bytes, `nil` when either is unknown.
  var bytesRatio: Double? {
    guard sides.baseline.bytes > 0, sides.candidate.bytes > 0 else { return nil }
    return Double(sides.baseline.bytes) / Double(sides.candidate.bytes)
  }
}

/// The workloads of a record in the words of its legends.
///
/// A kind that this version does not know goes by its name.
struct WorkloadPhrases {
  /// Each kind once, in the order of the record.
  private let kinds: [WorkloadKind]

  /// - Parameter kinds: one for each cell; none stands for the usual workload.
  init(_ kinds: [WorkloadKind]) {
    self.kinds = kinds.isEmpty ? [.usual] : kinds.uniqued()
  }

  /// `one pass through all feed-forward layers`.
  var passes: String {
    kinds.map { $0.traits?.pass ?? "one pass of \($0)" }.joined(separator: " or ")
  }

  /// `feed-forward layers`.
  var subjects: String {
    kinds.map { $0.traits?.subject ?? $0.rawValue }.joined(separator: " and ")
  }

  /// A sentence for each kind: what it leaves out.
  var limits: [String] {
    kinds.map {
      $0.traits?.limits ?? "What \($0) leaves out is not known to this version of tenfold."
    }
  }
}

extension [Cell] {
  /// The medians of the ceilings beside the cells, which must be of one number of threads and weight format;
  /// `nil` where a cell has none of its own, as in older records.
  var typicalCeiling: Ceiling? {
    let own = compactMap(\.ceilingBeside).filter(\.isOfVisits)
    guard own.count == count, let first = own.first,
      own.allSatisfy({ $0.threads == first.threads && $0.precision == first.precision })
    else { return nil }
    return Ceiling(
      threads: first.threads, precision: first.precision,
      peakFlopsPerSecond: own.map(\.peakFlopsPerSecond).median,
      readBytesPerSecond: own.map(\.readBytesPerSecond).median)
  }
}

extension Side {
  /// Operations per second of a pass.
  var flopsPerSecond: Double { Double(flops) / secondsMedian }
}

/// Names cells by what distinguishes them within their record.
struct CellNames {
  /// The sizes that passes of the record's cells have, in columns of their own.
  let sizes: [Workload.Size]
  /// The conditions, by name, in which cells of the record differ.
  private let differing: Set<Conditions.Name>
  /// Routings by labels that tell them apart.
  private let routings: [RoutingCondition: String]

  init(_ cells: [Cell]) {
    let conditions = cells.map(\.conditions)
    let present = Set(conditions.flatMap(\.workload.sizes))
    sizes = Workload.Size.allCases.filter(present.contains)
    differing = Conditions.differing(among: conditions)
    routings = RoutingCondition.labels(of: Set(conditions.compactMap(\.routing)))
  }

  /// Whether a condition has a column and a phrase of its own; all others are named together as the
  /// engine.
  private static func isPlaced(_ name: Conditions.Name) -> Bool {
    switch name {
    case .workload, .size, .routing: true
    case .engine, .precision, .threads: false
    }
  }

  /// The routing that a first screen takes for granted.
  static let usualRouting = "uniform"

  /// Whether cells differ in engine, weight format, threads or another condition named with them.
  var distinguishesEngines: Bool { !differing.allSatisfy(Self.isPlaced) }

  /// Whether cells differ in how tokens were routed.
  var distinguishesRoutings: Bool { differing.contains(.routing) }

  /// The conditions that must be said, each routing by a label of its own.
  func parts(of cell: Cell) -> [Conditions.Part] {
    cell.conditions.partsToSay(routing: routing(of: cell))
  }

  /// The routing, such as `zipf:0.8`; `-` for a workload that routes nothing.
  func routing(of cell: Cell) -> String {
    cell.conditions.routing.flatMap { routings[$0] } ?? "-"
  }

  /// Engine, weight format and threads as far as cells differ in them: `tile`, `blas f32`,
  /// `2 threads`.
  func engine(of cell: Cell) -> String {
    differences(of: cell).filter { !Self.isPlaced($0.name) }.map(\.phrase)
      .joined(separator: " ")
  }

  /// Columns that tell the cells of one pairing apart.
  var columns: [Table.Column] {
    sizeColumns + [.init("routing")] + (distinguishesEngines ? [.init("engine")] : [])
  }

  /// The entries of a cell in `columns`.
  func entries(of cell: Cell) -> [Table.Entry] {
    sizeEntries(of: cell) + [.init(routing(of: cell))]
      + (distinguishesEngines ? [.init(engine(of: cell))] : [])
  }

  /// A column for each size of passes.
  var sizeColumns: [Table.Column] { sizes.map { .init($0.rawValue, .right) } }

  /// The entries of a cell in `sizeColumns`.
  func sizeEntries(of cell: Cell) -> [Table.Entry] {
    sizes.map { .init("\(cell.workload[$0])") }
  }

  /// The cell's conditions: `16 tokens per pass, zipf:0.8 routing, tile`.
  func conditions(of cell: Cell) -> String {
    let workload = differences(of: cell).filter { $0.name == .workload }.map(\.phrase)
    return (workload + [cell.workload.perPass] + distinctions(of: cell)).joined(separator: ", ")
  }

  /// The cell's conditions in as few words as can be: `16`, `16, zipf:0.8`.
  func brief(of cell: Cell) -> String {
    let sizes = self.sizes.filter { differing.contains(.size($0)) }
    let words =
      sizes.count < 2
      ? (sizes.isEmpty ? self.sizes : sizes).prefix(1).map { "\(cell.workload[$0])" }
      : sizes.map { $0.counted(cell.workload[$0]) }
    return (words + [group(of: cell)].filter { !$0.isEmpty }).joined(separator: ", ")
  }

  /// What distinguishes a cell besides its pairing, its sizes and the usual routing:
  /// `zipf:0.8, blas`; empty for nothing.
  func group(of cell: Cell) -> String {
    let routing = distinguishesRoutings ? routing(of: cell) : Self.usualRouting
    return ([routing].filter { $0 != Self.usualRouting } + [engine(of: cell)])
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The pairing of a curve over a size of passes: `olmoe-1b-7b against iso-total, zipf:0.8 routing`, with
  /// the other sizes in which cells differ.
  func pairing(of cell: Cell, over size: Workload.Size) -> String {
    let others = sizes.filter { $0 != size && differing.contains(.size($0)) }
    return
      ([cell.pairing] + others.map { $0.perPass(cell.workload[$0]) } + distinctions(of: cell))
      .joined(separator: ", ")
  }

  private func distinctions(of cell: Cell) -> [String] {
    let routing = differences(of: cell).filter { $0.name == .routing }.map(\.phrase)
    return (routing + [engine(of: cell)]).filter { !$0.isEmpty }
  }

  private func differences(of cell: Cell) -> [Conditions.Part] {
    cell.conditions.parts(routing: routing(of: cell)).filter { differing.contains($0.name) }
  }
}
