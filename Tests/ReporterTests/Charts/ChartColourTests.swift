import Foundation
import Testing

@testable import Reporter

@Suite("The colours of pictures")
struct ChartColourTests {
  /// Relative luminance (WCAG 2.2, "relative luminance").
  private func luminance(_ hex: String) throws -> Double {
    let value = try #require(Int(hex.dropFirst(), radix: 16))
    let channels = [16, 8, 0].map { shift -> Double in
      let channel = Double(value >> shift & 0xFF) / 255
      return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }

  private func contrast(_ a: String, _ b: String) throws -> Double {
    let (x, y) = (try luminance(a), try luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  @Test("text has a contrast of 4.5:1 with its paper", arguments: [ChartColour.ink, .soft])
  func text(_ colour: ChartColour) throws {
    #expect(try contrast(colour.light, ChartColour.paper.light) >= 4.5)
    #expect(try contrast(colour.dark, ChartColour.paper.dark) >= 4.5)
  }

  @Test(
    "marks have a contrast of 3:1 with their paper",
    arguments: [ChartColour.line, .measured, .flops, .roofline])
  func marks(_ colour: ChartColour) throws {
    #expect(try contrast(colour.light, ChartColour.paper.light) >= 3)
    #expect(try contrast(colour.dark, ChartColour.paper.dark) >= 3)
  }

  @Test("the sheet names every colour twice for old readers, and nothing outside")
  func sheet() {
    for colour in ChartColour.allCases {
      #expect(ChartStyle.sheet.contains("{fill:\(colour.light);fill:var(--tf-\(colour.rawValue))}"))
    }
    for word in ["url", "@import", "<", "&", "http"] {
      #expect(!ChartStyle.sheet.contains(word))
    }
  }
}
