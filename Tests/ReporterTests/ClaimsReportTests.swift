import ModelSpec
import Testing

@testable import Reporter

@Suite("The ledger for a reader")
struct ClaimsReportTests {
  @Test("lists every claim under its full id, within 100 columns")
  func listing() {
    let text = TextPage.render(ClaimsReport.page(listing: ClaimLedger.claims))
    for claim in ClaimLedger.claims { #expect(text.contains(claim.id + " "), "\(claim.id)") }
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 100) }
    #expect(TextPage.render(ClaimsReport.page(listing: [])).contains("0 claims"))
  }

  @Test("shows one claim with its words, its source and its test")
  func one() throws {
    let claim = try #require(ClaimLedger.claim(id: "mixtral-8x7b-12b-speed"))
    #expect(
      TextPage.render(ClaimsReport.page(of: claim)) == """
        mixtral-8x7b-12b-speed

        Claimed     about 1x (inference latency)
        In words    decodes at the speed of a 12B dense
        By          Hugging Face
        Model       Mixtral 8x7B (mixtral-8x7b)
        Baseline    12B dense model (iso-active)
        Conditions  with all 46.7B in memory
        Source      Welcome Mixtral (HF blog), section 'What is Mixtral'
        Address     https://huggingface.co/blog/mixtral
        Provenance  primary: the source itself was read
        Scope       whole model
        Test        ffn-forward, 1 to 64 tokens per pass: tenfold run mixtral-8x7b --baseline iso-active

        """)
  }

  /// What a reader copies measures what tests the claim.
  @Test func commandsAskForTheTokensAndTheWorkloadOfTheTest() throws {
    var claim = try #require(ClaimLedger.claim(id: "qwen3-next-prefill-7x-4k"))
    func text() -> String {
      TextPage.render(ClaimsReport.page(of: claim)).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    let pair = "tenfold run qwen3-next-80b-a3b --baseline qwen3-32b"
    #expect(text().contains("\(pair) --tokens 2048"))
    var criteria = try #require(claim.test.criteria)
    criteria.leastRows = nil
    criteria.workload = .matrixProduct
    claim.test = .cells(criteria)
    #expect(!text().contains(pair))
    #expect(text().contains("cannot measure it with the workload matrix-product"))
    criteria.workload = WorkloadKind(rawValue: "zeta-9")
    claim.test = .cells(criteria)
    #expect(!text().contains(pair))
    #expect(text().contains("cannot measure it with the workload zeta-9"))
  }

  @Test("shows every claim in every form", arguments: ClaimLedger.claims)
  func all(_ claim: Claim) {
    let page = ClaimsReport.page(of: claim)
    for line in TextPage.render(page).split(separator: "\n") {
      #expect(String(line).displayWidth <= 100)
    }
    #expect(MarkdownPage.render(page).hasPrefix("# \(Escaping.markdown(claim.id))\n"))
  }
}
