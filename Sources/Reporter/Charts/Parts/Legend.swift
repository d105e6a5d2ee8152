/// What marks and lines mean, in as many rows as it takes.
struct Legend {
  /// A mark or a line with its meaning.
  struct Entry {
    let sign: @Sendable (Point) -> [Markup]
    let text: String

    /// A shape and what it stands for.
    static func shape(
      _ shape: MarkShape, _ colour: ChartColour, isHollow: Bool = false, _ text: String
    ) -> Entry {
      Entry(sign: { [shape.markup(at: $0, colour, isHollow: isHollow)] }, text: text)
    }

    /// A shape with its interval and what they stand for.
    static func estimate(_ colour: ChartColour, _ text: String) -> Entry {
      Entry(
        sign: { place in
          [
            Line.interval(
              from: Point(place.x - 11, place.y), to: Point(place.x + 11, place.y),
              isUpright: false, colour),
            MarkShape.circle.markup(at: place, colour),
          ]
        }, text: text)
    }
  }

  private let entries: [Entry]

  init(_ entries: [Entry]) {
    self.entries = entries
  }

  private static let signWidth = 30.0
  private static let gap = 18.0

  /// The legend from `top` down, and where it ends.
  func markup(top: Double) -> (markup: [Markup], bottom: Double) {
    var marks: [Markup] = []
    var x = ChartFrame.margin
    var y = top + ChartFrame.lineHeight / 2
    for entry in entries {
      let text = TextMark(entry.text)
      let width = Self.signWidth + text.width
      if x > ChartFrame.margin, x + width > ChartFrame.width - ChartFrame.margin {
        x = ChartFrame.margin
        y += ChartFrame.lineHeight + 2
      }
      marks += entry.sign(Point(x + 11, y))
      marks.append(text.markup(at: Point(x + Self.signWidth, y + TextMark.rise), .start, .soft))
      x += width + Self.gap
    }
    return (marks, y + ChartFrame.lineHeight / 2)
  }
}
