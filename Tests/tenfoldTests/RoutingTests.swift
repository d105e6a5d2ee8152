import Foundation
import Testing

/// Recorded routing from the outside: what it says, and how it is refused.
@Suite struct RoutingTests {
  /// Writes a file, and gives its path and what a command says of it.
  private func outcome(
    of text: String, _ before: [String] = ["routing"], _ after: [String] = [],
    suffix: String = "", name: String = "trace.jsonl"
  ) throws -> (path: String, outcome: Executable.Outcome) {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: name).path
      try Data(text.utf8).write(to: URL(filePath: path))
      return (path, try Executable.release().run(before + [path + suffix] + after))
    }
  }

  private static let twoLayers = """
    {"layer": 0, "token": 0, "experts": [3, 17]}
    {"layer": 1, "token": 0, "experts": [5, 2]}
    {"layer": 1, "token": 1, "experts": [5, 1]}
    {"layer": 1, "token": 2, "experts": [2, 5]}
    """

  @Test func aTraceHasTheKeysThatScriptsReadFrom() throws {
    let (path, outcome) = try outcome(of: Self.twoLayers, ["routing", "--format", "json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try outcome.json
    #expect(document["schema"] as? String == "tenfold.routing/1")
    #expect(document["source"] as? String == path)
    #expect(document["layer"] as? Int == 1)
    #expect(document["tokens"] as? Int == 3)
    #expect(document["top_k"] as? Int == 2)
    #expect(document["experts"] as? Int == 6)
    #expect(document["experts_seen"] as? Int == 3)
    #expect((document["digest"] as? String)?.count == 16)
    for key in ["max_over_mean", "gini"] { #expect(document[key] is Double) }
    #expect(
      (document["layers"] as? [[String: Any]])?.compactMap { $0["tokens"] as? Int } == [1, 3])
    let passes = try #require(document["passes"] as? [[String: Any]])
    #expect(passes.map { $0["tokens"] as? Int } == [1, 16, 256])
    for key in [
      "distinct_experts", "distinct_experts_if_independent", "distinct_experts_if_uniform", "gini",
      "max_over_mean",
    ] {
      #expect(passes.allSatisfy { $0[key] is Double }, "\(key)")
    }
    let zipf = try #require(document["zipf"] as? [String: Any])
    #expect((zipf["routing"] as? String)?.hasPrefix("zipf:") == true)
    #expect(zipf["is_close"] is Bool)
  }

  @Test func textFits100ColumnsAndNamesTheRoutingThatResembles() throws {
    let (_, outcome) = try outcome(of: Self.twoLayers, name: String(repeating: "long ", count: 40))
    #expect(outcome.status == 0, "\(outcome.errors)")
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    #expect(outcome.output.contains("--routing zipf:"))
    #expect(outcome.output.contains("2, of which this is layer 1"))
  }

  @Test func aLayerIsChosenByName() throws {
    let (_, outcome) = try outcome(
      of: Self.twoLayers, ["routing", "--format", "json"], suffix: "#layer=0")
    #expect(try outcome.json["tokens"] as? Int == 1)
  }

  @Test func aNameOfControlCharactersIsMadeHarmless() throws {
    let (_, outcome) = try outcome(of: "[1,2]", name: "a\u{1B}[31m\u{202E}|b")
    #expect(outcome.status == 0)
    #expect(!outcome.output.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  static let refusals: [(text: String, suffix: String, fragment: String)] = [
    ("", "", "no token"), ("[1,1]", "", "line 1: a token names expert 1 twice"),
    ("[1,2]\n[1]", "", "line 2"), ("PK\u{3}\u{4}", "", "torch.save"), ("what", "", "no column"),
    ("[1,2]", "#layer=3", "names no layers"), (Self.twoLayers, "#layer=7", "layer 7"),
  ]

  @Test(arguments: refusals.indices)
  func aFileIsRefused(_ index: Int) throws {
    let (text, suffix, fragment) = Self.refusals[index]
    for before in [["routing"], ["run", "olmoe-1b-7b", "--routing"]] {
      let isRun = before.count > 1
      let (path, outcome) = try withTemporaryDirectory { directory in
        let path = directory.appending(path: "trace").path
        try Data(text.utf8).write(to: URL(filePath: path))
        let argument = (isRun ? "trace:" : "") + path + suffix
        return (path, try Executable.release().run(before + [argument]))
      }
      #expect(outcome.status == 65, "\(before): \(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("the routing \(path) is refused: "))
      #expect(outcome.errors.contains(fragment), "\(outcome.errors)")
      #expect(outcome.errors.count { $0 == "\n" } == 1)
    }
  }

  @Test(arguments: [
    ("[1,2]", "chooses 8"), ("[0,1,2,3,4,5,6,64]", "no expert 64"),
    ("{\"counts\":[9,9]}", "2 experts"),
  ])
  func aRecordingOfAnotherModelIsRefused(_ text: String, _ fragment: String) throws {
    let (path, run) = try withTemporaryDirectory { directory in
      let path = directory.appending(path: "t").path
      try Data(text.utf8).write(to: URL(filePath: path))
      return (
        path,
        try Executable.release().run(["run", "olmoe-1b-7b", "--routing", "uniform,trace:\(path)"])
      )
    }
    #expect(run.status == 65)
    #expect(run.errors.contains("the routing \(path) cannot be replayed: "))
    #expect(run.errors.contains(fragment), "\(run.errors)")
    #expect(run.errors.count { $0 == "\n" } == 1)
    let (_, routing) = try outcome(of: text, ["routing"], ["--architecture", "olmoe-1b-7b"])
    #expect(routing.status == 65)
    #expect(routing.errors.contains(fragment), "\(routing.errors)")
  }

  @Test func whatIsNoFileIsRefused() throws {
    for arguments in [
      ["routing", "/no/such"], ["run", "olmoe-1b-7b", "--routing", "trace:/no/such"],
    ] {
      let outcome = try Executable.release().run(arguments)
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("there is no routing at /no/such"))
    }
  }

  /// A traced run from the outside: what was asked for, and what happened.
  @Test func aTracedRunSaysWhatItReplayed() throws {
    try withTemporaryDirectory { directory in
      let model = directory.appending(path: "small.json")
      try Data(
        """
        {"model_type": "mixtral", "hidden_size": 256, "intermediate_size": 512,
         "num_local_experts": 8, "num_experts_per_tok": 2, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 256}
        """.utf8
      ).write(to: model)
      let trace = directory.appending(path: "hot.jsonl")
      try Data(String(repeating: "[6,1]\n[1,6]\n[2,6]\n", count: 30).utf8).write(to: trace)
      let outcome = try Executable.release().run(
        [
          "run", model.path, "--baseline", "iso-active", "--tokens", "3", "--budget", "0.5s",
          "--routing", "trace:\(trace.path)", "--format", "json",
        ], in: directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let document = try outcome.json
      let options = try #require(document["options"] as? [String: Any])
      #expect(options["routing"] as? [String] == ["trace:\(trace.path)"])
      let digests = try #require(options["routing_digests"] as? [String])
      let cells = try #require(document["cells"] as? [[String: Any]])
      let routing = try #require(cells.first?["routing"] as? [String: Any])
      #expect(routing["kind"] as? String == "trace")
      #expect(routing["source"] as? String == trace.path)
      #expect(routing["tokens_in_trace"] as? Int == 90)
      #expect(digests == [routing["digest"] as? String])
      #expect(routing["fitted_alpha"] is Double)
      // Any three consecutive tokens visit 1, 2 and 6, and all of them visit 6.
      #expect(routing["distinct_experts"] as? Double == 3)
      #expect(routing["max_over_mean"] as? Double == 4)
    }
  }
}
