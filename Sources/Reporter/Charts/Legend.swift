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

    /// A number that stands in the picture where a name has no room, and the name.
    static func number(_ number: Int, _ text: String) -> Entry {
      Entry(
        sign: { place in
          [
            TextMark("\(number)").markup(
              at: Point(place.x, place.y + TextMark.rise), .middle, .ink, isStrong: true)
          ]
        }, text: text)
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

/// Finds room for labels: none lies over another, over a mark or beyond the edge.
struct LabelPlacement {
  private let bounds: Box
  private let slack: Double
  private var taken: [Box] = []

  /// Labels within `bounds`.
  ///
  /// - Parameter slack: how much wider than estimated text may come out; 1.15 is enough for the widest
  ///   of the fonts that systems take (DejaVu Sans).
  init(within bounds: Box, slack: Double = 1) {
    self.bounds = bounds
    self.slack = slack
  }

  /// Keeps labels away from a mark.
  mutating func keepFree(_ box: Box) {
    taken.append(box)
  }

  /// Keeps labels away from a line.
  mutating func keepFree(along points: [Point]) {
    for (start, end) in zip(points, points.dropFirst()) {
      let length = max(abs(end.x - start.x), abs(end.y - start.y))
      let steps = max(1, (length / Self.lineWidth).rounded(.up))
      for step in stride(from: 0, through: steps, by: 1) {
        let share = step / steps
        let place = Point(
          start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
        taken.append(Box(around: place, width: Self.lineWidth, height: Self.lineWidth))
      }
    }
  }

  /// Units around a line that labels keep off.
  private static let lineWidth = 6.0

  /// A baseline beside a mark, and which part of the text stands there.
  struct Position: Hashable {
    var place: Point
    var anchor: TextMark.Anchor
  }

  /// The first of some positions that has room, which is then taken; `nil` when none has.
  mutating func place(_ text: TextMark, at positions: [Position]) -> Position? {
    for position in positions {
      let box = text.box(at: position.place, position.anchor, slack: slack)
      guard bounds.encloses(box), !taken.contains(where: box.overlaps) else { continue }
      taken.append(box)
      return position
    }
    return nil
  }

  /// Positions around a mark: beside it first, then above and below.
  static func around(_ mark: Point, distance: Double = 10) -> [Position] {
    let (above, below) = (mark.y - distance, mark.y + distance + TextMark.ascent)
    return [
      Position(place: Point(mark.x + distance, mark.y + TextMark.rise), anchor: .start),
      Position(place: Point(mark.x - distance, mark.y + TextMark.rise), anchor: .end),
      Position(place: Point(mark.x, above), anchor: .middle),
      Position(place: Point(mark.x, below), anchor: .middle),
      Position(place: Point(mark.x + distance / 2, above), anchor: .start),
      Position(place: Point(mark.x + distance / 2, below), anchor: .start),
      Position(place: Point(mark.x - distance / 2, above), anchor: .end),
      Position(place: Point(mark.x - distance / 2, below), anchor: .end),
    ]
  }

  /// Heights as near to the wished ones as they can be with `gap` between neighbours, all between
  /// `top` and `bottom` as far as that has room.
  static func spread(_ wishes: [Double], gap: Double, top: Double, bottom: Double) -> [Double] {
    let order = wishes.indices.sorted { (wishes[$0], $0) < (wishes[$1], $1) }
    var heights = wishes
    var floor = top
    for index in order {
      heights[index] = max(heights[index], floor)
      floor = heights[index] + gap
    }
    var ceiling = bottom
    for index in order.reversed() {
      heights[index] = min(heights[index], ceiling)
      ceiling = heights[index] - gap
    }
    return heights
  }
}
