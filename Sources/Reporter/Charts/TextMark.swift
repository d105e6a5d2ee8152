/// A line of text in a picture.
struct TextMark {
  /// Which part of the text stands at its place.
  enum Anchor: String {
    case start, middle, end
  }

  /// What is shown; its middle is left out where it would be too wide.
  let text: String
  /// The unshortened text, shown when pointed at; `nil` when nothing was left out.
  let full: String?

  /// A text that is shortened to at most `width` units.
  init(_ text: String, width: Double = ChartFrame.width) {
    let shown = TextWidth.fit(text, into: width)
    self.text = shown
    full = shown == TextWidth.visible(text) ? nil : text
  }

  /// How wide the text is estimated to be, in units.
  var width: Double { TextWidth.measure(text) }

  /// The box of the text whose baseline begins, is centred or ends at a place.
  ///
  /// - Parameter slack: what its width is multiplied by.
  func box(at place: Point, _ anchor: Anchor, slack: Double = 1) -> Box {
    let width = width * slack
    let left =
      switch anchor {
      case .start: place.x
      case .middle: place.x - width / 2
      case .end: place.x - width
      }
    return Box(
      minX: left, minY: place.y - Self.ascent, maxX: left + width, maxY: place.y + Self.descent)
  }

  /// The text as an SVG element, its baseline at a place.
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

/// How wide text comes out, without a font at hand.
///
/// Widths are those of common sans-serif fonts, rounded up in classes of letters, so that a text is
/// rather narrower than estimated: what must not touch has room.
enum TextWidth {
  /// Units that a line takes in a font of `size`.
  static func measure(_ text: String, size: Double = ChartFrame.fontSize) -> Double {
    text.reduce(0) { $0 + share(of: $1) } * size
  }

  /// The text on one line of at most `width` units, its middle left out when it is longer.
  ///
  /// The middle, because ids differ at both ends: a family first, a size last.
  static func fit(
    _ text: String, into width: Double, size: Double = ChartFrame.fontSize
  ) -> String {
    let shown = visible(text)
    guard measure(shown, size: size) > width else { return shown }
    var columns = min(shown.displayWidth, Int(width / (size * narrowest)))
    while columns > 4 {
      let candidate = shown.elided(columns: columns).replacing("...", with: "…")
      if measure(candidate, size: size) <= width { return candidate }
      columns -= 1
    }
    return "…"
  }

  /// The text as it is drawn: one line, and no letter with so many marks that it leaves the line.
  static func visible(_ text: String) -> String {
    String(Escaping.terminal(text).map { Character(prefix(of: $0)) })
  }

  private static func prefix(of character: Character) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: character.unicodeScalars.prefix(mostScalars))
    return String(scalars)
  }

  /// Scalars of one character that are drawn; flags, skin tones and stacked vowels need no more.
  private static let mostScalars = 6
  /// The narrowest class, in parts of the font size.
  private static let narrowest = 0.34

  private static func share(of character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", "(", ")", "[", "]", " ", "f", "t",
      "r", "-", "/":
      narrowest
    case "m", "w", "M", "W", "@", "%", "÷", "×", "+", "=", "<", ">", "…": 0.9
    case "a"..."z", "0"..."9", "_", "\"", "·": 0.58
    case "A"..."Z": 0.72
    default: max(0.72, 1.05 * Double(String(character).displayWidth) / 2)
    }
  }
}
