import LayerSpec
import ModelSpec

/// Where the FLOP saving of each cell went: one table for each pairing, with a column for each cell
/// and a row for each cause.
struct ExplanationTables {
  private let record: Record
  private let names: CellNames

  /// The causes of the record's explanations: those that this version knows, and others by their names.
  private let causes: [Explanation.Cause]

  init(_ record: Record) {
    self.record = record
    names = CellNames(record.cells)
    causes = Explanation.Cause.all(in: [record])
  }

  /// A heading, a legend and the tables; nothing when no cell is explained.
  var blocks: [Page.Block] {
    let sections = record.pairings.map { $0.compactMap(Column.init) }
      .filter { !$0.isEmpty }.flatMap(section)
    guard !sections.isEmpty else { return [] }
    return [.heading("Where the FLOP saving went"), .paragraph(legend)] + sections
  }

  private var legend: String {
    let isOwn = record.cells.contains { $0.ceilingBeside?.isOfVisits == true }
    return
      "The FLOP ratio times every factor below it is the measured ratio. A factor is what its cause "
      + "costs the baseline / what it costs the candidate: below ×1 the candidate loses by it, above "
      + "×1 the baseline. Memory traffic and tile remainder are what "
      + (isOwn ? "the ceilings beside the cell say" : "this machine's ceilings say") + " of the "
      + "bytes and of tiles with few rows; the others were measured within the timed passes. "
      + (isOwn
        ? "The" : "Engine shortfall is also where the machine gave less than at its best; the")
      + " rest is what no cause explains."
  }

  /// A cell with its explanation.
  private struct Column {
    let cell: Cell
    let explanation: Explanation

    init?(_ cell: Cell) {
      guard let explanation = cell.explanation else { return nil }
      self.cell = cell
      self.explanation = explanation
    }
  }

  /// One row of a table: its name, and its entry for a cell.
  private struct Line {
    let name: String
    let value: (Column) -> Table.Entry
  }

  /// All rows; the first is made the titles of the columns.
  private func lines(routes: Bool) -> [Line] {
    var lines = names.sizes.map { size in
      Line(name: size.title) { .init("\($0.cell.workload[size])") }
    }
    if names.distinguishesRoutings {
      lines.append(Line(name: "routing") { .init(names.routing(of: $0.cell)) })
    }
    if names.distinguishesEngines {
      lines.append(Line(name: "engine") { .init(names.engine(of: $0.cell)) })
    }
    lines.append(Line(name: "FLOP ratio") { .init(Figures.ratio($0.cell.flopRatio)) })
    lines += causes.map { cause in
      Line(name: cause.label(routes: routes)) {
        $0.explanation.factor(of: cause).map(Self.tinted) ?? "-"
      }
    }
    return lines + [
      Line(name: "unexplained rest") { Self.rest($0.explanation.rest) },
      Line(name: "measured ratio") { .init(Figures.measuredRatio($0.cell.timeRatio.median)) },
    ]
  }

  private func section(_ columns: [Column]) -> [Page.Block] {
    let lines = lines(routes: columns.contains(where: \.cell.routes))
    let tables = Self.fitting(columns, lines).map { columns in
      Table(
        columns: [.init(lines[0].name)]
          + columns.map { .init(lines[0].value($0).text, .right) },
        rows: lines.dropFirst().map { line in
          Table.Row([.init(line.name)] + columns.map(line.value))
        })
    }
    return [.heading(columns[0].cell.pairing, level: 2)] + tables.map(Page.Block.table)
  }

  /// The columns in groups whose tables are no wider than a page of text, at least one column each.
  private static func fitting(_ columns: [Column], _ lines: [Line]) -> [[Column]] {
    let gap = 2
    let names = lines.map(\.name.displayWidth).max() ?? 0
    var groups: [[Column]] = []
    var used = names
    for column in columns {
      let width = gap + (lines.map { $0.value(column).text.displayWidth }.max() ?? 0)
      if groups.isEmpty || used + width > TextPage.defaultWidth {
        groups.append([])
        used = names
      }
      groups[groups.count - 1].append(column)
      used += width
    }
    return groups
  }

  /// A factor, marked where it matters.
  private static func tinted(_ factor: Double) -> Table.Entry {
    .init(Figures.factor(factor), tone: isSmall(factor) ? .faint : factor < 1 ? .bad : .good)
  }

  private static func rest(_ factor: Double) -> Table.Entry {
    .init(Figures.factor(factor), tone: isSmall(factor) ? .faint : .open)
  }

  /// Whether a factor is too near to 1 to be what a reader looks for, or a rest is small enough.
  static func isSmall(_ factor: Double) -> Bool { (1 / notable...notable).contains(factor) }

  private static let notable = 1.05
}

extension Explanation.Cause {
  /// The cause as people read it.
  ///
  /// - Parameter routes: whether the cells that it is said of route tokens to experts.
  func label(routes: Bool) -> String {
    rawValue.split(separator: "-").joined(separator: " ")
      + (self == .memoryTraffic && routes ? " of distinct experts" : "")
  }
}

extension Explanation.Cause {
  /// The causes of the workloads in records: those that this version knows in the order of the chain, then
  /// others in the order of their appearance.
  static func all(in records: [Record]) -> [Explanation.Cause] {
    let cells = records.flatMap(\.cells)
    let causes = cells.map(\.workload.kind).uniqued().flatMap(Explanation.Cause.causes)
    let present = cells.compactMap(\.explanation).flatMap(\.factors).map(\.name)
    let all = (causes + present).uniqued()
    return known.filter(all.contains) + all.filter { !known.contains($0) }
  }
}

extension Explanation {
  /// The factor of one cause, `nil` when the explanation does not have it.
  func factor(of cause: Cause) -> Double? { factors.first { $0.name == cause }?.factor }

  /// The factor that does most of what the whole chain does: the smallest where the realised share is
  /// below 1, the largest where it is above.
  ///
  /// `nil` beside a cause of a later version, which may be the one that does most.
  var mainFactor: Factor? {
    guard factors.allSatisfy({ Cause.known.contains($0.name) }) else { return nil }
    return product < 1
      ? factors.min { $0.factor < $1.factor } : factors.max { $0.factor < $1.factor }
  }
}
