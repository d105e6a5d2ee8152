/// A row of bars as high as a character.
enum Sparkline {
  /// Eighths of a character's height (Unicode block elements, U+2581 to U+2588).
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One bar for each share: the lowest for 0, the full one from 7/8 on.
  static func of(_ shares: [Double]) -> String {
    String(
      shares.map { share in
        let eighths = (share.isNaN ? 0 : min(max(share, 0), 1)) * Double(bars.count)
        return bars[min(Int(eighths), bars.count - 1)]
      })
  }
}
