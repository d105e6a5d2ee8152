import Runner
import Testing

@testable import tenfold

/// Lists and ranges that are accepted; what is refused is in `UsageTests`.
@Suite struct NumberListTests {
  @Test(arguments: [
    ("7", [7]), ("16,1,16", [16, 1]), ("4-4", [4]), ("4-4*2", [4]), ("1-5", [1, 2, 3, 4, 5]),
    ("1-9+4", [1, 5, 9]), ("1-8+4", [1, 5]), ("1-16*2", [1, 2, 4, 8, 16]),
    ("3-100*3", [3, 9, 27, 81]),
    ("1-4*9", [1]), ("1-4*2,3,1-3", [1, 2, 4, 3]), ("64,1-2", [64, 1, 2]),
    ("1-1048576*1024", [1, 1024, 1_048_576]),
    // Steps beyond what can be counted end a range, and the process goes on.
    ("2-1048576*9223372036854775807", [2]), ("2-1048576+9223372036854775807", [2]),
  ])
  func areReadInTheirOrder(_ text: String, _ values: [Int]) throws {
    #expect(try OptionValue.tokenCounts(text).values == values)
  }

  @Test func haveUpToSixtyFourNumbers() throws {
    #expect(try OptionValue.tokenCounts("1-64").values == Array(1...64))
    #expect(try OptionValue.tokenCounts("1-64,1-64").values.count == 64)
    #expect(throws: OptionError.self) { try OptionValue.tokenCounts("1-65") }
    #expect(throws: OptionError.self) { try OptionValue.tokenCounts("1-32,33-65") }
  }

  @Test(arguments: [
    "-1", "1-", "-", "1--2", "+1", "1-2-3", "1-8++2", "1-8*2*2", "1-8* 2", " 1", "١",
  ])
  func areRefusedWhenTheyAreNone(_ text: String) {
    #expect(throws: OptionError.self) { try OptionValue.tokenCounts(text) }
  }

  @Test func theDefaultOfASweepIsWhatItsHelpSays() throws {
    #expect(
      try OptionValue.tokenCounts("1-4096*2").values
        == Workloads.usual.defaultSizes.sweep.tokens)
  }
}
