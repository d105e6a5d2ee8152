import ModelSpec
import Testing

@testable import Reporter

@Suite("A curve's sentence")
struct CurveSentenceTests {
  private func sentence(_ ratios: [Double], rooflines: [Double]? = nil) throws -> String {
    CurveSentence(try #require(SampleCurve.curve(ratios, rooflines: rooflines))).text
  }

  @Test("tells the way out of the valley, its bottom, and what the roofline says of both")
  func valley() throws {
    #expect(
      try sentence(SampleCurve.valley, rooflines: SampleCurve.valleyRooflines)
        == "Needs at least 1024 tokens per pass here, or at most 1, to realise 90 % of the FLOP "
        + "saving of 8x; the roofline allows it from 256 tokens on. The valley's bottom is 1.2x of "
        + "8x at 16 tokens; the roofline's is 1.6x at 16 tokens.")
  }

  @Test("does without a roofline where there is none")
  func noRoofline() throws {
    #expect(
      try sentence([3, 1.2, 7.5])
        == "Needs at least 16 tokens per pass here to realise 90 % of the FLOP saving of 8x. "
        + "The valley's bottom is 1.2x of 8x at 4 tokens.")
  }

  @Test("admits that the saving never comes, and that the bottom may lie beyond")
  func never() throws {
    #expect(
      try sentence([7.9, 5, 2], rooflines: [8, 5, 3])
        == "Beyond 1 token per pass it does not realise 90 % of the FLOP saving of 8x here, up to the "
        + "16 tokens that were measured; the roofline does not allow it either. The valley's bottom "
        + "is 2x of 8x at 16 tokens, at the edge of what was measured; the roofline's is 3x at 16 "
        + "tokens.")
    #expect(
      try sentence([2, 1.5, 6])
        == "Does not realise 90 % of the FLOP saving of 8x here, up to the 16 tokens that were "
        + "measured. The valley's bottom is 1.5x of 8x at 4 tokens.")
  }

  @Test("is short where all is well, or where only the machine stands in the way")
  func well() throws {
    #expect(
      try sentence([8, 7.5, 8], rooflines: [8, 8, 8])
        == "Realises 90 % of the FLOP saving of 8x at every token count that was measured.")
    #expect(
      try sentence([8, 4, 8], rooflines: [8, 8, 8])
        == "Needs at least 16 tokens per pass here, or at most 1, to realise 90 % of the FLOP saving "
        + "of 8x; the roofline allows it at every token count. The valley's bottom is 4x of 8x at 4 "
        + "tokens; the roofline has no valley.")
  }

  @Test("speaks of no saving where the candidate needs as many FLOPs or more")
  func noSaving() throws {
    let record = Sample.record(
      [(1, 0.95), (4, 0.5), (16, 0.97)].map { tokens, ratio in
        SampleCurve.cell(tokens: tokens, ratio: ratio, flopRatio: 1)
      })
    let sentence = CurveSentence(try #require(Curve.curves(of: record).first))
    #expect(!sentence.hasSaving)
    #expect(
      sentence.text
        == "Needs at least 16 tokens per pass here, or at most 1, to realise 90 % of the FLOP ratio "
        + "of 1x. The lowest point is 0.5x of 1x at 4 tokens.")
  }

  @Test(
    "shows shares as bars",
    arguments: [
      ([], ""), ([0, 0.124, 0.125, 0.5, 0.874, 0.875, 1, 7], "▁▁▂▅▇███"),
      ([-1, .nan, .infinity], "▁▁█"),
    ])
  func bars(_ shares: [Double], _ bars: String) {
    #expect(Sparkline.text(shares) == bars)
  }
}
