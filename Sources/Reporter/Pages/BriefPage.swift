import LayerSpec
import ModelSpec

extension Report {
  /// The report on one screen.
  ///
  /// Verdicts with a reason each, the machine, a row for each cell, and what limits all of it; `page`
  /// holds the rest.
  ///
  /// As text of `width` columns each record takes at most `BriefSection.mostLines` lines; what does not
  /// fit is counted, and the page says how to see it.
  public func brief(width: Int = TextPage.defaultWidth) -> Page {
    guard !sections.isEmpty || ledger != nil else { return page }
    return Page(
      (sections.isEmpty ? [.title("Tenfold report")] : [])
        + sections.flatMap {
          BriefSection($0, isNamed: sections.count > 1, width: width).blocks
        } + (ledger?.summary ?? []))
  }
}

/// One record on one screen.
struct BriefSection {
  /// Lines of text that a record takes at most, so that a terminal shows it whole.
  static let mostLines = 50
  /// The most claims that are listed with their reasons.
  private static let mostClaims = 6
  /// Cells for which claims make room.
  private static let leastCells = 12
  /// The most cautions that are listed.
  private static let mostCautions = 3
  /// The most curves of a sweep that get a sentence.
  private static let mostCurves = 2
  /// Lines that one string of a record takes at most, whoever wrote it.
  private static let mostLinesOfText = 2
  /// Lines that the sentences on a curve take at most.
  private static let mostLinesOfCurve = 4

  private let section: Report.Section
  private let record: Record
  private let judged: [Verdict]
  private let isNamed: Bool
  private let width: Int

  /// - Parameters:
  ///   - isNamed: whether the title says which record it is, as there are others.
  ///   - width: columns of the text whose lines are counted.
  init(_ section: Report.Section, isNamed: Bool, width: Int) {
    self.section = section
    self.isNamed = isNamed
    self.width = width
    record = section.named.record
    judged = section.verdicts.furthestFirst
  }

  /// The whole section, with as many claims and cells as fit.
  var blocks: [Page.Block] {
    let most = min(Self.mostClaims, judged.count)
    let wanted = min(Self.leastCells, record.cells.count)
    let claims = (0...most).reversed().first { room(besides: $0) >= wanted } ?? 0
    return blocks(claims: claims, cells: max(0, room(besides: claims)))
  }

  /// Rows of cells that fit below so many claims; one of them says how many do not.
  private func room(besides claims: Int) -> Int {
    let others = TextPage.render(Page(blocks(claims: claims, cells: 0)), width: width)
    return Self.mostLines - others.count { $0 == "\n" } + (record.cells.isEmpty ? 0 : 1)
  }

  private func blocks(claims: Int, cells: Int) -> [Page.Block] {
    [.title(bounded(title))] + record.warnings.map { .warning(begun($0)) }
      + lead(claims) + [.facts(origin)] + cellTable(rows: cells) + [.facts(notes)]
  }

  /// The text, its middle left out where it would take more lines than one string should.
  private func bounded(
    _ text: String, lines: Int = mostLinesOfText, margin: Int = margin
  ) -> String {
    Escaping.terminal(text).elided(columns: lines * (width - margin))
  }

  /// The sentence, its end left out where it would take more lines than one string should: what happened
  /// stands at its beginning.
  private func begun(_ sentence: String) -> String {
    let columns = Self.mostLinesOfText * (width - Self.margin)
    let text = Escaping.terminal(sentence)
    return text.displayWidth <= columns ? text : text.prefix(columns: columns - 3) + "..."
  }

  /// Whether names and figures have no room beside each other.
  private var isNarrow: Bool { width < Self.leastWidthOfTable }

  /// Columns that a table takes with names of usual length.
  private static let leastWidthOfTable = 90

  /// Columns that the names of facts take of a line.
  private static let margin = 12
  /// Columns of a list's points before their text, and what words that wrap leave free.
  private static let marginOfPoints = 6

  // MARK: - Verdicts

  private var tally: String {
    Verdict.Outcome.tally(section.verdicts.filter { !$0.isDerived }.map(\.verdict))
  }

