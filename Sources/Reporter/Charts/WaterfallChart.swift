import ModelSpec

/// Where the FLOP saving of one cell went: from the FLOP ratio through each factor of its explanation
/// to the measured ratio.
///
/// On a logarithmic axis factors are lengths, so the bars add up as the factors multiply.
public struct WaterfallChart: Sendable {
  /// The finished picture with its table.
  public let chart: Chart

  /// The picture of a cell, `nil` when it has no explanation, or one with factors that no drawing holds.
  ///
  /// - Parameter conditions: those of the cell in the words that tell it apart from others; `nil` where
  ///   there are none.
  init?(
    _ cell: Cell, conditions: [Conditions.Part]? = nil, id: String = "waterfall",
    command: Reproduction? = nil
  ) {
    guard let explanation = cell.explanation,
      let steps = Self.steps(cell, explanation)
    else { return nil }
    let ratios = [cell.flopRatio, cell.timeRatio.low, cell.timeRatio.high]
    guard
      let scale = LogScale(
        showing: steps.flatMap { [$0.from, $0.to] } + ratios, from: Self.left, to: Self.right)
    else { return nil }

    let frame = ChartFrame(
      id: id,
      title:
        "Where the saving went: \(cell.pairing), \(Self.words(conditions ?? cell.conditions.parts))",
      summary: Self.summary(cell, steps))
    let bottom = Self.rowHeight * Double(steps.count + 2)
    var body = Axis.ratios(scale, atMost: 5).below(
      top: 0, bottom: bottom, title: Axis.ratioTitle(scale))
    body += Self.flops(cell, scale)
    for (index, step) in steps.enumerated() {
      body += step.markup(scale, y: Self.middle(of: index + 1))
    }
    body += Self.measured(cell, scale, y: Self.middle(of: steps.count + 1))
    chart = Chart(
      id: id, title: frame.title, summary: frame.summary,
      table: Self.table(cell, explanation, steps), command: command,
      drawing: frame.drawing(height: bottom + Axis.heightBelow, body))
  }

  /// All conditions but the workload, which the pairing tells:
  /// `16 tokens per pass, uniform routing, tile f32, 2 threads`.
  private static func words(_ conditions: [Conditions.Part]) -> String {
    conditions.filter { $0.name != .workload }.reduce(into: "") { words, part in
      // A title has engine and weight format without a comma between them.
      words += (words.isEmpty ? "" : part.name == .precision ? " " : ", ") + part.phrase
    }
  }

  static let rowHeight = 30.0
  /// The names of the steps stand left of it, their factors right of `right`.
  static let left = 186.0
  static let right = ChartFrame.width - 82

  private static func middle(of row: Int) -> Double { rowHeight * (Double(row) + 0.5) }

  private static func steps(_ cell: Cell, _ explanation: Explanation) -> [WaterfallStep]? {
    var steps: [WaterfallStep] = []
    var ratio = cell.flopRatio
    for factor in explanation.factors {
      let step = WaterfallStep(factor.name.label(routes: false), factor: factor.factor, from: ratio)
      steps.append(step)
      ratio = step.to
    }
    steps.append(
      WaterfallStep("unexplained rest", factor: explanation.rest, from: ratio, isCause: false))
    return steps.allSatisfy { $0.factor.isDrawable && $0.to.isDrawable } ? steps : nil
  }

  private static func flops(_ cell: Cell, _ scale: LogScale) -> [Markup] {
    let place = Point(scale.position(cell.flopRatio), middle(of: 0))
    return [
      Line.markup([place, Point(place.x, place.y + rowHeight)], .line),
      MarkShape.square.markup(at: place, .flops),
    ] + WaterfallStep.texts("FLOPs say", Figures.ratio(cell.flopRatio), y: place.y, isStrong: true)
  }

  private static func measured(_ cell: Cell, _ scale: LogScale, y: Double) -> [Markup] {
    let estimate = cell.timeRatio
    let place = Point(scale.position(estimate.median), y)
    return [
      Line.interval(
        from: Point(scale.position(estimate.low), y), to: Point(scale.position(estimate.high), y),
        isUpright: false, .measured),
      MarkShape.circle.markup(
        at: place, .measured, isHollow: !CellMarks.letters(of: cell).isEmpty,
        title: Figures.interval(estimate.low, estimate.high)),
    ]
      + WaterfallStep.texts(
        CellMarks.letters(of: cell).isEmpty ? "measured" : "measured in part",
        Figures.measuredRatio(estimate.median), y: y, isStrong: true)
  }

