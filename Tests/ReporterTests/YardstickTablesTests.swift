import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

@Suite("Vendors' yardsticks in a report")
struct YardstickTablesTests {
  /// The same cells as steps of training.
  private func trained(_ cells: [Cell]) -> [Cell] {
    cells.map { cell in
      var step = cell
      step.workload.kind = .trainStep
      return step
    }
  }

  private func text(_ cells: [Cell]) -> String {
    TextPage.render(Page(YardstickTables(Sample.record(cells)).blocks))
  }

  @Test("a record about other models has none")
  func others() {
    #expect(YardstickTables(Sample.suite).blocks.isEmpty)
    #expect(YardstickTables(Sample.record([])).blocks.isEmpty)
  }

  @Test("the same pair is told beside the vendor's, from cells of the vendor's kind only")
  func samePair() {
    let cells = [
      Sample.cell(
        "olmoe-1b-7b", "iso-active", tokens: 256, flopRatio: 1, Sample.estimate(0.7, 0.71, 0.72)),
      Sample.cell(
        "olmoe-1b-7b", "olmo-1b", tokens: 512, flopRatio: 1, Sample.estimate(0.8, 0.82, 0.84)),
      Sample.cell(
        "olmoe-1b-7b", "iso-active", tokens: 1, flopRatio: 1, Sample.estimate(0.1, 0.2, 0.3)),
      Sample.cell(
        "olmoe-1b-7b", "iso-total", tokens: 256, flopRatio: 8, Sample.estimate(0.1, 0.2, 0.3)),
    ]
    let text = text(trained(cells))
    #expect(text.contains("63 %"))
    #expect(text.contains("71 % to 82 %"))
    #expect(text.contains("Here: 256 to 512 tokens per"))
    #expect(!text.contains("20 %"))
    #expect(self.text(cells).contains("not measured"))
  }

  @Test("another pair of the same model is labelled so, and the command for the pair is given")
  func nearestPair() {
    let text = text([
      Sample.cell(
        "qwen1.5-moe-a2.7b", "iso-active", tokens: 16, flopRatio: 1, Sample.estimate(0.5, 0.6, 0.7))
    ])
    #expect(text.contains("60 % of another pair"))
    #expect(text.contains("not this pair"))
    #expect(text.contains("tenfold run qwen1.5-moe-a2.7b --baseline qwen1.5-7b"))
  }

  @Test("a pair that was measured under other conditions counts as not measured")
  func otherConditions() {
    let text = text([
      Sample.cell(
        "qwen3-next-80b-a3b", "qwen3-32b", tokens: 16, flopRatio: 15, Sample.estimate(6, 7.5, 8))
    ])
    #expect(text.contains("not measured"))
    #expect(text.contains("--tokens 2048"))
    // 7.5 of 15 in decode.
    #expect(text.contains("50 %"))
  }

  @Test("cells of another workload, or of a kind that nothing is judged by, serve no yardstick")
  func otherKinds() {
    var product = Sample.cell(
      "olmoe-1b-7b", "iso-active", tokens: 256, flopRatio: 1, Sample.estimate(0.7, 0.71, 0.72))
    product.workload.kind = .matrixProduct
    var later = product
    later.workload.kind = .usual
    later.precision = WeightFormat(named: "zeta-9")
    for cell in [product, later] {
      let text = text([cell])
      #expect(text.contains("not measured") && !text.contains("71 %"))
      #expect(text.contains("feed-forward layers"))
    }
  }

  @Test("a pair is measured as the record was, and without a record as the tool does it")
  func commands() {
    let cell = Sample.cell(
      "qwen1.5-moe-a2.7b", "iso-active", tokens: 16, flopRatio: 1, Sample.estimate(0.5, 0.6, 0.7))
    var record = Sample.record([cell])
    record.options.blas = "/opt/blas.so"
    func words(_ tables: YardstickTables) -> String {
      TextPage.render(Page(tables.blocks)).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    let pair = "tenfold run qwen1.5-moe-a2.7b --baseline qwen1.5-7b"
    #expect(
      words(YardstickTables(record)).contains("\(pair) --engine blas --blas /opt/blas.so measures"))
    #expect(words(YardstickTables()).contains("\(pair) measures it"))
  }

  @Test("the listing of claims shows all of them, in at most 100 columns")
  func listing() {
    let text = TextPage.render(ClaimsReport.page(listing: ClaimLedger.claims))
    for share in ["55 %", "58 %", "63 %", "73 %", "42 %"] {
      #expect(text.contains(share), "\(share)")
    }
    #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 100 })
  }
}
