import ModelSpec

/// The verdicts of one record as tables and a list.
struct ClaimVerdicts {
  private let section: Report.Section
  private let verdicts: [Verdict]
  /// The verdicts with a figure beside the claim.
  private let shown: [Verdict]
  /// What the passes that the claims speak of go through.
  private let subjects: String

  init(_ section: Report.Section) {
    self.section = section
    verdicts = section.verdicts
    shown = verdicts.filter {
      $0.isDerived || $0.hasFigures && $0.verdict != .notMeasured
    }
    subjects =
      WorkloadPhrases(shown.compactMap { ClaimLedger.claim(id: $0.claim)?.workload }).subjects
  }

  /// The table, and below it the claims without a figure.
  var blocks: [Page.Block] {
    let rest = rest
    return [.heading("Claims")] + tables()
      + (rest.isEmpty ? [] : [.heading(Self.restTitle, level: 2), .list(rest)])
  }

  /// The same below a picture of the claims, with the claims without a figure folded.
  func illustrated(by chart: Chart?) -> [Page.Block] {
    let rest = rest
    return [.heading("Claims")] + (chart.map { [.chart($0)] } ?? [])
      + tables(showsMarks: true).map(\.verdictFirst)
      + (rest.isEmpty ? [] : [.folded("\(Self.restTitle) (\(rest.count))", [.list(rest)])])
  }

  private static let restTitle = "Also claimed of these candidates, without a figure here"

  /// - Parameter showsMarks: whether what was measured in part is marked; the tables of cells in text say
  ///   it by numbered notes.
  private func tables(showsMarks: Bool = false) -> [Page.Block] {
    if verdicts.isEmpty {
      return [
        .paragraph(
          "The ledger holds no claim about these candidates; tenfold claims lists what it holds.")
      ]
    }
    guard !shown.isEmpty else { return [] }
    let others = shown.filter { !$0.isDerived }
    var blocks: [Page.Block] = []
    if !others.isEmpty {
      let marks = showsMarks ? CellMarks.legend(of: others.compactMap(section.best)) : nil
      blocks =
        [.paragraph(legend), .table(table(others, showsMarks: showsMarks))]
        + (marks.map { [.paragraph("Marks: \($0).")] } ?? [])
    }
    return blocks
      + derived(by: .composed, "Composed", Self.legendOfScenarios) { verdict in
        verdict.measured.map(Figures.estimate)
      }
      + derived(by: .counted, "Counted", Self.legendOfCounts) { verdict in
        verdict.analytic.map(Figures.ratio)
      }
  }

  /// The claims without a figure, one point for all that have the same verdict and reason.
  private var rest: [String] { summaries(verdicts.filter { !shown.contains($0) }) }

  private var legend: String {
    "Measured is the most favourable matching cell, \(subjects) only, and the basis of a verdict where there "
      + "is one. FLOPs are of the same layers, and of the whole model, where it is known, for what is not a "
      + "kernel claim."
  }

  private static let legendOfCounts =
    "The basis of these verdicts is arithmetic on published sizes and figures: no machine is in them."

  private static let legendOfScenarios =
    "The basis of these verdicts is a stated formula over measured passes, with stated assumptions."

  /// The verdicts of a basis below a title of their own; nothing without any.
  private func derived(
    by basis: Verdict.Basis, _ title: String, _ legend: String, figure: (Verdict) -> String?
  ) -> [Page.Block] {
    let rows = byReason(shown.filter { $0.basis == basis }).map { verdict in
      Table.Row(
        [
          .init(verdict.claim), .init(Figures.claimed(verdict.claimed, verdict.qualifier)),
          .init(figure(verdict) ?? "-"),
          .init(verdict.verdict.words, tone: verdict.verdict.tone),
        ], detail: verdict.reason)
    }
    guard !rows.isEmpty else { return [] }
    let table = Table(
      columns: [
        .init("claim"), .init("claimed", .right), .init(basis.description, .right),
        .init("verdict"),
      ], rows: rows, detailTitle: "reason")
    return [.heading(title, level: 2), .paragraph(legend), .table(table)]
  }

