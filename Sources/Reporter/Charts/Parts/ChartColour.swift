/// The colours of all pictures, each with one meaning.
///
/// What must be told apart has a hue of the palette of Okabe and Ito, "Color Universal Design" (2008),
/// which people with any kind of colour vision can tell apart; on paper of its own lightness each
/// has a contrast of at least 3:1 (WCAG 2.2, 1.4.11), text of at least 4.5:1 (1.4.3). A shape or a
/// dash always says the same as the colour.
enum ChartColour: String, CaseIterable {
  /// What pictures are drawn on.
  case paper
  /// Text and the marks of published numbers.
  case ink
  /// Text of less importance.
  case soft
  /// Lines at round numbers.
  case grid
  /// Lines that join marks, and the roof.
  case line
  /// What was measured, and a side under test.
  case measured
  /// What counting operations says, and a loss.
  case flops
  /// What the ceilings allow, and a gain.
  case roofline

  /// On light paper.
  var light: String {
    switch self {
    case .paper: "#ffffff"
    case .ink: "#1b1f24"
    case .soft: "#59616b"
    case .grid: "#e6e8eb"
    case .line: "#868e99"
    // Blue, vermilion and bluish green of the palette.
    case .measured: "#0072b2"
    case .flops: "#d55e00"
    case .roofline: "#009e73"
    }
  }

  /// On dark paper.
  var dark: String {
    switch self {
    case .paper: "#16191d"
    case .ink: "#e9ebee"
    case .soft: "#a6aeb8"
    case .grid: "#2c3138"
    case .line: "#7d8590"
    // Sky blue, orange and bluish green of the palette.
    case .measured: "#56b4e9"
    case .flops: "#e69f00"
    case .roofline: "#009e73"
    }
  }
}
