import ModelSpec

extension Report {
  /// The report with its pictures, for a page that can show them.
  ///
  /// Each of several records has a part of its own, in the reader's order.
  public var illustratedPage: Page {
    var blocks: [Page.Block] = []
    switch sections.count {
    case 0:
      return Page(
        [.title("Tenfold report")] + (ledger?.blocks ?? [.paragraph("There is no record.")]))
    case 1:
      blocks.append(.title("Tenfold report: \(sections[0].named.record.machine.cpu)"))
      blocks += top(of: sections[0]) + IllustratedSection(sections[0]).blocks
    default:
      blocks = [
        .title("Tenfold report: \(sections.count) records"),
        .paragraph("Each record is judged alone: cells of two machines never decide one claim."),
      ]
      for (index, section) in sections.enumerated() {
        blocks.append(.heading(section.named.name))
        blocks += top(of: section)
        blocks += IllustratedSection(section, idPrefix: "r\(index + 1)-").blocks.map(\.deepened)
      }
    }
    let measured = sections.flatMap(\.named.record.cells).map(\.workload.kind)
    return Page(
      blocks + (measured.isEmpty ? [] : limits(of: WorkloadPhrases(measured)))
        + (ledger?.blocks ?? []))
  }

  /// The top of a section: the headline, the machine, and whatever spoils the figures.
  private func top(of section: Section) -> [Page.Block] {
    [.paragraph(Headline(section).sentence)] + head(section, claimsFirst: true)
      + section.named.record.cautions.map(Page.Block.warning)
  }
}

extension Page.Block {
  /// The block below one more heading.
  fileprivate var deepened: Page.Block {
    switch self {
    case .heading(let text, let level): .heading(text, level: level + 1)
    default: self
    }
  }
}

/// One record of an illustrated report: claims, cells, pictures, and where all of it comes from.
struct IllustratedSection {
  private let section: Report.Section
  private let record: Record
  private let commands: CommandLines
  private let charts: ChartCollection

  /// - Parameter idPrefix: what the ids of this record's pictures begin with, where there are others.
  init(_ section: Report.Section, idPrefix: String = "") {
    self.section = section
    record = section.named.record
    commands = CommandLines(section.named)
    charts = ChartCollection(section, idPrefix: idPrefix)
  }

  /// Everything below the headline.
  var blocks: [Page.Block] {
    let curves = CurveTables(record)
    let cells = CellTables(record, besides: curves.cells).blocks
    let roofline: [Page.Block] = charts.roofline.map { [.chart($0)] } ?? []
    var blocks = ClaimVerdicts(section).illustrated(by: charts.claims)
    blocks += YardstickTables(record).blocks
    for size in Workload.Size.allCases {
      blocks += Self.illustrated(
        curves.blocks(over: size), by: valleys(over: size), heading: "Saving over \(size.title)",
        rest: "All curves, point by point", cautions: cautions(of: curves.cells(over: size)))
    }
    blocks += cells.illustrated(below: "Share of the roofline", by: roofline)
    blocks += Self.illustrated(
      ExplanationTables(record).blocks, by: waterfalls, heading: "Where the FLOP saving went",
      rest: "All cells, factor by factor")
    blocks += Self.illustrated(
      [], by: charts.scenarios, heading: "What it would mean: scenarios over the measured passes",
      rest: "")
    return blocks + origin + reproduction
  }

  /// Pictures of one kind that are shown at once; more would hide what follows them.
  private static let shownAtOnce = 4

  /// A heading and what introduces it, the first pictures, and all else folded away.
  ///
  /// - Parameters:
  ///   - heading: what stands above the pictures where there are no other blocks.
  ///   - rest: what the blocks from the first heading of the second level on are called.
  ///   - cautions: what must be seen of the rest although it is folded.
  private static func illustrated(
    _ blocks: [Page.Block], by charts: [Chart], heading: String, rest: String,
    cautions: [Page.Block] = []
  ) -> [Page.Block] {
    guard !charts.isEmpty else { return blocks }
    var introduction: [Page.Block] = blocks.isEmpty ? [.heading(heading)] : blocks
    let tables = introduction.firstIndex {
      if case .heading(_, level: 2) = $0 { true } else { false }
    }
    let folded = tables.map { Array(introduction[$0...]) } ?? []
    introduction.removeLast(folded.count)
    let pictures = charts.map(Page.Block.chart)
    let others = Array(pictures.dropFirst(shownAtOnce))
    var result = introduction + (folded.isEmpty ? [] : cautions)
    result += pictures.prefix(shownAtOnce)
    if !others.isEmpty { result.append(.folded("\(others.count) more pictures", others)) }
    if !folded.isEmpty { result.append(.folded(rest, folded)) }
    return result
  }

  /// Each caution of some cells once, with how many of them it is about.
  private func cautions(of cells: Set<Cell>) -> [Page.Block] {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for caution in record.cells.filter(cells.contains).flatMap(\.cautions) {
      if counts[caution] == nil { order.append(caution) }
      counts[caution, default: 0] += 1
    }
    return order.map {
      .warning("at \(counts[$0, default: 0]) of \(Figures.count(cells.count, "point")), \($0)")
    }
  }

  /// First the curves with a saving to lose, then those of equal or more FLOPs.
  private func valleys(over size: Workload.Size) -> [Chart] {
    let own = charts.curves.indices.filter { charts.curves[$0].size == size }
    let saves = own.filter { CurveSentence(charts.curves[$0]).hasSaving }
    return (saves + own.filter { !saves.contains($0) }).map { charts.valleys[$0] }
  }

  /// First the cell of each pairing that realises the least, then all others.
  private var waterfalls: [Chart] {
    let cells = charts.explainedCells
    let pairings = Dictionary(grouping: cells.indices) {
      cells[$0].pairing
    }
    let worst = Set(
      pairings.values.compactMap { indices in
        indices.min { cells[$0].realisedShare < cells[$1].realisedShare }
      })
    let order = cells.indices.filter(worst.contains) + cells.indices.filter { !worst.contains($0) }
    return order.map { charts.waterfalls[$0] }
  }

  private var origin: [Page.Block] {
    let facts = RecordFacts(record)
    let ceilings = facts.ceilings.map { [Page.Block.heading("Ceilings", level: 2), .table($0)] }
    return [
      .heading("Where the figures come from"), .heading("Machine", level: 2), .facts(facts.machine),
    ] + (ceilings ?? []) + [
      .heading("Program", level: 2), .facts(facts.program),
      .heading("What was asked for", level: 2), .facts(facts.options),
    ]
  }

  private var reproduction: [Page.Block] {
    let measuring = commands.measuringAll
    let page = "this page and its pictures again, from the record and without measuring."
    var blocks: [Page.Block] = [.heading("How to reproduce it")]
    switch measuring {
    case .command:
      blocks += [
        .paragraph(
          "The first line measures everything again, on an idle machine and with revision "
            + "\(record.tool.commit); scripts/bench builds and takes the same options. The others make "
            + page), measuring.block,
      ]
    case .unmeasurable:
      blocks += [measuring.block, .paragraph("These lines make \(page)")]
    }
    return blocks + [.command(commands.page), .command(commands.charts)]
  }
}

extension [Page.Block] {
  /// The blocks with others directly below one of their headings, or at the end if it is not there.
  fileprivate func illustrated(below heading: String, by others: [Page.Block]) -> [Page.Block] {
    guard let place = firstIndex(of: .heading(heading)), !others.isEmpty else {
      return self + others
    }
    return self[...place] + others + self[index(after: place)...]
  }
}
