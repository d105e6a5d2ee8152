/// How wide text comes out, without a font at hand.
///
/// Widths are those of common sans-serif fonts, rounded up in four classes, so that text is rather
/// narrower than said: what must not touch has room.
enum TextWidth {
  /// Units that a line takes in a font of `size`.
  static func of(_ text: String, size: Double = ChartFrame.fontSize) -> Double {
    text.reduce(0) { $0 + share(of: $1) } * size
  }

  /// The text on one line of at most `width` units, its middle left out when it is longer.
  ///
  /// The middle, because ids differ at both ends: a family first, a size last.
  static func fit(
    _ text: String, into width: Double, size: Double = ChartFrame.fontSize
  ) -> String {
    let shown = visible(text)
    guard of(shown, size: size) > width else { return shown }
    var columns = min(shown.displayWidth, Int(width / (size * narrowest)))
    while columns > 4 {
      let candidate = shown.elided(columns: columns).replacing("...", with: "…")
      if of(candidate, size: size) <= width { return candidate }
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
