import Foundation
import Testing

/// The documents of the commands that only read: their keys, their width, their colours.
@Suite struct DocumentTests {
  private let record = repository.appending(path: "Tests/tenfoldTests/Data/record.json").path

  @Test func theLedgerHasTheKeysThatScriptsReadFrom() throws {
    let document = try Executable.release().run(["claims", "--format", "json"]).json
    #expect(document["schema"] as? String == "tenfold.claims/1")
    let claims = try #require(document["claims"] as? [[String: Any]])
    #expect(claims.count >= 112)
    for claim in claims {
      for key in [
        "id", "claimant", "model", "baseline", "metric", "qualifier", "provenance", "scope",
      ] {
        #expect(claim[key] is String, "\(key) of \(claim)")
      }
      let source = try #require(claim["source"] as? [String: Any])
      #expect(source["title"] is String)
      #expect(source["where"] is String)
    }
  }

  @Test func oneClaimIsADocumentOfOne() throws {
    let id = "mixtral-8x7b-6x-llama2-70b"
    let document = try Executable.release().run(["claims", id, "--format", "json"]).json
    let claims = try #require(document["claims"] as? [[String: Any]])
    #expect(claims.map { $0["id"] as? String } == [id])
    #expect(claims[0]["ratio"] as? Double == 6)
  }

  @Test func anArchitectureIsCounted() throws {
    let document = try Executable.release().run(
      ["models", "mixtral-8x7b", "--tokens", "16", "--format", "json"]
    ).json
    #expect(document["schema"] as? String == "tenfold.model/1")
    #expect(document["model_type"] as? String == "mixtral")
    // 46.7 billion parameters: sum(p.numel()) of transformers' MixtralForCausalLM.
    #expect(document["total_parameters"] as? Int == 46_702_792_704)
    #expect(document["active_parameters"] is Int)
    #expect(document["routed_expert_parameters"] is Int)
    let layer = try #require(document["sparse_layer"] as? [String: Any])
    #expect(layer["parameters"] is Int)
    #expect(layer["matmul_flops"] is Int)
    let flops = try #require(document["forward_flops"] as? [String: Int])
    let parts = try ["ffn", "attention", "head"].map { try #require(flops[$0]) }
    #expect(flops["total"] == parts.reduce(flops["other"] ?? 0, +))
    #expect((document["layers"] as? [Any])?.count == 32)
  }

  @Test func aConfigurationIsCountedLikeItsCatalogueEntry() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "mine.json").path
      // Keys that are missing take their documented defaults, which are Mixtral 8x7B's.
      try Data(#"{"model_type": "mixtral"}"#.utf8).write(to: URL(filePath: path))
      let document = try Executable.release().run(["models", path, "--format", "json"]).json
      #expect(document["id"] as? String == path)
      #expect(document["total_parameters"] as? Int == 46_702_792_704)
    }
  }

  @Test func aReportHasAVerdictForEachClaimItCanSpeakOf() throws {
    let document = try Executable.release().run(["report", record, "--format", "json"]).json
    #expect(document["schema"] as? String == "tenfold.report/1")
    let verdicts = try #require(document["verdicts"] as? [[String: Any]])
    #expect(!verdicts.isEmpty)
    for verdict in verdicts {
      for key in ["claim", "scope", "verdict", "reason"] {
        #expect(verdict[key] is String, "\(key) of \(verdict)")
      }
    }
  }

  @Test(arguments: [["claims"], ["models"], ["models", "deepseek-v3"], ["report"]])
  func textFits100Columns(_ command: [String]) throws {
    let outcome = try Executable.release().run(
      command == ["report"] ? ["report", record] : command)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.isEmpty)
    for line in outcome.output.split(separator: "\n") {
      #expect(line.count <= 100, "\(line)")
    }
  }

  /// Runs a command on a pseudo-terminal, which `script` (Debian's base system) makes.
  private func onTerminal(_ command: String, environment: [String: String]) throws -> String {
    let script = Executable(path: "/usr/bin/script")
    let outcome = try script.run(
      ["-qec", "\(Executable.debug.path) \(command)", "/dev/null"], environment: environment)
    #expect(outcome.status == 0)
    return outcome.output
  }

  @Test func coloursAreForTerminalsThatWantThem() throws {
    let escape = "\u{1B}["
    let command = "report \(record)"
    #expect(try onTerminal(command, environment: ["TERM": "xterm"]).contains(escape))
    #expect(
      try onTerminal(command, environment: ["TERM": "xterm", "NO_COLOR": ""]).contains(escape),
      "an empty NO_COLOR asks for nothing")
    for environment in [["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb"], [:]] {
      #expect(try !onTerminal(command, environment: environment).contains(escape))
    }
    #expect(
      try !onTerminal(command + " --format markdown", environment: ["TERM": "xterm"]).contains(
        escape))
    let piped = try Executable.release().run(["report", record], environment: ["TERM": "xterm"])
    #expect(!piped.output.contains(escape))
  }
}
