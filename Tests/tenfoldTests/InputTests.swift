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
      let outcome = try Executable.debug.run(command + [path])
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

  @Test(arguments: [
    ("", "not valid JSON"), ("{}", "schema"),
    (#"{"schema": "tenfold.result/9"}"#, "tenfold.result/9"),
    (#"{"schema": "tenfold.result/1"}"#, "has no"),
  ])
  func aRecordIsRefused(_ text: String, _ fragment: String) throws {
    try expectRefusal(of: text, saying: fragment, command: ["report"])
  }

  @Test(arguments: [
    ("/no/such/file.json", "there is no record"), ("/tmp", "is a directory"),
    ("/dev/zero", "is a device or a pipe"), ("/etc/passwd/x.json", "cannot be opened"),
  ])
  func whatIsNoFileIsRefused(_ path: String, _ fragment: String) throws {
    let outcome = try Executable.debug.run(["report", path])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains(fragment))
    #expect(outcome.errors.contains(path))
  }

  @Test func aFileTooLargeForItsRoleIsNotRead() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "huge.json")
      try Data().write(to: file)
      try FileHandle(forWritingTo: file).truncate(atOffset: 1 << 40)
      let outcome = try Executable.debug.run(["report", file.path])
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("1099511627776 bytes"))
    }
  }
}
