import Testing

@testable import Reporter

@Suite("A logarithmic scale")
struct LogScaleTests {
  /// A scale without a margin from 0 to 100.
  private func ending(_ values: [Double], minimumFactor: Double = 2) -> LogScale? {
    LogScale(showing: values, minimumFactor: minimumFactor, margin: 0, from: 0, to: 100)
  }

  @Test("puts equal factors at equal distances")
  func factors() throws {
    let scale = try #require(ending([1, 16]))
    for (value, place) in [(1.0, 0.0), (2, 25), (4, 50), (8, 75), (16, 100)] {
      #expect(abs(scale.position(value) - place) < 1e-9)
      #expect(abs(scale.value(at: place) / value - 1) < 1e-12)
    }
  }

  @Test("grows in the direction that it is given")
  func direction() throws {
    let scale = try #require(LogScale(showing: [1, 10], margin: 0, from: 300, to: 0))
    #expect(abs(scale.position(1) - 300) < 1e-9)
    #expect(abs(scale.position(10)) < 1e-9)
  }

  @Test(
    "does not exist without a positive number", arguments: [[], [0], [-1, .nan], [.infinity, 0]])
  func empty(_ values: [Double]) {
    #expect(ending(values) == nil)
  }

  @Test("ignores what has no logarithm")
  func filtered() {
    #expect(ending([0, 1, .nan, 16, -5, .infinity]) == ending([1, 16]))
  }

  @Test("puts one number, or several equal ones, in the middle", arguments: [[3.0], [3, 3, 3]])
  func single(_ values: [Double]) throws {
    let scale = try #require(ending(values))
    #expect(abs(scale.position(3) - 50) < 1e-9)
    #expect(abs(scale.value(at: 100) / scale.value(at: 0) - 2) < 1e-12)
  }

  @Test("leaves a margin")
  func margin() throws {
    let scale = try #require(LogScale(showing: [1, 10], margin: 0.1, from: 0, to: 120))
    #expect(abs(scale.position(1) - 10) < 1e-9)
    #expect(abs(scale.position(10) - 110) < 1e-9)
  }

  @Test("has ticks that are round, few and on the scale")
  func ticks() throws {
    let expected: [([Double], Int, [Double])] = [
      ([0.9, 1.1], 6, [0.8, 1, 1.2, 1.4]), ([1, 5.1], 6, [1, 2, 3, 4, 5]),
      ([0.3, 10], 8, [0.5, 1, 2, 5, 10]), ([0.1, 10], 5, [0.1, 0.3, 1, 3, 10]),
      ([0.001, 1000], 4, [0.01, 1, 100]), ([1e-300, 1e300], 5, [1e-256, 1e-128, 1, 1e128, 1e256]),
    ]
    for (values, count, ticks) in expected {
      let found = try #require(ending(values)).ticks(atMost: count)
      // Powers of ten beyond 22 are not exact.
      #expect(found.count == ticks.count)
      #expect(zip(found, ticks).allSatisfy { abs($0 / $1 - 1) < 1e-15 })
    }
  }

  @Test(
    "never has too many ticks, and 1 among them where it is",
    arguments: [
      [0.5, 0.6], [0.97, 1.03], [0.2, 3], [1, 1], [0.04, 40], [1e-9, 1e9],
      [.leastNonzeroMagnitude, 1.7e308],
      [1.7e308, 1.7e308], [Double.leastNonzeroMagnitude, .leastNonzeroMagnitude], [999, 1001],
    ])
  func bounded(_ values: [Double]) throws {
    for factor in [1.05, 2, 10] {
      let scale = try #require(
        LogScale(showing: values, minimumFactor: factor, from: 100, to: 500))
      for count in 2...9 {
        let ticks = scale.ticks(atMost: count)
        #expect(ticks.count <= count)
        #expect(ticks == ticks.sorted())
        #expect(ticks.allSatisfy { (100...500).contains(scale.position($0)) })
        #expect(scale.powersOfTwo(atMost: count).count <= count)
      }
      if scale.contains(1) { #expect(scale.ticks(atMost: 6).contains(1)) }
    }
  }

  @Test("has powers of two")
  func powersOfTwo() throws {
    let scale = try #require(ending([1, 4096]))
    #expect(scale.powersOfTwo(atMost: 13).count == 13)
    #expect(scale.powersOfTwo(atMost: 8) == [1, 4, 16, 64, 256, 1024, 4096])
    #expect(scale.powersOfTwo(atMost: 4) == [1, 16, 256, 4096])
  }
}