  /// What scenarios and counts say, as a line; their verdicts are listed with the details.
  private var derived: [Page.Fact] {
    let tally = Verdict.Outcome.tallyOfDerived(section.verdicts)
    return tally.isEmpty ? [] : [.init("Derived", tally + " (--details)")]
  }

  private var title: String {
    let claims = tally.isEmpty ? "no claim about these models" : tally
    return "Tenfold report: \(isNamed ? section.named.name : claims)"
  }

  /// What was judged; of a record without such claims, what its curves say or its headline.
  private func lead(_ claims: Int) -> [Page.Block] {
    let seeds = section.seedLines
    // The lines are to be quoted whole, and have the width that points of a list have.
    if !seeds.isEmpty { return [.list(seeds.map { bounded($0, margin: Self.marginOfPoints) })] }
    let headline = isNamed ? [Page.Block.paragraph(bounded(Headline(section).sentence))] : []
    guard judged.isEmpty else { return headline + [.table(claimTable(rows: claims))] }
    let curves = CurveTables(record).sentences.prefix(Self.mostCurves).map {
      bounded($0, lines: Self.mostLinesOfCurve)
    }
    if !curves.isEmpty { return headline + [.list(Array(curves))] }
    return [.paragraph(bounded(Headline(section).sentence))]
  }

  private func claimTable(rows: Int) -> Table {
    let reasons = BriefReason(section)
    var table = Table(
      columns: [
        .init("claim"), .init("claimed", .right), .init("measured", .left, isWhole: true),
        .init("verdict", .left, isWhole: true),
      ], detailTitle: "reason")
    table.rows = judged.prefix(rows).map { verdict in
      Table.Row(
        [
          .init(verdict.claim), .init(Figures.claimed(verdict.claimed, verdict.qualifier)),
          .init(
            verdict.measured.map { CellMarks.estimate($0, of: section.best(of: verdict)) } ?? "-"),
          .init(verdict.verdict.words, tone: verdict.verdict.tone),
        ], detail: bounded(reasons.text(of: verdict)))
    }
    table.count(more: judged.count - table.rows.count, "judged claim")
    return isNarrow ? table.namesAbove : table
  }

  // MARK: - Cells

  /// The cells in at most so many rows, of which the last one counts what does not fit.
  private func cellTable(rows most: Int) -> [Page.Block] {
    guard !record.cells.isEmpty else {
      return [.paragraph("The record holds no measured cell.")]
    }
    let names = CellNames(record.cells)
    let rows = cellRows(names)
    // On a narrow page names have lines of their own.
    let shown = (0...rows.count).last { shown in
      let names = isNarrow ? rows.prefix(shown).count { !$0.entries[0].text.isEmpty } : 0
      return shown + names + (shown < rows.count ? 1 : 0) <= most
    }
    var table = Table(
      columns: [.init("candidate / baseline")] + names.sizeColumns + [
        .init("FLOPs", .right), .init("measured", .left, isWhole: true),
        .init("main cause", .left, isWhole: true),
      ], rows: Array(rows.prefix(shown ?? 0)))
    table.count(more: rows.count - table.rows.count, "cell")
    return [.table(isNarrow ? table.namesAbove : table)]
  }

  /// A row for each cell, those of one pairing and one routing together under their name.
  private func cellRows(_ names: CellNames) -> [Table.Row] {
    record.pairings.flatMap { pairing in
      let groups = Self.grouped(pairing, by: names.group)
      return groups.enumerated().flatMap { index, cells in
        let group = names.group(of: cells[0])
        let name = group.isEmpty && groups.count > 1 ? CellNames.usualRouting : group
        let pair = index > 0 ? "  " : cells[0].pairing(" / ") + (name.isEmpty ? "" : ", ")
        return cells.enumerated().map { index, cell in
          row(cell, named: index == 0 ? pair + name : "", sizes: names.sizeEntries(of: cell))
        }
      }
    }
  }

