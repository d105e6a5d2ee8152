import ModelSpec

/// The claims of a report, a row each: what is claimed, what FLOPs say, what the roofline allows and
/// what was measured, joined by a line on one axis of ratios.
///
/// Claims that were decided by measuring come first. Of those beyond a kernel only the claimed ratio
/// and the FLOP ratio are shown, fainter.
public struct DumbbellChart: Sendable {
  /// The finished picture with its table.
  public let chart: Chart

  /// The picture of some verdicts, `nil` when none has two ratios to hold against each other.
  public init?(_ verdicts: [Verdict], id: String = "claims", command: Reproduction? = nil) {
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
      for pairing in Self.byPairing(group) {
        body.append(
          TextMark(pairing[0].pairing, width: ChartFrame.width - 2 * ChartFrame.margin).markup(
            at: Point(ChartFrame.margin, y + 14), .start, .soft, isOverLines: true))
        y += 24
        for row in pairing {
          let drawn = row.markup(scale: scale, top: y)
          body += drawn.markup
          y = drawn.bottom
        }
        y += 6
      }
      y += 4
    }
    let axis = Axis.ratios(scale, atMost: 7).below(
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
    if rows.contains(where: { !$0.marks.isEmpty }) {
      entries.append(.shape(.circle, .measured, isHollow: true, "measured in part"))
    }
    return Legend(entries)
  }

  /// Rows of one pairing next to each other, in the order of the first of them.
  private static func byPairing(_ rows: [DumbbellRow]) -> [[DumbbellRow]] {
    var order: [String] = []
    var groups: [String: [DumbbellRow]] = [:]
    for row in rows {
      if groups[row.pairing] == nil { order.append(row.pairing) }
      groups[row.pairing, default: []].append(row)
    }
    return order.compactMap { groups[$0] }
  }

  private static func summary(_ rows: [DumbbellRow], without: Int) -> String {
    var sentences: [String] = []
    let measured = rows.filter(\.isMeasured)
    if !measured.isEmpty {
      sentences.append(
        "\(Figures.count(measured.count, "claim")) measured here: "
          + Verdict.Outcome.tally(measured.map(\.outcome)) + ".")
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
    if rows.contains(where: { !$0.marks.isEmpty }) {
      sentences.append("Hollow: measured in part (\(CellMarks.meaningInPictures)).")
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
          .init(row.measured.map { Figures.measuredRatio($0.median) + row.marks } ?? "-"),
          .init(row.measured.map { Figures.interval($0.low, $0.high) } ?? "-"),
          .init(row.outcome.words, tone: row.outcome.tone),
        ])
      })
  }
}

/// One claim in the picture of claims, with only the figures that are drawn.
struct DumbbellRow: Sendable {
  let claim: String
  let candidate: String
  let baseline: String
  let outcome: Verdict.Outcome
  /// The claimed ratio in the claim's own manner, `nil` when there is none to draw.
  let claimedText: String?
  let claimed: Double?
  let analytic: Double?
  let roofline: Double?
  let measured: Verdict.Measured?

  /// The row of a verdict, `nil` when it has less than two ratios that can be drawn, and for one by a
  /// formula: no cell is its measured point.
  init?(_ verdict: Verdict) {
    guard !verdict.isDerived else { return nil }
    claim = verdict.claim
    candidate = verdict.candidate ?? "-"
    baseline = verdict.baseline ?? "-"
    outcome = verdict.verdict
    claimed = verdict.claimed.flatMap { $0.isDrawable ? $0 : nil }
    claimedText = claimed.map { Figures.claimed($0, verdict.qualifier) }
    analytic = verdict.analytic.flatMap { $0.isDrawable ? $0 : nil }
    let isDecided =
      switch verdict.verdict {
      case .delivered, .exceeded, .fallsShort, .undecided: true
      case .notAKernelClaim, .notMeasured: false
      }
    measured = isDecided ? verdict.measured.flatMap { $0.isDrawable ? $0 : nil } : nil
    roofline = measured == nil ? nil : verdict.roofline.flatMap { $0.isDrawable ? $0 : nil }
    let figures = [claimed, analytic, roofline, measured?.median].compactMap { $0 }
    guard figures.count > 1 else { return nil }
  }

  /// Whether measuring decided the claim.
  var isMeasured: Bool { measured != nil }

  /// The marks of a ratio that was measured in part, behind its number: ` s`; empty for one measured whole.
  var marks: String {
    let letters = measured.map(CellMarks.letters) ?? ""
    return letters.isEmpty ? "" : " \(letters)"
  }

  /// What was held against what: `mixtral-8x7b against llama2-70b`.
  var pairing: String { "\(candidate) against \(baseline)" }