  private func table(_ verdicts: [Verdict], showsMarks: Bool) -> Table {
    let hasRoofline = verdicts.contains { $0.roofline != nil }
    var columns: [Table.Column] = [
      .init("claim"), .init("claimed", .right), .init("FLOPs", .right),
    ]
    if hasRoofline { columns.append(.init("roofline", .right)) }
    columns += [.init("measured"), .init("verdict")]

    var told: Set<String> = []
    let rows = byReason(verdicts).map { verdict in
      var entries: [Table.Entry] = [
        .init(verdict.claim), .init(Figures.claimed(verdict.claimed, verdict.qualifier)),
        .init(verdict.analytic.map(Figures.ratio) ?? "-"),
      ]
      if hasRoofline { entries.append(.init(verdict.roofline.map(Figures.ratio) ?? "-")) }
      entries += [
        .init(
          verdict.measured.map {
            CellMarks.estimate($0, of: showsMarks ? section.best(of: verdict) : nil)
          } ?? "-"),
        .init(verdict.verdict.words, tone: verdict.verdict.tone),
      ]
      // Many claims retell one statement; its reason is printed once.
      let isNew = told.insert(verdict.reason).inserted
      return Table.Row(entries, detail: isNew ? verdict.reason : "As above.")
    }
    return Table(columns: columns, rows: rows, detailTitle: "reason")
  }

  /// The same verdicts, those with equal reasons next to each other.
  private func byReason(_ verdicts: [Verdict]) -> [Verdict] {
    var order: [String] = []
    var groups: [String: [Verdict]] = [:]
    for verdict in verdicts {
      if groups[verdict.reason] == nil { order.append(verdict.reason) }
      groups[verdict.reason, default: []].append(verdict)
    }
    return order.flatMap { groups[$0, default: []] }
  }

  /// Claims with the same verdict and reason in one point: many retell one statement.
  private func summaries(_ verdicts: [Verdict]) -> [String] {
    var order: [String] = []
    var claims: [String: [String]] = [:]
    for verdict in verdicts {
      let key = "\(verdict.verdict.words): \(verdict.reason)"
      if claims[key] == nil { order.append(key) }
      claims[key, default: []].append(
        "\(verdict.claim) (\(Figures.claimed(verdict.claimed, verdict.qualifier)))")
    }
    return order.map { key in "\(key) \(claims[key, default: []].joined(separator: ", "))" }
  }
}

extension Page.Block {
  /// A table with its last column, the verdict, behind the first, and what was measured behind what is
  /// claimed: on a phone the first columns are all that is seen at once.
  fileprivate var verdictFirst: Page.Block {
    guard case .table(var table) = self, table.columns.count > 3 else { return self }
    let last = table.columns.count - 1
    let order = [0, last, 1, last - 1] + Array(2..<(last - 1))
    table.columns = order.map { table.columns[$0] }
    for row in table.rows.indices {
      table.rows[row].entries = order.map { table.rows[row].entries[$0] }
    }
    return .table(table)
  }
}

extension Figures {
  /// A measured ratio with its interval: `4.90x [4.85, 4.95]`.
  static func estimate(_ measured: Verdict.Measured) -> String {
    "\(measuredRatio(measured.median)) \(interval(measured.low, measured.high))"
  }

  /// A claimed ratio in the claim's own manner: `6x`, `up to 2x`, `about 7x`, `over 10x`.
  static func claimed(_ value: Double?, _ qualifier: Claim.Qualifier) -> String {
    guard let value else { return "no number" }
    switch qualifier {
    case .exactly, .none: return ratio(value)
    case .about: return "about \(ratio(value))"
    case .upTo: return "up to \(ratio(value))"
    case .atLeast: return "over \(ratio(value))"
    }
  }
}
