import ModelSpec
import Testing

@testable import Reporter

@Suite("Tables of curves")
struct CurveTablesTests {
  private func page(_ record: Record) throws -> Page {
    try Report(records: [NamedRecord(name: "r", record: record)], claims: []).page
  }

  private var valley: Record {
    var record = SampleCurve.record(SampleCurve.valley, rooflines: SampleCurve.valleyRooflines)
    for index in [0, 3, 4, 5] { record.cells[index].cautions = ["the clock moved"] }
    for (index, fraction) in [(1, "1/2"), (3, "1/4"), (4, "1/4"), (5, "1/8")] {
      record.cells[index].sides.baseline.scaled = fraction
    }
    for index in record.cells.indices {
      record.cells[index].sides.candidate.residentExperts = "42 of 64"
    }
    return record
  }

  @Test("take the place of the cells' own")
  func text() throws {
    let text = TextPage.render(Page(CurveTables(valley).blocks))
    #expect(text == expectedText)
    #expect(try !TextPage.render(page(valley)).contains("Measured ratios"))
  }

  @Test("are Markdown too")
  func markdown() throws {
    let markdown = try MarkdownPage.render(page(valley))
    #expect(markdown.contains("### olmoe-1b-7b against iso-total\n"))
    #expect(
      markdown.contains(
        "| 16 | 64 | 2 | 8x | 1.6x | 1.20x | \\[1.19, 1.21\\] | 15 % | 15 % | 7.5 % |"))
  }

  @Test("begin with an overview where there are several, named by what tells them apart")
  func overview() {
    var record = valley
    record.cells += SampleCurve.valley.enumerated().map { index, ratio in
      SampleCurve.cell(tokens: 1 << (2 * index), ratio: ratio / 2, routing: "single")
    }
    let text = TextPage.render(Page(CurveTables(record).blocks))
    #expect(
      text.contains(
        """
        candidate    baseline   routing  FLOPs  bottom  at  enough  roofline
        olmoe-1b-7b  iso-total  uniform     8x   1.20x  16    1024       256
        olmoe-1b-7b  iso-total  single      8x  0.600x  16   never         -

        """))
    #expect(text.contains("\nolmoe-1b-7b against iso-total, single routing\n"))
  }

  @Test("leave three token counts to the cells' tables, with a sentence where there is a saving")
  func brief() throws {
    let record = SampleCurve.record([8, 1.2, 8])
    let text = try TextPage.render(page(record))
    #expect(
      text.contains(
        "- olmoe-1b-7b against iso-total: Needs at least 16 tokens per pass here, or at"))
    #expect(text.contains("Measured ratios"))
    #expect(!text.contains("S-MFU"))
    let alike = Sample.record(
      [1, 4, 16].map { SampleCurve.cell(tokens: $0, ratio: 1, flopRatio: 1) })
    #expect(CurveTables(alike).blocks.isEmpty)
  }

  @Test("are not there without curves")
  func none() {
    #expect(CurveTables(Sample.suite).blocks.isEmpty)
    #expect(CurveTables(Sample.suite).cells.isEmpty)
  }

  @Test("stay within 100 columns and carry nothing hostile, whatever the numbers are")
  func hostile() {
    let evil = "\u{1B}[2J\u{202E}|`<b>" + String(repeating: "數m", count: 200)
    var record = SampleCurve.record(SampleCurve.valley, rooflines: SampleCurve.valleyRooflines)
    for index in record.cells.indices {
      record.cells[index].candidate = evil
      record.cells[index].routing?.source = evil
      record.cells[index].cautions = [evil]
    }
    record.cells[0].flopRatio = 1e-300
    record.cells[0].timeRatio = Sample.estimate(1e-300, 1, 1.5e300)
    record.cells[1].sides.candidate.secondsMedian = .leastNonzeroMagnitude
    record.cells[2].routing?.distinctExperts = -.greatestFiniteMagnitude
    record.cells[3].routing?.tokensPerExpert = .infinity
    record.cells[4].rooflineRatio = .nan
    record.cells[5].workload.tokens = .max
    record.cells[5].sides.candidate.bytes = .min
    let page = Page(CurveTables(record).blocks)
    #expect(!page.blocks.isEmpty)
    let text = TextPage.render(page)
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 100) }
    #expect(!MarkdownPage.render(page).contains("<b>"))
  }

  @Test("are in the JSON document, with what the record does not say")
  func document() throws {
    let report = try Report(records: [NamedRecord(name: "r.json", record: valley)], claims: [])
    let entry = try #require(report.document.curves.first)
    #expect(report.document.curves.count == 1)
    #expect(entry.record == "r.json")
    #expect(entry.sufficient == 1024)
    #expect(entry.predictedSufficient == 256)
    #expect(entry.bottom == CurveEntry.Bottom(at: 16, ratio: 1.2))
    #expect(entry.predictedBottom == CurveEntry.Bottom(at: 16, ratio: 1.6))
    #expect(entry.points.map(\.value) == [1, 4, 16, 64, 256, 1024])
    let text = try JSONText.render(report.document)
    for key in ["sufficient_tokens", "predicted_bottom", "realised_share", "s_mfu", "s_mbu"] {
      #expect(text.contains("\"\(key)\" :"), "\(key)")
    }
  }
}

/// Checked by eye.
private let expectedText = """
  Saving over tokens per pass
  ---------------------------

  Ratios are baseline / candidate of one pass, so above 1x the candidate saves: FLOPs are counted,
  roofline is what this machine's ceilings allow, measured is the median of paired rounds with its
  interval of at least 95.1 % confidence. Realised is measured / FLOPs. Experts is how many different
  ones a layer reads, each for so many tokens. S-MFU and S-MBU are the candidate's FLOPs and bytes a
  second as shares of the machine's ceilings, with the experts that were really read (MoE-CAP, arXiv
  2412.07067).

  olmoe-1b-7b against iso-total

  Needs at least 1024 tokens per pass here, or at most 1, to realise 90 % of the FLOP saving of 8x;
  the roofline allows it from 256 tokens on. The valley's bottom is 1.2x of 8x at 16 tokens; the
  roofline's is 1.6x at 16 tokens.

  Roofline  █▃▂▅██
  Realised  █▃▂▄▇█ of the FLOP ratio, 1 to 1024 tokens

  tokens  experts  each for  FLOPs  roofline  measured  interval      realised   S-MFU   S-MBU
       1        8         1     8x        8x     7.60x  [7.52, 7.68]      95 %    95 %  47.5 %
       4       32         1     8x      2.5x     2.40x  [2.38, 2.42]      30 %    30 %    15 %
      16       64         2     8x      1.6x     1.20x  [1.19, 1.21]      15 %    15 %   7.5 %
      64       64         8     8x        4x     3.00x  [2.97, 3.03]    37.5 %  37.5 %  18.7 %
     256       64        32     8x        8x     6.50x  [6.44, 6.57]    81.3 %  81.3 %  40.6 %
    1024       64       128     8x        8x     7.50x  [7.43, 7.58]    93.8 %  93.8 %  46.9 %

  - scaled: of the baseline's width 1/2 at 4 tokens, 1/4 at 64-256 tokens, 1/8 at 1024 tokens was
    measured, and scaled up
  - the candidate keeps 42 of 64 experts in memory, and reads them in turn
  - 1, 64-1024 tokens: the clock moved

  """
