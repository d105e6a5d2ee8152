import Testing

@testable import Reporter

@Suite("Figures")
struct FiguresTests {
  @Test(
    "have three significant digits, zeros at the end dropped on request",
    arguments: [
      (5.3912, "5.39x"), (4.9, "4.9x"), (4.899, "4.9x"), (6, "6x"), (10, "10x"), (0.3614, "0.361x"),
      (27.78, "27.8x"), (99.96, "100x"), (0.09996, "0.1x"), (1287, "1290x"), (999_999, "1e6x"),
      (0.00123, "0.00123x"), (0.000123, "1.23e-4x"), (1e300, "1e300x"), (0, "0x"), (1000, "1000x"),
    ])
  func ratio(_ value: Double, _ text: String) {
    #expect(Figures.ratio(value) == text)
  }

  @Test("keep their zeros in columns of measured ratios")
  func measured() {
    #expect(Figures.measuredRatio(4.9) == "4.90x")
    #expect(Figures.measuredRatio(100) == "100x")
    #expect(Figures.interval(0.96, 1) == "[0.960, 1.00]")
  }

  @Test(
    "give factors in hundredths, small and large ones in two digits",
    arguments: [
      (1, "×1.00"), (0.4321, "×0.43"), (0.998, "×1.00"), (1.02, "×1.02"), (12.3456, "×12.35"),
      (0.0999, "×0.10"), (0.0123, "×0.012"), (4321, "×4300"), (999.999, "×1000"),
      (Double.nan, "×-"), (.infinity, "×-"), (1e-300, "×1e-300"),
    ])
  func factor(_ value: Double, _ text: String) {
    #expect(Figures.factor(value) == text)
  }

  @Test("print no NaN and no infinity", arguments: [Double.nan, .infinity, -.infinity])
  func notANumber(_ value: Double) {
    #expect(Figures.significant(value) == "-")
  }

  @Test("reach the smallest and the largest number")
  func extremes() {
    #expect(Figures.significant(.leastNonzeroMagnitude) == "4.94e-324")
    #expect(Figures.significant(.greatestFiniteMagnitude) == "1.80e308")
    #expect(Figures.significant(-1.5) == "-1.50")
  }

  @Test("carry their units")
  func units() {
    #expect(Figures.percent(0.917) == "91.7 %")
    #expect(Figures.bytes(15 << 30) == "15 GiB")
    #expect(Figures.bytes(1023) == "1023 bytes")
    #expect(Figures.bytes(1024) == "1 KiB")
    #expect(Figures.rate(flopsPerSecond: 12.34e9) == "12.3 GFLOP/s")
    #expect(Figures.rate(flopsPerSecond: 500) == "500 FLOP/s")
    #expect(Figures.count(1, "token") == "1 token")
    #expect(Figures.count(0, "token") == "0 tokens")
  }

  @Test(
    "seconds have a unit that fits them",
    arguments: [
      (0.0664, "66.4 ms"), (2, "2.00 s"), (1.5e-5, "15.0 µs"), (2e-8, "20.0 ns"), (0, "0 ns"),
      (7200, "7200 s"), (-0.5, "-500 ms"),
    ])
  func seconds(_ seconds: Double, _ text: String) {
    #expect(Figures.seconds(seconds) == text)
  }
}
