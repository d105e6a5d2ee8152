import ModelSpec

/// The verdicts of one record as tables and a list.
struct ClaimVerdicts {
  private let verdicts: [Verdict]

  init(_ verdicts: [Verdict]) {
    self.verdicts = verdicts
  }

  var blocks: [Page.Block] {
    let shown = verdicts.filter { $0.hasFigures && $0.verdict != .notMeasured }
    let rest = verdicts.filter { !shown.contains($0) }
    guard !verdicts.isEmpty else {
      return [
        .heading("Claims"),
        .paragraph(
          "The ledger holds no claim about these candidates; tenfold claims lists what it holds."),
      ]
    }
    var blocks: [Page.Block] = [.heading("Claims")]
    if !shown.isEmpty { blocks.append(.table(table(shown))) }
    if !rest.isEmpty {
      blocks.append(.heading("Also claimed of these candidates, without a figure here", level: 2))
      blocks.append(.list(summaries(rest)))
    }
    return blocks
  }

  private func table(_ verdicts: [Verdict]) -> Table {
    Table(
      columns: [
        .init("claim"), .init("claimed", .right), .init("FLOPs", .right), .init("measured", .right),
        .init("interval"), .init("verdict"),
      ],
      rows: verdicts.map { verdict in
        Table.Row(
          [
            .init(verdict.claim), .init(Figures.claimed(verdict.claimed, verdict.qualifier)),
            .init(verdict.analytic.map(Figures.ratio) ?? "-"),
            .init(verdict.measured.map { Figures.measuredRatio($0.median) } ?? "-"),
            .init(verdict.measured.map { Figures.interval($0.low, $0.high) } ?? "-"),
            .init(verdict.verdict.rawValue, tone: verdict.verdict.tone),
          ], detail: verdict.reason)
      }, detailTitle: "reason")
  }

  /// Claims with the same verdict and reason in one point: many retell one statement.
  private func summaries(_ verdicts: [Verdict]) -> [String] {
    var order: [String] = []
    var claims: [String: [String]] = [:]
    for verdict in verdicts {
      let key = "\(verdict.verdict.rawValue): \(verdict.reason)"
      if claims[key] == nil { order.append(key) }
      claims[key, default: []].append(
        "\(verdict.claim) (\(Figures.claimed(verdict.claimed, verdict.qualifier)))")
    }
    return order.map { key in "\(key) \(claims[key, default: []].joined(separator: ", "))" }
  }
}

extension Verdict.Outcome {
  /// How the outcome stands out.
  var tone: Table.Tone {
    switch self {
    case .delivered, .exceeded: .good
    case .fallsShort: .bad
    case .undecided: .open
    case .notAKernelClaim, .notMeasured: .faint
    }
  }
}

extension Figures {
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
