import Runner
import Testing

@testable import tenfold

/// Values that options accept; what they refuse is in `UsageTests`.
@Suite struct OptionValueTests {
  @Test(arguments: [
    ("1", ForcedWidth(divisor: 1)), ("1/4", ForcedWidth(divisor: 4)),
    ("1/4,1", ForcedWidth(divisor: 4, other: 1)), ("1,1/64", ForcedWidth(divisor: 1, other: 64)),
  ])
  func aWidthIsAFractionAndAnother(_ text: String, _ width: ForcedWidth) throws {
    #expect(try OptionValue.width(text) == width)
  }

  @Test(arguments: [
    "", "0", "2", "1/3", "1/128", "3/4", "1/4,1/4", "1/4,", "1,1/2,1/4", "x", "1/-4",
  ])
  func whatIsNoWidthIsRefused(_ text: String) {
    #expect(throws: OptionError.self) { try OptionValue.width(text) }
  }

  @Test(arguments: [("500ms", 0.5), ("60s", 60), ("2m", 120), ("1.5h", 5400), ("7", 7)])
  func timesAreSeconds(_ text: String, _ seconds: Double) throws {
    #expect(try OptionValue.seconds(text) == seconds)
  }

  @Test(arguments: [
    ("8GiB", 8 << 30), ("512MiB", 512 << 20), ("1.5KiB", 1536), ("1TiB", 1 << 40),
    ("4GB", 4_000_000_000), ("3MB", 3_000_000), ("2kB", 2000), ("1B", 1), ("4096", 4096),
  ])
  func amountsAreBytes(_ text: String, _ bytes: Int) throws {
    #expect(try OptionValue.bytes(text) == bytes)
  }

  @Test func listsKeepTheirOrderAndNameEachCountOnce() throws {
    #expect(try OptionValue.tokenCounts("16,1,16,1048576").values == [16, 1, 1_048_576])
  }

  @Test(arguments: ["1048577", "1,1048577"])
  func tokenCountsEndWhereFLOPsCannotBeCounted(_ text: String) {
    #expect(throws: OptionError.self) { try OptionValue.tokenCounts(text) }
  }

  @Test func routingsComeInLists() throws {
    #expect(
      try OptionValue.routings("uniform,zipf:1.5,single")
        == [.drawn(.uniform), .drawn(.zipf(alpha: 1.5)), .drawn(.single)])
    #expect(throws: OptionError.self) { try OptionValue.routings("zipf:11") }
  }

  @Test(arguments: [
    ("a.jsonl", "a.jsonl", nil), ("a.jsonl#layer=3", "a.jsonl", 3), ("a#b", "a#b", nil),
    ("a#layer=1#layer=2", "a#layer=1", 2),
  ])
  func recordingsHaveAPathAndALayer(_ text: String, _ path: String, _ layer: Int?) throws {
    let recording = try OptionValue.recording(text)
    #expect(recording.path == path)
    #expect(recording.layer == layer)
    #expect(try OptionValue.routings("uniform,trace:\(text)").last == .recording(recording))
  }
}
