import Foundation
import Testing

/// `tenfold end-to-end` from the outside; the tests that measure need the release build.
extension MeasuringTests {
  @Suite struct EndToEndCommandTests {
    @Test func aDebugBuildRefusesToMeasure() throws {
      try withSmallModel { _, model in
        let outcome = try Executable.debug.run(["end-to-end", model, "--context", "4"])
        #expect(outcome.status == 6)
        #expect(outcome.errors.contains("debug build"))
      }
    }

    /// 671 billion parameters: refused with the terms, before anything is allocated.
    @Test func whatDoesNotFitIsRefusedWithItsArithmetic() throws {
      let outcome = try Executable.debug.run(["end-to-end", "deepseek-v3", "--precision", "bf16"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("the weights of 61 layers 1.2 TiB"))
      #expect(outcome.errors.contains("--memory"))
    }

    /// Wrong command lines and a part of the sentence that must answer them.
    private static let mistakes: [([String], String)] = [
      (["olmoe-1b-7b", "--context", "4096"], "--context of at most 4088"),
      (["olmoe-1b-7b", "--context", "0"], "'0' is not a token count"),
      (["olmoe-1b-7b", "--sequences", "-1"], "'-1' is not a number of sequences"),
      (["olmoe-1b-7b", "--engine", "both"], "one engine"),
      (["olmoe-1b-"], "olmoe-1b-7b"),
      (["qwen3-next-80b-a3b"], "cannot be run end to end"),
      ([], "architecture"),
    ]

    @Test(arguments: mistakes.indices)
    func mistakesAreAnsweredInASentence(index: Int) throws {
      let (arguments, part) = Self.mistakes[index]
      let outcome = try Executable.debug.run(["end-to-end"] + arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains(part), "\(outcome.errors)")
    }

    @Test func theDocumentHasTheKeysThatScriptsReadFrom() throws {
      try withSmallModel { _, model in
        let outcome = try Executable.release().run([
          "end-to-end", model, "--context", "3,17", "--sequences", "2", "--tokens", "2",
          "--threads", "1", "--budget", "0.1s", "--precision", "bf16", "--format", "json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let document = try outcome.json
        #expect(document["schema"] as? String == "tenfold.end-to-end/1")
        #expect(try outcome.saysThatFiguresAreTokens)
        #expect(document["layers"] as? Int == 2)
        let check = try #require(document["check"] as? [String: Double])
        #expect(check.keys.sorted() == ["head", "layers"])
        #expect(check.values.allSatisfy { $0 >= 0 && $0 <= 1 })
        let bytes = try #require(document["bytes"] as? [String: Int])
        // A table of 256 rows of 512 floats.
        #expect(bytes["table"] == 256 * 512 * 4)
        let passes = try #require(document["passes"] as? [[String: Any]])
        #expect(passes.map { $0["kind"] as? String } == ["prefill", "prefill", "decode", "decode"])
        #expect(passes.map { $0["context"] as? Int } == [3, 17, 3, 17])
        for pass in passes {
          let seconds = try #require(pass["seconds"] as? [String: Double])
          let speed = try #require(pass["tokens_per_second"] as? [String: Double])
          let isPrefill = pass["kind"] as? String == "prefill"
          let tokens = Double(isPrefill ? pass["context"] as? Int ?? 0 : 2)
          let product = try #require(speed["median"]) * (try #require(seconds["median"]))
          #expect(abs(product - tokens) < 1e-9)
          #expect((pass["rounds"] as? [Double])?.count ?? 0 >= 6)
        }
      }
    }

    @Test func theTableStaysWithinItsWidth() throws {
      try withSmallModel { _, model in
        let outcome = try Executable.release().run([
          "end-to-end", model, "--context", "3", "--threads", "1", "--budget", "0.1s",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("prefill") && outcome.output.contains("decode"))
        for line in outcome.output.split(separator: "\n") { #expect(line.count <= 100) }
      }
    }
  }
}
