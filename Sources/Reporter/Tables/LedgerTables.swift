import ModelSpec

/// Verdicts on all claims of the ledger, grouped by what they rest on and by what they say.
struct LedgerTables {
  private let verdicts: [Verdict]
  /// Whether rows say which record they are of, as there are several.
  private let namesRecords: Bool

  /// - Parameter namesRecords: whether verdicts are of several records.
  init(_ verdicts: [Verdict], namesRecords: Bool = false) {
    self.verdicts = verdicts
    self.namesRecords = namesRecords
  }

  // MARK: - On one screen

  /// How many claims rest on what: a row for each scope, and what came of them.
  var summary: [Page.Block] {
    let columns = Standing.allCases
    var table = Table(
      columns: [.init("scope")] + columns.map { .init($0.rawValue, .right) }
        + [.init("claims", .right)])
    for scope in Claim.Scope.allCases {
      let own = verdicts.filter { $0.scope == scope }
      guard !own.isEmpty else { continue }
      table.rows.append(row(scope.words, own))
    }
    table.rows.append(row("all", verdicts))
    return [.heading("The whole ledger"), .table(table), .facts(outcomes), .paragraph(Self.legend)]
  }

  private func row(_ name: String, _ verdicts: [Verdict]) -> Table.Row {
    Table.Row(
      [.init(name)]
        + Standing.allCases.map { standing in
          let count = verdicts.count { Standing($0) == standing }
          return .init(count == 0 ? "-" : "\(count)", tone: count == 0 ? .faint : .plain)
        } + [.init("\(verdicts.count)")])
  }

  private var outcomes: [Page.Fact] {
    Verdict.Basis.known.compactMap { basis in
      let own = verdicts.filter { $0.basis == basis }
      return own.isEmpty
        ? nil : .init(basis.title, Verdict.Outcome.tally(own.map(\.verdict)))
    }
  }

  private static let legend =
    "Measured claims were held against cells, composed ones against a scenario over cells, counted ones "
    + "against arithmetic on published sizes and figures. To measure and to compose are those of which no "
    + "record here holds the cells. None says why in its reason: tenfold report --all-claims --details."

  // MARK: - In full

  /// The summary, and below it every claim with its reason.
  var blocks: [Page.Block] {
    summary
      + Standing.allCases.flatMap { standing -> [Page.Block] in
        let own = verdicts.filter { Standing($0) == standing }
        guard !own.isEmpty else { return [] }
        let outcomes = Verdict.Outcome.allCases.filter { outcome in
          own.contains { $0.verdict == outcome }
        }
        return [.heading("\(standing.title) (\(own.count))", level: 1)]
          + outcomes.flatMap { outcome -> [Page.Block] in
            let rows = own.filter { $0.verdict == outcome }
            return [
              .heading("\(outcome.words) (\(rows.count))", level: 2), .table(table(rows)),
            ]
          }
      }
  }

  private func table(_ verdicts: [Verdict]) -> Table {
    let isMeasured = verdicts.contains { $0.measured != nil }
    var columns: [Table.Column] = [
      .init("claim"), .init("claimed", .right), .init("analytic", .right),
    ]
    if isMeasured { columns.append(.init("measured", isWhole: true)) }
    if namesRecords { columns.append(.init("record")) }
    return Table(
      columns: columns,
      rows: verdicts.map { verdict in
        var entries: [Table.Entry] = [
          .init(verdict.claim), .init(Figures.claimed(verdict.claimed, verdict.qualifier)),
          .init(verdict.analytic.map(Figures.ratio) ?? "-"),
        ]
        if isMeasured { entries.append(.init(verdict.measured.map(Figures.estimate) ?? "-")) }
        if namesRecords { entries.append(.init(verdict.record ?? "-")) }
        return Table.Row(entries, detail: verdict.reason)
      }, detailTitle: "reason")
  }
}

/// Where a claim stands: what its verdict rests on, or what it waits for.
private enum Standing: String, CaseIterable {
  case measured, composed, counted
  case toMeasure = "to measure"
  case toCompose = "to compose"
  case none

  init(_ verdict: Verdict) {
    switch verdict.basis {
    case .measured: self = .measured
    case .composed: self = .composed
    case .counted: self = .counted
    default:
      switch ClaimLedger.claim(id: verdict.claim)?.test.basis {
      case .measured: self = .toMeasure
      case .composed: self = .toCompose
      default: self = .none
      }
    }
  }

  var title: String {
    switch self {
    case .measured, .composed, .counted: Verdict.Basis(rawValue: rawValue).title
    case .toMeasure: "To measure"
    case .toCompose: "To compose"
    case .none: "Without a basis"
    }
  }
}

extension Verdict.Basis {
  /// The word at the beginning of a line.
  var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension Claim.Scope {
  /// The scope in words: `whole model`.
  var words: String { rawValue.replacing("-", with: " ") }
}
