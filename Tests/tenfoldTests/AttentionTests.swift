import Foundation
import Testing

/// `tenfold attention` from the outside; the tests that measure need the release build.
extension MeasuringTests {
  @Suite struct AttentionTests {
    @Test func aDebugBuildRefusesToMeasure() throws {
      let outcome = try Executable.debug.run([
        "attention", "--heads", "2", "--tokens", "1", "--threads", "1",
      ])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("debug build"))
    }

    @Test func whatDoesNotFitIsRefusedWithItsSize() throws {
      let outcome = try Executable.debug.run([
        "attention", "llama2-70b", "--sequences", "65536", "--context", "16777216",
      ])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("65536 sequences behind 16777216 tokens does not fit"))
      #expect(outcome.errors.contains("smaller --tokens"))
    }

    /// 2¹⁵ tokens by 64 heads of 128 are 8.8·10¹² FLOPs a pass, which no server does four times in a second.
    @Test func whatTakesTooLongIsRefusedBeforeItBegins() throws {
      let outcome = try Executable.debug.run([
        "attention", "--heads", "64", "--kv-heads", "1", "--tokens", "16,32768", "--budget", "1s",
      ])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("a prompt of 32768 tokens, and --budget allows 1 s"))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    /// Three rounds of a point take what they take: beyond the time, the page says so.
    @Test func aSweepThatTakesLongerThanItsTimeSaysSo() throws {
      let outcome = try Executable.release().run([
        "attention", "--heads", "1", "--tokens", "1", "--threads", "1", "--budget", "1ms",
        "--format", "json",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let cautions = try #require(try outcome.json["cautions"] as? [String])
      #expect(cautions.contains { $0.hasPrefix("the sweep took") && $0.contains("budget of 1 ms") })
    }

    /// Attention is what is measured, whatever the model was made for; but the page says so.
    @Test func sequencesBeyondTheModelsWindowAreSaid() throws {
      for (context, isSaid) in [(4095, false), (4096, true)] {
        let outcome = try Executable.release().run([
          "attention", "olmoe-1b-7b", "--sequences", "1", "--context", "\(context)",
          "--threads", "1", "--format", "json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let cautions = try #require(try outcome.json["cautions"] as? [String])
        #expect(cautions.contains { $0.contains("made for sequences of 4096 tokens") } == isSaid)
      }
    }

    @Test func refusalsSayWhatToDo() throws {
      let heads = try Executable.debug.run(["attention", "--heads", "4", "--kv-heads", "3"])
      #expect(heads.errors.contains("--kv-heads 3 does not divide --heads 4; give a divisor"))
      let seed = try Executable.debug.run(["attention", "--seed", "-1"])
      #expect(seed.status == 64)
      #expect(seed.errors.contains("'-1' is not a seed; give a whole number from 0 to"))
    }

    @Test(arguments: [
      ["attention", "--kv-heads", "2"], ["attention", "llama2-70b", "--heads", "2"],
      ["attention", "--heads", "3", "--kv-heads", "2"], ["attention", "lama2-70b"],
      ["attention", "--heads", "2", "--context", "0"], ["attention", "minimax-text-0"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) throws {
      let outcome = try Executable.debug.run(arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func everyPointHasTheKeysThatScriptsReadFrom() throws {
      let outcome = try Executable.release().run([
        "attention", "--heads", "4", "--kv-heads", "2", "--head-dim", "24", "--tokens", "5,9",
        "--sequences", "1,3", "--context", "40", "--threads", "1", "--format", "json",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let document = try outcome.json
      #expect(document["schema"] as? String == "tenfold.attention/1")
      #expect(try outcome.saysThatFiguresAreTokens)
      let points = try #require(document["points"] as? [[String: Any]])
      #expect(points.map { $0["tokens"] as? Int } == [5, 9, 1, 1])
      #expect(points.map { $0["sequences"] as? Int } == [1, 1, 1, 3])
      #expect(points.map { $0["context"] as? Int } == [0, 0, 40, 40])
      for point in points {
        #expect(point["form"] as? String == "grouped")
        #expect(point["heads"] as? Int == 4)
        #expect(point["key_value_heads"] as? Int == 2)
        #expect(point["threads"] as? Int == 1)
        let seconds = try #require(point["seconds_median"] as? Double)
        let gflops = try #require(point["gflops"] as? Double)
        let bytes = try #require(point["gigabytes_per_second"] as? Double)
        let (tokens, context) = (
          try #require(point["tokens"] as? Int), try #require(point["context"] as? Int)
        )
        let sequences = try #require(point["sequences"] as? Int)
        let pairs = sequences * (tokens * context + tokens * (tokens + 1) / 2)
        #expect(abs(gflops * seconds * 1e9 / Double(2 * 4 * 48 * pairs) - 1) < 1e-9)
        let keys = sequences * (tokens + context)
        #expect(abs(bytes * seconds * 1e9 / Double(4 * 2 * 48 * keys) - 1) < 1e-9)
        #expect(try #require(point["relative_error"] as? Double) < 1e-5)
      }
    }

    /// Steps of latent attention read latent vectors, prompts expanded keys and values.
    @Test func latentAttentionHasTwoForms() throws {
      let outcome = try Executable.release().run([
        "attention", "deepseek-v2-lite", "--tokens", "8", "--sequences", "1", "--context", "64",
        "--threads", "1", "--format", "json",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let points = try #require(try outcome.json["points"] as? [[String: Any]])
      #expect(points.map { $0["form"] as? String } == ["expanded", "absorbed"])
      #expect(points.map { $0["key_width"] as? Int } == [192, 576])
      #expect(points.map { $0["value_width"] as? Int } == [128, 512])
    }

    @Test func theTableStaysWithinItsWidth() throws {
      let outcome = try Executable.release().run([
        "attention", "gpt-oss-20b", "--tokens", "16", "--sequences", "2", "--context", "300",
        "--threads", "1",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("128 tokens at most"))
      for line in outcome.output.split(separator: "\n") { #expect(line.count <= 120) }
    }
  }
}
