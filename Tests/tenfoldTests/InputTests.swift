import Foundation
import Testing

/// Bad input files get one sentence that names them, and 65.
@Suite struct InputTests {
  /// Writes `text` to a file, gives its path to a command, and expects a refusal.
  private func expectRefusal(
    of text: String, saying fragment: String, command: [String], name: String = "input.json"
  ) throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: name).path
      try Data(text.utf8).write(to: URL(filePath: path))
      let outcome = try Executable.release().run(command + [path])
      #expect(outcome.status == 65)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(path))
      #expect(outcome.errors.contains(fragment), "\(outcome.errors)")
      #expect(outcome.errors.count { $0 == "\n" } == 1)
    }
  }

  @Test(arguments: [
    ("", "not valid JSON"), ("[1, 2", "not valid JSON"), ("[]", "an object"),
    ("{}", "model_type is missing"),
    (#"{"model_type": "abacus"}"#, "abacus"),
    (
      #"{"model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 5}"#, "5"
    ),
    (#"{"model_type": "mixtral", "hidden_size": 0}"#, "hidden_size"),
    (#"{"model_type": "mixtral", "hidden_size": -8}"#, "hidden_size"),
    (#"{"model_type": "mixtral", "hidden_size": 9223372036854775807}"#, "hidden_size"),
    (#"{"model_type": "mixtral", "hidden_size": "wide"}"#, "hidden_size"),
  ])
  func aConfigurationIsRefused(_ text: String, _ fragment: String) throws {
    try expectRefusal(of: text, saying: fragment, command: ["models"])
    try expectRefusal(of: text, saying: fragment, command: ["run"])
  }

  /// Checkpoints are handed over in place of what describes them.
  @Test(arguments: [
    ("GGUF\u{3}\0\0\0", "is a GGUF file"), ("PK\u{3}\u{4}\u{14}", "is a PyTorch or zip file"),
  ])
  func anotherFormatIsNamed(_ text: String, _ fragment: String) throws {
    for command in ["models", "run"] {
      try expectRefusal(of: text, saying: fragment, command: [command], name: "model.gguf")
      try expectRefusal(
        of: text, saying: "give the config.json of the model that it holds", command: [command])
    }
    try expectRefusal(of: text, saying: fragment, command: ["report"])
  }

  @Test(arguments: [
    ("", "not valid JSON"), ("{}", "schema"),
    (#"{"schema": "tenfold.result/9"}"#, "tenfold.result/9"),
    (#"{"schema": "tenfold.result/1"}"#, "has no"),
  ])
  func aRecordIsRefused(_ text: String, _ fragment: String) throws {
    try expectRefusal(of: text, saying: fragment, command: ["report"])
  }

  /// Changes the cell of an example record in which Mixtral has one token, and gives the document.
  private func example(_ change: (inout [String: Any]) throws -> Void) throws -> String {
    let file = repository.appending(path: "Results/examples/default-suite.json")
    var record = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var cells = try #require(record["cells"] as? [[String: Any]])
    let index = try #require(
      cells.firstIndex {
        $0["candidate"] as? String == "mixtral-8x7b" && $0["baseline"] as? String == "llama2-70b"
          && $0["tokens"] as? Int == 1
      })
    try change(&cells[index])
    record["cells"] = cells
    return try String(decoding: JSONSerialization.data(withJSONObject: record), as: UTF8.self)
  }

  private let cellName =
    "mixtral-8x7b/llama2-70b/ffn-forward/1-tokens/uniform/tile/f32/2-threads"

  @Test func aRatioThatItsRoundsDoNotGiveIsRefusedByEveryReaderOfRecords() throws {
    let tripled = try example { cell in
      var ratio = try #require(cell["time_ratio"] as? [String: Any])
      for key in ["low", "median", "high"] {
        ratio[key] = try #require(ratio[key] as? Double) * 3
      }
      cell["time_ratio"] = ratio
      cell["realised_share"] = try #require(cell["realised_share"] as? Double) * 3
    }
    let other = repository.appending(path: "Results/examples/default-suite-again.json").path
    for command in [
      ["report"], ["report", "--format", "csv"], ["report", "--format", "html"],
      ["report", "--charts", "charts"], ["compare", other],
    ] {
      try expectRefusal(
        of: tripled, saying: "time_ratio.median of the cell \(cellName) is 14.83", command: command)
    }
    try expectRefusal(of: tripled, saying: "its rounds give 4.94", command: ["report"])
  }

  @Test func anExplanationThatLeadsElsewhereKeepsNobodyFromComparing() throws {
    let unexplained = try example { cell in
      var explanation = try #require(cell["explanation"] as? [String: Any])
      explanation["rest"] = try #require(explanation["rest"] as? Double) * 1.01
      cell["explanation"] = explanation
    }
    try expectRefusal(
      of: unexplained, saying: "explanation of the cell \(cellName)", command: ["report"])
    try withTemporaryDirectory { directory in
      let head = directory.appending(path: "head.json")
      try Data(unexplained.utf8).write(to: head)
      let base = repository.appending(path: "Results/examples/default-suite.json").path
      let outcome = try Executable.release().run(["compare", base, head.path])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(arguments: ["text", "markdown", "json", "html", "csv"])
  func whatIsNotKnownIsToldInEveryForm(_ format: String) throws {
    let later = try example { $0["status"] = "failed" }
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "later.json")
      try Data(later.utf8).write(to: file)
      let outcome = try Executable.release().run(["report", file.path, "--format", format])
      #expect(outcome.status == 0)
      #expect(outcome.errors.hasPrefix("tenfold: \(file.path): The record holds what"))
      #expect(outcome.errors.contains("the cell status failed"))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test(arguments: [
    ("/no/such/file.json", "there is no record"), ("/tmp", "is a directory"),
    ("/dev/zero", "is a device or a pipe"), ("/etc/passwd/x.json", "cannot be opened"),
  ])
  func whatIsNoFileIsRefused(_ path: String, _ fragment: String) throws {
    let outcome = try Executable.release().run(["report", path])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains(fragment))
    #expect(outcome.errors.contains(path))
  }

  @Test func aFileTooLargeForItsRoleIsNotRead() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "huge.json")
      try Data().write(to: file)
      try FileHandle(forWritingTo: file).truncate(atOffset: 1 << 40)
      let outcome = try Executable.release().run(["report", file.path])
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("1099511627776 bytes"))
    }
  }
}
