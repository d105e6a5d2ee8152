import ModelSpec
import Testing

@testable import Reporter

@Suite("The headline")
struct HeadlineTests {
  private func headline(_ record: Record, claims: [Claim] = Sample.claims) throws -> String {
    let report = try Report(
      records: [NamedRecord(name: "r", record: record)], claims: claims, analytic: Sample.analytic)
    return Headline(try #require(report.sections.first)).sentence
  }

  @Test("names the machine and the best verdict")
  func verdict() throws {
    #expect(
      try headline(Sample.suite)
        == "On AMD EPYC 9R14 (2 of 4 CPUs), mixtral-8x7b against iso-active measured 0.940x "
        + "[0.930, 0.960] at best, where about 1x is claimed: delivered.")
    var slow = Sample.suite
    slow.cells.remove(at: 2)
    #expect(
      try headline(slow).hasSuffix(
        "mixtral-8x7b against llama2-70b measured 4.90x [4.85, 4.95] at best, where 6x is claimed: it "
          + "falls short."))
  }

  @Test("falls back to the largest ratio, and to nothing")
  func others() throws {
    #expect(
      try headline(Sample.suite, claims: []).hasSuffix(
        "the largest time ratio is 4.90x [4.85, 4.95]: mixtral-8x7b against llama2-70b with 1 token "
          + "per pass, where FLOPs allow 5.33x."))
    #expect(try headline(Sample.record([])).contains("nothing was measured"))
  }
}