  private static func summary(_ cell: Cell, _ steps: [WaterfallStep]) -> String {
    let letters = CellMarks.letters(of: cell)
    let start =
      "Of \(Figures.ratio(cell.flopRatio)) by FLOPs \(Figures.measuredRatio(cell.timeRatio.median)) "
      + "was measured" + (letters.isEmpty ? "" : " in part (\(CellMarks.meaningInPictures))")
    // The rest is not a cause.
    guard let worst = steps.dropLast().min(by: { $0.factor < $1.factor }), worst.factor < 1 else {
      return start + "; no cause takes anything of it."
    }
    return start + "; the most is taken by \(worst.name), "
      + "\(Figures.factor(worst.factor)), and \(Figures.factor(steps[steps.count - 1].factor)) is left "
      + "unexplained."
  }

  private static func table(_ cell: Cell, _ explanation: Explanation, _ steps: [WaterfallStep])
    -> Table
  {
    var rows = [Table.Row(["FLOPs", "-", "-", "-", .init(Figures.ratio(cell.flopRatio))])]
    for (index, step) in steps.enumerated() {
      let sides =
        index < explanation.factors.count
        ? [explanation.factors[index].baseline, explanation.factors[index].candidate] : []
      let costs = sides.isEmpty ? ["-", "-"] : sides.map { Figures.significant($0) }
      rows.append(
        Table.Row([
          .init(step.name), .init(costs[0]), .init(costs[1]),
          .init(Figures.factor(step.factor)), .init(Figures.ratio(step.to)),
        ]))
    }
    let estimate = cell.timeRatio
    rows.append(
      Table.Row([
        "measured", "-", "-", "-",
        .init(
          "\(Figures.measuredRatio(estimate.median)) "
            + Figures.interval(estimate.low, estimate.high)),
      ]))
    return Table(
      columns: [
        .init("step"), .init("baseline's cost", .right), .init("candidate's cost", .right),
        .init("factor", .right), .init("ratio", .right),
      ], rows: rows)
  }
}

/// One factor on the way from the FLOP ratio to the measured ratio.
struct WaterfallStep: Hashable {
  /// The cause, or `unexplained rest`.
  let name: String
  /// What the step multiplies the ratio by.
  let factor: Double
  /// The ratio before.
  let from: Double
  /// False for the rest, which no cause explains.
  let isCause: Bool
  /// The ratio after.
  var to: Double { from * factor }

  init(_ name: String, factor: Double, from: Double, isCause: Bool = true) {
    self.isCause = isCause
    self.name = name
    self.factor = factor
    self.from = from
  }

  private static let thickness = 16.0
  /// Units that even a factor of nearly 1 is wide, to be seen at all.
  private static let thinnest = 2.0

  /// The step's bar with its name and factor, and a line down to the next row.
  func markup(_ scale: LogScale, y: Double) -> [Markup] {
    let (start, end) = (scale.position(from), scale.position(to))
    let bar: Markup = .element(
      "path",
      [
        "d": Path(arrow(from: start, to: end, y: y)).closed,
        "class": "tf-fill-\(colour.rawValue)",
      ]
    ) {
      Markup.element("title") {
        "\(Figures.factor(factor)) from \(Figures.ratio(from)) to \(Figures.ratio(to))"
      }
    }
    let onwards = Line.markup(
      [Point(end, y), Point(end, y + WaterfallChart.rowHeight)], .line)
    return [onwards, bar] + Self.texts(name, Figures.factor(factor), y: y)
  }

  /// One hue for a loss and one for a gain; none for a factor that is printed as 1 and for the
  /// rest.
  private var colour: ChartColour {
    if !isCause || Figures.factor(factor) == Figures.factor(1) { return .line }
    return factor < 1 ? .flops : .roofline
  }

  /// A bar with a point where it leads, so that its direction needs no colour.
  private func arrow(from start: Double, to end: Double, y: Double) -> [Point] {
    let half = Self.thickness / 2
    guard abs(end - start) >= Self.thinnest else {
      let left = min(start, end) - Self.thinnest / 2
      return [
        Point(left, y - half), Point(left + Self.thinnest, y - half),
        Point(left + Self.thinnest, y + half), Point(left, y + half),
      ]
    }
    let tip = min(half, abs(end - start)) * (end < start ? 1 : -1)
    return [
      Point(start, y - half), Point(end + tip, y - half), Point(end, y),
      Point(end + tip, y + half), Point(start, y + half),
    ]
  }

  /// The name left of the plot and the figure right of it.
  static func texts(_ name: String, _ figure: String, y: Double, isStrong: Bool = false) -> [Markup]
  {
    let baseline = y + TextMark.rise
    return [
      TextMark(name, width: WaterfallChart.left - ChartFrame.margin - 4).markup(
        at: Point(ChartFrame.margin, baseline), isStrong: isStrong),
      TextMark(figure).markup(
        at: Point(ChartFrame.width - ChartFrame.margin, baseline), .end, isStrong: isStrong),
    ]
  }
}
