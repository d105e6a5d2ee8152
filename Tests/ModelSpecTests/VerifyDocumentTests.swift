import Testing

@testable import ModelSpec

@Suite struct VerifyDocumentTests {
  private func result(error: Double) -> VerifyResult {
    VerifyResult(
      directory: "a/b", family: "olmoe", engine: "blas", precision: .f32, tokens: 21, error: error,
      tolerance: 1e-5)
  }

  @Test func theToleranceDecides() {
    #expect(result(error: 0).passed)
    #expect(result(error: 1e-5).passed)
    #expect(!result(error: 1e-5.nextUp).passed)
    #expect(!result(error: .infinity).passed)
    #expect(!result(error: .nan).passed)
  }

  @Test func theDocumentHasTheContractsKeys() throws {
    let document = VerifyDocument(results: [result(error: 0.5), result(error: .nan)])
    #expect(
      try JSONText.render(document) == """
        {
          "results" : [
            {
              "directory" : "a/b",
              "engine" : "blas",
              "family" : "olmoe",
              "max_relative_error" : 0.5,
              "passed" : false,
              "precision" : "f32",
              "tokens" : 21,
              "tolerance" : 1e-05
            },
            {
              "directory" : "a/b",
              "engine" : "blas",
              "family" : "olmoe",
              "max_relative_error" : null,
              "passed" : false,
              "precision" : "f32",
              "tokens" : 21,
              "tolerance" : 1e-05
            }
          ],
          "schema" : "tenfold.verify/1"
        }

        """)
  }

  @Test func aDocumentPassesWhenEveryResultDoes() {
    #expect(VerifyDocument(results: [result(error: 0)]).passed)
    #expect(!VerifyDocument(results: [result(error: 0), result(error: 1)]).passed)
  }
}
