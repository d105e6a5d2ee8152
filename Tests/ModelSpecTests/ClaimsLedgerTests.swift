import FoundationEssentials
import ModelSpec
import Testing

@Suite("The claims ledger")
struct ClaimLedgerTests {
  @Test("holds all claims, each under its own id")
  func complete() {
    #expect(ClaimLedger.claims.count == 112)
    #expect(Set(ClaimLedger.claims.map(\.id)).count == ClaimLedger.claims.count)
  }

  @Test(
    "has a positive ratio exactly where the source claims a number", arguments: ClaimLedger.claims)
  func ratio(_ claim: Claim) {
    if let ratio = claim.ratio {
      #expect(ratio > 0 && ratio.isFinite)
      #expect(claim.qualifier != .none)
    } else {
      #expect(claim.qualifier == .none)
    }
  }

  @Test(
    "gives a source, and an address unless a copy of the source was read",
    arguments: ClaimLedger.claims)
  func source(_ claim: Claim) {
    #expect(!claim.source.title.isEmpty && !claim.source.place.isEmpty)
    #expect(claim.source.url != nil || claim.provenance == .primary)
    #expect(claim.source.url?.hasPrefix("https://") ?? true)
  }

  @Test("tests what a kernel can test, and only that", arguments: ClaimLedger.claims)
  func test(_ claim: Claim) {
    switch claim.test {
    case .cells(let criteria, _):
      #expect(claim.workload == criteria.workload)
      #expect(claim.isTestable)
      #expect(claim.ratio != nil && claim.modelID != nil && claim.baselineID != nil)
    case .count:
      #expect(!claim.isTestable && claim.workload == .usual)
    case .scenario(let scenario, _):
      #expect(!scenario.scenario.isEmpty && !claim.isTestable)
    case .none(let reason, _):
      #expect(reason.hasSuffix("."))
      #expect(!claim.isTestable && claim.workload == .usual)
      #expect(!claim.scope.isOfPasses || claim.modelID == nil || claim.baselineID == nil)
    }
  }

  /// Of 112 claims at least 75 are to have a basis; the 22 of compute to parity never have one.
  @Test("gives most claims a basis, and none to those of compute to parity")
  func bases() {
    let bases = ClaimLedger.claims.map(\.test.basis)
    #expect(bases.count { $0 != nil } >= 75)
    let parity = ClaimLedger.claims.filter { $0.scope == .computeToParity }
    #expect(parity.count == 22 && parity.allSatisfy { $0.test.basis == nil })
  }

  @Test("knows the claims that the default suite measures")
  func defaultSuite() throws {
    let mixtral = try #require(ClaimLedger.claim(id: "mixtral-8x7b-6x-llama2-70b"))
    #expect(mixtral.ratio == 6 && mixtral.qualifier == .exactly)
    #expect(mixtral.modelID == "mixtral-8x7b" && mixtral.baselineID == "llama2-70b")
    #expect(mixtral.test.criteria?.rows == 1...Int.max)

    let muse = try #require(ClaimLedger.claim(id: "meta-muse-10x-pretrain"))
    #expect(muse.scope == .computeToParity && muse.test.criteria == nil)
    #expect(muse.modelID == "muse-spark-open-816b-a42b" && muse.baselineID == "llama4-maverick")
    #expect(ClaimLedger.claim(id: "mixtral") == nil)
  }

  @Test("turns a claim's phase and conditions into tokens per pass")
  func rows() throws {
    let decode = try #require(ClaimLedger.claim(id: "qwen3-next-decode-4x-4k")?.test.criteria)
    #expect(decode.rows == 1...64)
    let prefill = try #require(ClaimLedger.claim(id: "qwen3-next-prefill-7x-4k")?.test.criteria)
    #expect(prefill.rows == 2048...Int.max)
    var hostile = decode
    hostile.leastRows = Int.max
    #expect(hostile.rows == 64...64)
  }

  @Test("turns a claim's context into the least that a pass must have")
  func context() throws {
    let text = #"{"workload": "block-decode", "phase": "decode", "least_context": 4096}"#
    let test = try DocumentCoding.decoder.decode(Claim.Test.self, from: Data(text.utf8))
    let criteria = try #require(test.criteria)
    let step = Workload(.blockDecode, tokens: 1, sequences: 4, context: 4096)
    #expect(criteria.match(step))
    var short = step
    short.context = 4095
    #expect(!criteria.match(short))
  }

  @Test("names the nearest ids, and none for what resembles nothing")
  func nearest() {
    #expect(
      ClaimLedger.nearestIDs(to: "mixtral-8x7b-6x-llama2-7b").first == "mixtral-8x7b-6x-llama2-70b")
    #expect(ClaimLedger.nearestIDs(to: "MIXTRAL").count == 3)
    #expect(ClaimLedger.nearestIDs(to: "").isEmpty)
    #expect(ClaimLedger.nearestIDs(to: "q").allSatisfy { $0.contains("q") })
    #expect(ClaimLedger.nearestIDs(to: String(repeating: "z", count: 30)).isEmpty)
    #expect(ClaimLedger.nearestIDs(to: String(repeating: "mixtral", count: 100_000)).isEmpty)
  }

  @Test("writes tenfold.claims/1 with the keys that may be relied on, and reads it back")
  func document() throws {
    let document = ClaimsDocument(claims: ClaimLedger.claims)
    let data = try DocumentCoding.encoder.encode(document)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains("\"schema\" : \"tenfold.claims/1\""))
    for key in [
      "id", "claimant", "model", "baseline", "metric", "ratio", "qualifier", "source", "title",
      "url", "where", "provenance", "scope", "model_id", "baseline_id", "least_tokens",
    ] {
      #expect(text.contains("\"\(key)\" : "), "\(key)")
    }
    #expect(try DocumentCoding.decoder.decode(ClaimsDocument.self, from: data) == document)
  }

  @Test("promised keys are in the JSON also where there is no value")
  func nulls() throws {
    let bytes = try DocumentCoding.encoder.encode(ClaimLedger.claims.filter { $0.ratio == nil })
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\"ratio\" : null"))
    #expect(text.contains("\"url\" : null"))
  }
}
