/// A line of text in a picture.
struct TextMark {
  /// Which part of the text stands at its place.
  enum Anchor: String {
    case start, middle, end
  }

  /// What is shown, elided where need be.
  let text: String
  /// The unshortened text, shown when pointed at; `nil` when nothing was left out.
  let full: String?

  /// The text, on at most `width` units.
  init(_ text: String, width: Double = ChartFrame.width) {
    let shown = TextWidth.fit(text, into: width)
    self.text = shown
    full = shown == TextWidth.visible(text) ? nil : text
  }

  /// Units across.
  var width: Double { TextWidth.of(text) }

  /// The box of the text whose baseline begins, is centred or ends at a place.
  func box(at place: Point, _ anchor: Anchor) -> Box {
    let left =
      switch anchor {
      case .start: place.x
      case .middle: place.x - width / 2
      case .end: place.x - width
      }
    return Box(
      minX: left, minY: place.y - Self.ascent, maxX: left + width, maxY: place.y + Self.descent)
  }

  /// The text at a place.
  ///
  /// - Parameter isOverLines: keeps a margin of paper around the letters.
  func markup(
    at place: Point, _ anchor: Anchor = .start, _ colour: ChartColour = .ink,
    isStrong: Bool = false, isOverLines: Bool = false
  ) -> Markup {
    var classes = ["tf-fill-\(colour.rawValue)"]
    if isStrong { classes.append("tf-strong") }
    if isOverLines { classes += ["tf-halo", "tf-stroke-paper"] }
    return .element(
      "text",
      [
        "x": place.x.coordinate, "y": place.y.coordinate,
        "text-anchor": anchor == .start ? nil : anchor.rawValue,
        "class": classes.joined(separator: " "),
      ]
    ) {
      if let full { Markup.element("title") { full } }
      text
    }
  }

  /// Units above the baseline.
  static let ascent = 12.0
  /// Units below the baseline.
  static let descent = 4.0
  /// From the middle of a mark down to the baseline of text beside it.
  static let rise = 5.0
}
