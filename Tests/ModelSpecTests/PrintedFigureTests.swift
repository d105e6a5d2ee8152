import Foundation
import ModelSpec
import Testing

@Suite("Figures as sources print them")
struct PrintedFigureTests {
  @Test(
    "are read with half a unit of their last digit either way",
    arguments: [
      ("17", 17, 16.5, 17.5), ("10", 10, 9.5, 10.5), ("0.20", 0.2, 0.195, 0.205),
      ("70.6B", 70.6e9, 70.55e9, 70.65e9), ("3.5T", 3.5e12, 3.45e12, 3.55e12),
      ("157M", 157e6, 156.5e6, 157.5e6), ("80K", 80e3, 79.5e3, 80.5e3),
    ] as [(String, Double, Double, Double)])
  func figures(_ text: String, _ value: Double, _ low: Double, _ high: Double) throws {
    let figure = try #require(PrintedFigure(text)).value
    // A decimal fraction and its scale are each rounded once to a Double.
    for (own, expected) in [(figure.value, value), (figure.low, low), (figure.high, high)] {
      #expect(abs(own / expected - 1) < 4 * Double.ulpOfOne, "\(text): \(own)")
    }
  }

  @Test(
    "are refused where they are no positive decimal number",
    arguments: [
      "", "B", "-3", "+3", "0", "0.0", ".5", "5.", "1,000", "1e9", "3 B", "17x", "٣", "inf",
    ])
  func refused(_ text: String) throws {
    #expect(PrintedFigure(text) == nil)
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([PrintedFigure].self, from: json)
    }
  }

  @Test("multiply and divide to the widest interval that independent rounding leaves")
  func arithmetic() {
    let (one, other) = (RoundedValue(2, low: 1, high: 3), RoundedValue(4, low: 2, high: 5))
    #expect(one * other == RoundedValue(8, low: 2, high: 15))
    #expect(one / other == RoundedValue(0.5, low: 0.2, high: 1.5))
    #expect(RoundedValue(exactly: 3).isExact && !one.isExact)
  }

  @Test(
    "say how far a claimed ratio is rounded, in each way that sources print one",
    arguments: [
      (#"{"ratio": "17"}"#, 16.5, 17.5), (#"{"share": "39.6"}"#, 100 / 39.65, 100 / 39.55),
      (#"{"saving": "93.3"}"#, 100 / (100 - 93.25), 100 / (100 - 93.35)),
      (#"{"baseline": "157M", "model": "58M"}"#, 156.5 / 58.5, 157.5 / 57.5),
    ] as [(String, Double, Double)])
  func printed(_ text: String, _ low: Double, _ high: Double) throws {
    let printed = try DocumentCoding.decoder.decode(
      ClaimCount.Printed.self, from: Data(text.utf8))
    let claimed = try #require(printed.claimed)
    #expect(abs(claimed.low / low - 1) < 1e-12 && abs(claimed.high / high - 1) < 1e-12)
  }

  @Test("say nothing where a figure is missing or all is saved")
  func nothingPrinted() throws {
    for text in ["{}", #"{"baseline": "3"}"#, #"{"saving": "100"}"#, #"{"saving": "99.99"}"#] {
      let printed = try DocumentCoding.decoder.decode(
        ClaimCount.Printed.self, from: Data(text.utf8))
      #expect((printed.claimed == nil) == !text.contains("99.99"))
    }
  }
}
