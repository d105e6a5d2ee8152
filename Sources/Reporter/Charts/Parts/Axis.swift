/// Lines at round numbers, with the numbers beside them.
struct Axis {
  /// Where numbers stand.
  let scale: LogScale
  /// The numbers that get a line, with their text.
  let ticks: [(value: Double, text: String)]
  /// Numbers whose line stands out.
  let emphasised: Set<Double>

  /// An axis with these numbers.
  init(
    _ scale: LogScale, _ ticks: [Double], emphasised: Set<Double> = [],
    text: (Double) -> String
  ) {
    self.scale = scale
    self.ticks = ticks.map { ($0, text($0)) }
    self.emphasised = emphasised
  }

  /// An axis of ratios, on which 1x stands out: on one side the candidate saves, on the other not.
  static func ofRatios(_ scale: LogScale, atMost count: Int) -> Axis {
    Axis(scale, scale.ticks(atMost: count), emphasised: [1], text: Figures.ratio)
  }

  /// What an axis of ratios shows, and what 1x means where it is on it.
  static func ratioTitle(_ scale: LogScale) -> String {
    scale.contains(1)
      ? "baseline / candidate: right of 1x the candidate saves" : "baseline / candidate"
  }

  /// Upright lines from `top` to `bottom`, numbers below, then what they are.
  func below(top: Double, bottom: Double, title: String) -> [Markup] {
    let lines = ticks.map { tick in
      let x = scale.position(tick.value)
      return line([Point(x, top), Point(x, bottom)], at: tick.value)
    }
    let numbers = ticks.map { tick in
      centred(
        TextMark(tick.text), at: Point(scale.position(tick.value), bottom + 18),
        emphasised.contains(tick.value) ? .ink : .soft)
    }
    let middle = Point((scale.start + scale.end) / 2, bottom + 18 + ChartFrame.lineHeight)
    return lines + numbers + [centred(TextMark(title), at: middle, .soft)]
  }

  /// Text around a place, or as near to it as the edges of the picture let it.
  private func centred(_ text: TextMark, at place: Point, _ colour: ChartColour) -> Markup {
    let half = text.width / 2
    let x = max(half + 2, min(ChartFrame.width - half - 2, place.x))
    return text.markup(at: Point(x, place.y), .middle, colour)
  }

  /// Units that numbers and title take below the lines.
  static let heightBelow = 18 + ChartFrame.lineHeight + TextMark.descent

  /// Lines across from `left` to `right`, numbers at their left.
  func leftOf(_ left: Double, right: Double) -> [Markup] {
    ticks.flatMap { tick in
      let y = scale.position(tick.value)
      return [
        line([Point(left, y), Point(right, y)], at: tick.value),
        TextMark(tick.text, width: left - 8).markup(
          at: Point(left - 8, y + TextMark.rise), .end,
          emphasised.contains(tick.value) ? .ink : .soft),
      ]
    }
  }

  private func line(_ points: [Point], at value: Double) -> Markup {
    emphasised.contains(value)
      ? Line.markup(points, .line, width: 1.5) : Line.markup(points, .grid)
  }
}
