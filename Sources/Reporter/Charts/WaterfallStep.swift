/// One factor on the way from the FLOP ratio to the measured ratio.
struct WaterfallStep: Hashable {
  /// What takes or gives.
  let name: String
  /// By what it multiplies the ratio.
  let factor: Double
  /// The ratio before.
  let from: Double
  /// Whether the step has a reason, or is what no reason explains.
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

  /// What takes is coloured otherwise than what gives; what does neither, as far as is written, and
  /// what has no reason have no hue.
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
