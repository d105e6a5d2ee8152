import ModelSpec

/// The claims of a report, a row each: what is claimed, what FLOPs say, what the roofline allows and
/// what was measured, joined by a line on one axis of ratios.
///
/// Claims that were decided by measuring come first. Of those beyond a kernel only the claimed ratio
/// and the FLOP ratio are shown, fainter.
public struct DumbbellChart: Sendable {
  /// The picture.
  public let chart: Chart

  /// The picture of some verdicts, `nil` when none has two ratios to hold against each other.
  public init?(_ verdicts: [Verdict], id: String = "claims", command: String? = nil) {
    let rows = verdicts.compactMap(DumbbellRow.init)
    let ratios = rows.flatMap(\.ratios) + [1]
    guard !rows.isEmpty,
      let scale = LogScale(
        showing: ratios, from: Self.labelWidth, to: ChartFrame.width - Self.labelWidth)
    else { return nil }

    let frame = ChartFrame(
      id: id, title: "What is claimed, and what it comes to on this machine",
      summary: Self.summary(rows, without: verdicts.count - rows.count))
    let (legend, top) = Self.legend(rows).markup(top: 0)
    var y = top + 10
    var body: [Markup] = []
    for isMeasured in [true, false] {
      let group = rows.filter { $0.isMeasured == isMeasured }
      guard !group.isEmpty else { continue }
      body.append(
        TextMark(isMeasured ? "Measured here" : "Beyond a kernel: FLOPs only").markup(
          at: Point(ChartFrame.margin, y + 20), isStrong: true, isOverLines: true))
      y += 28
      for pair in Self.byPair(group) {
        body.append(
          TextMark(pair[0].pair, width: ChartFrame.width - 2 * ChartFrame.margin).markup(
            at: Point(ChartFrame.margin, y + 14), .start, .soft, isOverLines: true))
        y += 24
        for row in pair {
          let drawn = row.markup(scale: scale, top: y)
          body += drawn.markup
          y = drawn.bottom
        }
        y += 6
      }
      y += 4
    }
    let axis = Axis.ofRatios(scale, atMost: 7).below(
      top: top + 6, bottom: y, title: Axis.ratioTitle(scale))
    chart = Chart(
      id: id, title: frame.title, summary: frame.summary, table: Self.table(rows),
      command: command,
      drawing: frame.drawing(height: y + Axis.heightBelow, axis + legend + body))
  }

  /// Units kept free at both ends of the axis for the numbers of the outermost marks.
  private static let labelWidth = 84.0

  private static func legend(_ rows: [DumbbellRow]) -> Legend {
    var entries: [Legend.Entry] = [
      .shape(.diamond, .ink, isHollow: true, "claimed"), .shape(.square, .flops, "FLOPs"),
    ]
    if rows.contains(where: { $0.roofline != nil }) {
      entries.append(.shape(.bar, .roofline, "roofline"))
    }
    if rows.contains(where: \.isMeasured) {
      entries.append(.estimate(.measured, "measured, interval"))
    }
    return Legend(entries)
  }

  /// Rows of one candidate and baseline next to each other, in the order of the first of them.
  private static func byPair(_ rows: [DumbbellRow]) -> [[DumbbellRow]] {
    var order: [String] = []
    var groups: [String: [DumbbellRow]] = [:]
    for row in rows {
      if groups[row.pair] == nil { order.append(row.pair) }
      groups[row.pair, default: []].append(row)
    }
    return order.compactMap { groups[$0] }
  }

  private static func summary(_ rows: [DumbbellRow], without: Int) -> String {
    var sentences: [String] = []
    let measured = rows.filter(\.isMeasured)
    if !measured.isEmpty {
      let outcomes = Verdict.Outcome.allCases.compactMap { outcome -> String? in
        let count = measured.count { $0.outcome == outcome }
        return count > 0 ? "\(count) \(outcome.rawValue)" : nil
      }
      sentences.append(
        "\(Figures.count(measured.count, "claim")) measured here: "
          + outcomes.joined(separator: ", ") + ".")
    }
    let furthest = measured.filter { $0.outcome == .fallsShort }.max {
      $0.distance < $1.distance
    }
    if let furthest, let claimed = furthest.claimedText, let estimate = furthest.measured {
      sentences.append(
        "Furthest from its number is \(furthest.claim): claimed \(claimed), measured "
          + "\(Figures.measuredRatio(estimate.median)).")
    }
    if rows.count > measured.count {
      sentences.append(
        "\(Figures.count(rows.count - measured.count, "claim")) beyond a kernel, with the FLOP "
          + "ratio beside what is claimed.")
    }
    if without > 0 {
      sentences.append("\(Figures.count(without, "claim")) not shown, for want of a second figure.")
    }
    return sentences.joined(separator: " ")
  }

  private static func table(_ rows: [DumbbellRow]) -> Table {
    Table(
      columns: [
        .init("claim"), .init("candidate"), .init("baseline"), .init("claimed", .right),
        .init("FLOPs", .right), .init("roofline", .right), .init("measured", .right),
        .init("interval"), .init("verdict"),
      ],
      rows: (rows.filter(\.isMeasured) + rows.filter { !$0.isMeasured }).map { row in
        Table.Row([
          .init(row.claim), .init(row.candidate), .init(row.baseline),
          .init(row.claimedText ?? "-"), .init(row.analytic.map(Figures.ratio) ?? "-"),
          .init(row.roofline.map(Figures.ratio) ?? "-"),
          .init(row.measured.map { Figures.measuredRatio($0.median) } ?? "-"),
          .init(row.measured.map { Figures.interval($0.low, $0.high) } ?? "-"),
          .init(row.outcome.rawValue, tone: row.outcome.tone),
        ])
      })
  }
}
