import ModelSpec
import Statistics
import Testing

@testable import Runner

@Suite struct RoutingDocumentTests {
  private func document(
    _ text: String, layer: Int? = nil, architecture: String? = nil
  ) throws -> RoutingDocument {
    try RoutingDocument(
      RecordedRouting(parsing: Array(text.utf8)), layer: layer, name: "a.jsonl",
      architecture: try architecture.map { try #require(Catalogue.architecture(id: $0)) })
  }

  @Test func aTokenAlone() throws {
    let document = try document("[2,0]")
    #expect(document.schema == "tenfold.routing/1")
    #expect(document.kind == "trace")
    #expect(document.tokens == 1 && document.topK == 2)
    #expect(document.experts == 3 && document.expertsSeen == 2)
    #expect(document.maxOverMean == 1.5)
    #expect(document.zipf == nil)
    #expect(document.passes.map(\.tokens) == [1, 16, 256])
    #expect(document.passes.map(\.passes) == [1, 1, 1])
    #expect(document.passes.map(\.distinctExperts) == [2, 2, 2])
    #expect(document.passes[0].distinctExpertsIfIndependent == 2)
    #expect(abs(document.passes[0].distinctExpertsIfUniform - 2) < 1e-12)
  }

  /// Four tokens in each half of the file use two experts each: passes of four read two, and tokens
  /// that chose for themselves would read 4·(1 − (1/2)⁴) = 3.75.
  @Test func tokensThatAreAlikeReadFewerExperts() throws {
    let halves = Array(repeating: "[0,1]", count: 16) + Array(repeating: "[2,3]", count: 16)
    let pass = try document(halves.joined(separator: "\n")).passes[1]
    #expect(pass.tokens == 16 && pass.passes == 2)
    #expect(pass.distinctExperts == 2)
    #expect(abs(pass.distinctExpertsIfIndependent - 4 * (1 - 0x1p-16)) < 1e-12)
    #expect(pass.distinctExpertsIfUniform == pass.distinctExpertsIfIndependent)
    #expect(pass.maxOverMean == 2 && pass.gini == 0.5)
  }

  @Test func aModelTellsHowManyExpertsThereAre() throws {
    let lines = (0..<64).map { token in "\((0..<8).map { (token + $0) % 60 })" }
    let alone = try document(lines.joined(separator: "\n"))
    #expect(alone.experts == 60 && alone.architecture == nil)
    let held = try document(lines.joined(separator: "\n"), architecture: "olmoe-1b-7b")
    #expect(held.experts == 64 && held.expertsSeen == 60)
    #expect(held.architecture == "olmoe-1b-7b")
    #expect(try #require(held.zipf).routing.hasPrefix("zipf:"))
  }

  @Test func countsNeedAModelForPassesAndExponent() throws {
    let text =
      "{\"layer\":3,\"counts\":[\((1...64).map { String($0 * 10) }.joined(separator: ","))]}"
    let alone = try document(text)
    #expect(alone.kind == "histogram" && alone.layer == 3)
    #expect(alone.tokens == nil && alone.topK == nil)
    #expect(alone.passes.isEmpty && alone.zipf == nil)
    let held = try document(text, architecture: "olmoe-1b-7b")
    #expect(held.topK == 8)
    let pass = held.passes[1]
    // Means of 32 passes of 16 tokens; D varies from pass to pass by less than 3 experts.
    #expect(
      abs(pass.distinctExperts - pass.distinctExpertsIfIndependent) < 4 * 3 / 32.0.squareRoot())
    #expect(pass.distinctExpertsIfIndependent < pass.distinctExpertsIfUniform)
  }

  @Test(arguments: [
    ("[0,1]", "olmoe-1b-7b", "chooses 8"), ("[0,1]", "llama2-70b", "routes no tokens"),
  ])
  func anotherModelIsRefused(_ text: String, _ architecture: String, _ fragment: String) {
    let error = #expect(throws: RecordingError.self) {
      try document(text, architecture: architecture)
    }
    #expect(error?.description.contains(fragment) == true)
  }
}
