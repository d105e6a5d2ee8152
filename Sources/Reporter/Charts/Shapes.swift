/// The shape of a mark, each with one meaning within a picture.
enum MarkShape {
  case circle, square, diamond, bar

  /// The shape centred at a place; a hollow one shows what is below it.
  ///
  /// - Parameter title: shown when pointed at.
  func markup(
    at place: Point, radius: Double = 5.5, _ colour: ChartColour, isHollow: Bool = false,
    title: String? = nil
  ) -> Markup {
    let classes =
      isHollow
      ? "tf-line tf-stroke-\(colour.rawValue)" : "tf-fill-\(colour.rawValue) tf-stroke-paper"
    let hint = title.map { text in [Markup.element("title") { text }] } ?? []
    let width = isHollow ? "2" : "1"
    if self == .circle {
      return .element(
        "circle",
        [
          "cx": place.x.coordinate, "cy": place.y.coordinate, "r": radius.coordinate,
          "stroke-width": width, "class": classes,
        ]
      ) { hint }
    }
    return .element(
      "path",
      [
        "d": Path(corners.map { Point(place.x + $0.x * radius, place.y + $0.y * radius) }).closed,
        "stroke-width": width, "class": classes,
      ]
    ) { hint }
  }

  /// Corners around the origin, of about the size of a circle of radius 1.
  private var corners: [Point] {
    switch self {
    case .circle: []
    case .square: [Point(-0.9, -0.9), Point(0.9, -0.9), Point(0.9, 0.9), Point(-0.9, 0.9)]
    case .diamond: [Point(0, -1.25), Point(1.25, 0), Point(0, 1.25), Point(-1.25, 0)]
    // Higher than all others, so that none of them covers it.
    case .bar: [Point(-0.4, -2), Point(0.4, -2), Point(0.4, 2), Point(-0.4, 2)]
    }
  }
}

/// Points that are joined by straight lines.
struct Path {
  private let points: [Point]

  init(_ points: [Point]) {
    self.points = points
  }

  /// The data of an SVG path from the first point to the last.
  var open: String {
    points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(point.x.coordinate) \(point.y.coordinate)"
    }.joined()
  }

  /// The same, back to the first point.
  var closed: String { open + "Z" }
}

/// Lines of pictures.
enum Line {
  /// How a line is broken, in units.
  enum Dash: String {
    case dashed = "7 5"
    case dotted = "1 6"
  }

  /// A line through points, as an SVG path.
  static func markup(
    _ points: [Point], _ colour: ChartColour, width: Double = 1, dash: Dash? = nil
  ) -> Markup {
    .element(
      "path",
      [
        "d": Path(points).open, "stroke-width": width.coordinate,
        "stroke-dasharray": dash?.rawValue, "class": "tf-line tf-stroke-\(colour.rawValue)",
      ])
  }

  /// An interval along a line: a bar with caps at both ends.
  ///
  /// - Parameter isUpright: whether the bar is vertical and its caps are horizontal.
  static func interval(
    from start: Point, to end: Point, isUpright: Bool, _ colour: ChartColour
  ) -> Markup {
    let cap = 5.0
    func ends(_ place: Point) -> [Point] {
      isUpright
        ? [Point(place.x - cap, place.y), Point(place.x + cap, place.y)]
        : [Point(place.x, place.y - cap), Point(place.x, place.y + cap)]
    }
    return .element(
      "path",
      [
        "d": [[start, end], ends(start), ends(end)].map { Path($0).open }.joined(),
        "stroke-width": "1.5", "class": "tf-line tf-stroke-\(colour.rawValue)",
      ])
  }
}

extension Double {
  /// The number as SVG has it, to a tenth of a unit.
  ///
  /// A tenth is less than anyone sees, and the last bits of a logarithm do not change a file.
  var coordinate: String {
    precondition(isFinite, "a picture has no place for it")
    let tenths = Int((self * 10).rounded())
    let digits = tenths.magnitude
    let fraction = digits % 10 == 0 ? "" : ".\(digits % 10)"
    return "\(tenths < 0 ? "-" : "")\(digits / 10)\(fraction)"
  }
}

/// A place in a picture, in units of its view box: x to the right, y downwards.
struct Point: Hashable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// An upright rectangle of a picture.
struct Box: Hashable {
  var minX: Double
  var minY: Double
  var maxX: Double
  var maxY: Double

  /// A box of a size around a place.
  init(around center: Point, width: Double, height: Double) {
    minX = center.x - width / 2
    maxX = center.x + width / 2
    minY = center.y - height / 2
    maxY = center.y + height / 2
  }

  init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  func overlaps(_ other: Box) -> Bool {
    minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
  }

  func encloses(_ other: Box) -> Bool {
    minX <= other.minX && other.maxX <= maxX && minY <= other.minY && other.maxY <= maxY
  }
}