  /// Every ratio that is drawn.
  var ratios: [Double] {
    [claimed, analytic, roofline, measured?.low, measured?.median, measured?.high].compactMap { $0 }
  }

  /// The factor between claimed and measured, at least 1; 1 when either is missing.
  var distance: Double {
    guard let claimed, let measured else { return 1 }
    return max(claimed / measured.median, measured.median / claimed)
  }

  /// From the top of the row to the middle of its marks.
  private static let markY = 32.0
  private static let height = 48.0

  /// The row from `top` down, and where it ends.
  func markup(scale: LogScale, top: Double) -> (markup: [Markup], bottom: Double) {
    let y = top + Self.markY
    var result = names(top: top)
    let places = ratios.map(scale.position)
    if let first = places.min(), let last = places.max() {
      result.append(
        Line.markup([Point(first, y), Point(last, y)], .line, width: isMeasured ? 2 : 1))
    }
    let marks = marks(scale: scale, y: y)
    result += marks.markup
    var bottom = top + Self.height
    var labels = LabelPlacement(
      within: Box(minX: 2, minY: top + 20, maxX: ChartFrame.width - 2, maxY: top + 2 * Self.height))
    for box in marks.boxes { labels.keepFree(box) }
    for label in self.labels(scale: scale) {
      let text = TextMark(label.text)
      // Outwards first, away from the other end of the row.
      var positions = LabelPlacement.around(Point(label.x, y), distance: 12)
      if label.isLeft { positions.swapAt(0, 1) }
      guard let position = labels.place(text, at: positions) else { continue }
      result.append(
        text.markup(
          at: position.place, position.anchor, isMeasured ? .ink : .soft, isOverLines: true))
      bottom = max(bottom, position.place.y + TextMark.descent + 6)
    }
    return (result, bottom)
  }

  private func names(top: Double) -> [Markup] {
    let colour: ChartColour = isMeasured ? .ink : .soft
    let right = ChartFrame.width - ChartFrame.margin
    let verdict = TextMark(outcome.words)
    let name = TextMark(claim, width: right - verdict.width - 2 * ChartFrame.margin)
    return [
      name.markup(at: Point(ChartFrame.margin, top + 14), .start, colour, isOverLines: true),
      verdict.markup(at: Point(right, top + 14), .end, colour, isOverLines: true),
    ]
  }

  private func marks(scale: LogScale, y: Double) -> (markup: [Markup], boxes: [Box]) {
    var markup: [Markup] = []
    var boxes: [Box] = []
    func keep(_ value: Double) -> Point {
      let place = Point(scale.position(value), y)
      boxes.append(Box(around: place, width: 14, height: 14))
      return place
    }
    if let roofline {
      markup.append(
        MarkShape.bar.markup(
          at: keep(roofline), .roofline, title: "roofline \(Figures.ratio(roofline))"))
    }
    if let analytic {
      markup.append(
        MarkShape.square.markup(
          at: keep(analytic), .flops, title: "FLOPs \(Figures.ratio(analytic))"))
    }
    if let measured {
      let (low, high) = (scale.position(measured.low), scale.position(measured.high))
      markup.append(
        Line.interval(from: Point(low, y), to: Point(high, y), isUpright: false, .measured))
      markup.append(
        MarkShape.circle.markup(
          at: keep(measured.median), .measured, isHollow: !marks.isEmpty,
          title: "measured \(Figures.estimate(measured))\(marks)"))
      boxes.append(Box(minX: low, minY: y - 6, maxX: high, maxY: y + 6))
    }
    if let claimed, let claimedText {
      markup.append(
        MarkShape.diamond.markup(
          at: keep(claimed), .ink, isHollow: true, title: "claimed \(claimedText)"))
    }
    return (isMeasured ? markup : [.element("g", ["opacity": "0.6"]) { markup }], boxes)
  }

  /// The numbers that are written: those that the row is about.
  private func labels(scale: LogScale) -> [(text: String, x: Double, isLeft: Bool)] {
    let other =
      measured.map { ($0.median, Figures.measuredRatio($0.median) + marks) }
      ?? analytic.map { ($0, Figures.ratio($0)) }
    var labels: [(String, Double, Bool)] = []
    if let other {
      labels.append((other.1, scale.position(other.0), other.0 < claimed ?? other.0))
    }
    if let claimed, let claimedText {
      labels.append((claimedText, scale.position(claimed), claimed <= other?.0 ?? claimed))
    }
    return labels.map { (text: $0.0, x: $0.1, isLeft: $0.2) }
  }
}

extension Verdict.Measured {
  /// Whether the estimate has a place on a scale and its interval encloses it.
  fileprivate var isDrawable: Bool {
    [low, median, high].allSatisfy(\.isDrawable) && low <= median && median <= high
  }
}