  private func row(_ cell: Cell, named name: String, sizes: [Table.Entry]) -> Table.Row {
    let cause = MainCause(cell)
    return Table.Row(
      [.init(name)] + sizes + [
        .init(Figures.ratio(cell.flopRatio)),
        .init(CellMarks.estimate(Verdict.Measured(cell.timeRatio), of: cell)),
        .init(cause?.text ?? "-", tone: cause?.tone ?? .faint),
      ])
  }

  /// Cells of one group together, groups in the order of their first cells.
  private static func grouped(_ cells: [Cell], by group: (Cell) -> String) -> [[Cell]] {
    cells.map(group).uniqued().map { name in cells.filter { group($0) == name } }
  }

  // MARK: - Facts

  private var origin: [Page.Fact] {
    let machine = record.machine
    var parts = [
      machine.cpu, "\(machine.effectiveCPUs) of \(machine.logicalCPUs) CPUs",
      "\(Figures.bytes(machine.memoryBytes)) memory",
    ]
    if machine.hypervisor != nil { parts.append("virtual") }
    let engines = Set(record.cells.map(\.engine)).sorted()
    let run = [
      (engines.isEmpty ? record.options.engines : engines).joined(separator: " and "),
      record.options.precision.name, Figures.count(record.options.threads, "thread"),
      record.created,
    ]
    let claims =
      isNamed ? [Page.Fact("Claims", tally.isEmpty ? "none about these models" : tally)] : []
    let line = [parts, run].map { $0.joined(separator: ", ") }.joined(separator: "; ")
    return claims + [.init("Machine", bounded(line))]
  }

  private var notes: [Page.Fact] {
    var facts: [Page.Fact] = []
    if !record.cells.isEmpty { facts.append(.init("Ratios", legend)) }
    if let marks = CellMarks.legend(of: record.cells) {
      facts.append(.init("Marks", bounded(marks)))
    }
    facts += derived + cautions
    if record.cells.contains(where: { $0.energy != nil }) {
      facts.append(.init("Energy", bounded(EnergyTables(record).summary)))
    }
    if !record.cells.isEmpty {
      facts.append(
        .init(
          "Limits",
          bounded(
            "\(record.workloadPhrases.subjects) on this machine and engine; not whole models, quality, "
              + "training, price")))
    }
    return facts + [.init("More", more)]
  }

  private var legend: String {
    let confidence = record.cells.map(\.timeRatio.confidence).min() ?? 0
    return
      "above 1x the candidate saves; measured [\(Figures.percent(confidence)) interval] = FLOPs × "
      + "main cause × lesser ones"
  }

  /// How to see the rest.
  private var more: String {
    // A path that has no room is better not there than half.
    let path = ShellWord.path(section.named.name)
    let command = "tenfold report \(path.displayWidth > width / 2 ? "RECORD" : path)"
    let others = allCautions.count - Self.mostCautions
    return "\(command) --details, --format html"
      + (others > 0 ? " (+\(Figures.count(others, "caution")))" : "")
  }

  private var cautions: [Page.Fact] {
    allCautions.prefix(Self.mostCautions).map { Page.Fact("Caution", bounded($0)) }
  }

  /// The cautions of cells, those of most cells first, and then those of the run.
  private var allCautions: [String] {
    let ofCells = record.cells.map { Set($0.cautions) }
    let order = record.cells.flatMap(\.cautions).uniqued()
    let counted = order.map { caution in (caution, ofCells.count { $0.contains(caution) }) }
    let sorted = counted.indices.sorted { (counted[$1].1, $0) < (counted[$0].1, $1) }
    return sorted.map { "\(counted[$0].1)/\(record.cells.count) cells: \(gist(counted[$0].0))" }
      + record.cautions.map(gist)
  }

  /// A caution up to its advice, which begins at "; " or ", so ".
  private func gist(_ caution: String) -> String {
    var end = caution.endIndex
    for stop in ["; ", ", so "] {
      if let found = caution.firstRange(of: stop) { end = min(end, found.lowerBound) }
    }
    return String(caution[..<end])
  }
}
