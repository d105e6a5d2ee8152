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
