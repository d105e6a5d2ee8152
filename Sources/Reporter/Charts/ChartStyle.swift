/// The style sheet within every picture.
///
/// It is the same in all of them: within a page the sheets of inline pictures apply to the whole page,
/// so what is repeated must agree. All its names begin with `tf-`. A page may set the colours anew by
/// the custom properties `--tf-…`; what follows no custom properties takes the light colours.
public enum ChartStyle {
  /// The sheet, the same in every picture, so that a page's policy can name its hash.
  public static let sheet: String =
    "svg.tf-chart{\(properties(\.light));"
    // Within a page: letters no larger than the text around, and on a phone no wider than the page.
    + "min-width:0;max-width:\(widest)px;"
    + "font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;"
    + "font-size:\(ChartFrame.fontSize.coordinate)px;font-variant-numeric:tabular-nums}"
    + "@media screen and (prefers-color-scheme:dark){svg.tf-chart{\(properties(\.dark))}}"
    + ChartColour.allCases.map(rules).joined()
    + ".tf-strong{font-weight:600}"
    + ".tf-line{fill:none;stroke-linejoin:round;stroke-linecap:round}"
    // Text over lines keeps a margin of paper around its letters.
    + ".tf-halo{paint-order:stroke;stroke-width:6px;stroke-linejoin:round}"

  /// Pixels across at most.
  private static let widest = 640

  private static func properties(_ value: (ChartColour) -> String) -> String {
    ChartColour.allCases.map { "--tf-\($0.rawValue):\(value($0))" }.joined(separator: ";")
  }

  private static func rules(_ colour: ChartColour) -> String {
    ["fill", "stroke"].map { property in
      ".tf-\(property)-\(colour.rawValue)"
        + "{\(property):\(colour.light);\(property):var(--tf-\(colour.rawValue))}"
    }.joined()
  }
}

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
  /// What was measured, and the candidate's side.
  case measured
  /// What counting operations says, and a loss.
  case flops
  /// What the ceilings allow, and a gain.
  case roofline

  /// The colour on light paper.
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

  /// The colour on dark paper.
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
