import Foundation
import Testing

/// `tenfold baseline`: what is kept, what replaces it, and what is compared with it.
@Suite struct BaselineTests {
  private let example = repository.appending(path: "Results/examples/default-suite.json")

  /// Runs a command line in a directory of its own.
  private func run(_ arguments: [String], in directory: URL) throws -> Executable.Outcome {
    try Executable.debug.run(arguments, in: directory.path)
  }

  /// A copy of the example with some texts replaced, as `name`.
  private func record(
    _ name: String, in directory: URL, replacing changes: [(String, String)] = []
  ) throws {
    var text = try String(contentsOf: example, encoding: .utf8)
    for (old, new) in changes {
      try #require(text.contains(old), "\(old) is not in the example")
      text = text.replacing(old, with: new)
    }
    try Data(text.utf8).write(to: directory.appending(path: name))
  }

  private let commit = "2ff52ea3f654067431c562539f0ed4199fa0fe4e"

  /// The files of stored baselines, without their folder.
  private func files(in directory: URL, of name: String = "main") throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: directory.appending(path: "Results/baselines/\(name)").path
    ).sorted()
  }

  /// The one current baseline of a name.
  private func stored(in directory: URL, of name: String = "main") throws -> URL {
    let current = try files(in: directory, of: name).filter { !$0.contains("candidate") }
    try #require(current.count == 1)
    let file = current[0]
    return directory.appending(path: "Results/baselines/\(name)/\(file)")
  }

  @Test func theFirstRecordIsCurrentAndTheNextOneWaits() throws {
    try withTemporaryDirectory { directory in
      try record("base.json", in: directory)
      try record("head.json", in: directory, replacing: [(commit, "def5678")])
      let saved = try run(["baseline", "save", "base.json", "--format", "json"], in: directory)
      #expect(saved.status == 0, "\(saved.errors)")
      #expect(try saved.json["schema"] as? String == "tenfold.baselines/1")
      #expect(try saved.json["action"] as? String == "saved")
      let bytes = try Data(contentsOf: directory.appending(path: "base.json"))
      #expect(try Data(contentsOf: stored(in: directory)) == bytes)

      let waiting = try run(["baseline", "save", "head.json"], in: directory)
      #expect(waiting.status == 0)
      #expect(waiting.output.contains("kept-as-candidate"))
      #expect(waiting.output.contains("tenfold baseline promote main"))
      #expect(waiting.errors.isEmpty)
      let replacing = try run(["baseline", "save", "head.json"], in: directory)
      #expect(replacing.status == 0 && replacing.errors.contains("earlier candidate"))
      #expect(try files(in: directory).count == 2)
      let shown = try run(["baseline", "show", "main", "--format", "json"], in: directory)
      #expect(shown.status == 0, "\(shown.errors)")
      let entries = try #require(shown.json["baselines"] as? [[String: Any]])
      #expect(entries.map { $0["commit"] as? String } == [commit, "def5678"])
      #expect(
        (try shown.json["comparison"] as? [String: Any])?["verdict"] as? String == "pass")

      let promoted = try run(["baseline", "promote", "main"], in: directory)
      #expect(promoted.status == 0, "\(promoted.errors)")
      #expect(promoted.output.contains("promoted"))
      #expect(promoted.output.contains("hold the same measurement"))
      #expect(try files(in: directory).count == 1)
      #expect(
        try Data(contentsOf: stored(in: directory))
          == Data(contentsOf: directory.appending(path: "head.json")))
      #expect(try run(["baseline", "promote", "main"], in: directory).status == 5)
    }
  }

  @Test func aComparisonFindsTheBaselineOfItsMachineAndSaysThatItIsAdvice() throws {
    try withTemporaryDirectory { directory in
      try record("head.json", in: directory, replacing: [(commit, "def5678")])
      let none = try run(["compare", "@main", "head.json"], in: directory)
      #expect(none.status == 5)
      #expect(none.errors.contains("no baseline @main") && none.errors.contains("none at all"))

      #expect(
        try run(["baseline", "save", example.path, "--name", "release/1.2"], in: directory).status
          == 0)
      let listed = try run(["compare", "@main", "head.json"], in: directory)
      #expect(listed.status == 5 && listed.errors.contains("there are @release/1.2"))

      #expect(try run(["baseline", "save", example.path], in: directory).status == 0)
      let compared = try run(["compare", "@main", "head.json", "--format", "json"], in: directory)
      #expect(compared.status == 0, "\(compared.errors)")
      #expect(try compared.json["advisory"] as? Bool == true)
      #expect(try (compared.json["cautions"] as? [String])?.first?.contains("advice") == true)

      try record("other.json", in: directory, replacing: [("\"AMD EPYC\"", "\"Another CPU\"")])
      let other = try run(["compare", "@main", "other.json"], in: directory)
      #expect(other.status == 5)
      #expect(other.errors.contains("machine.cpu is 'AMD EPYC' in BASE and 'Another CPU' in HEAD"))
      try record("newer.json", in: directory, replacing: [("\"6.3.1\"", "\"6.4\"")])
      let newer = try run(["compare", "@main", "newer.json"], in: directory)
      #expect(newer.status == 5 && newer.errors.contains("tool.swift"))

      let list = try run(["baseline", "list"], in: directory)
      #expect(list.status == 0)
      #expect(list.output.contains("release/1.2") && list.output.contains("main"))
      let elsewhere = try run(["baseline", "list", "--directory", "none"], in: directory)
      #expect(elsewhere.status == 0 && elsewhere.output.contains("There is none"))
    }
  }

  /// Two minutes apart the machine moved the examples' times by 2.0 to 7.4 %, which for two builds and a tolerance
  /// of 1 % is a regression.
  @Test func whatIsSlowerIsNotPromoted() throws {
    try withTemporaryDirectory { directory in
      let faster = repository.appending(path: "Results/examples/default-suite-again.json")
      try record("slower.json", in: directory, replacing: [(commit, "def5678")])
      #expect(try run(["baseline", "save", faster.path], in: directory).status == 0)
      #expect(try run(["baseline", "save", "slower.json"], in: directory).status == 0)
      let refused = try run(["baseline", "promote", "main", "--tolerance", "1%"], in: directory)
      #expect(refused.status == 2, "\(refused.errors)")
      #expect(refused.output.contains("HEAD (def5678) is slower than BASE (2ff52ea)"))
      #expect(refused.errors.contains("the candidate is slower"))
      #expect(try Data(contentsOf: stored(in: directory)) == Data(contentsOf: faster))
    }
  }

  @Test func whatCannotBeToldIsNotPromotedUnlessForced() throws {
    try withTemporaryDirectory { directory in
      var text = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: example)) as? [String: Any])
      var tool = try #require(text["tool"] as? [String: Any])
      tool["commit"] = "def5678"
      text["tool"] = tool
      var cells = try #require(text["cells"] as? [[String: Any]])
      // A record of half the cells tells nothing against one of all.
      cells.removeLast(12)
      text["cells"] = cells
      try JSONSerialization.data(withJSONObject: text).write(
        to: directory.appending(path: "half.json"))
      #expect(try run(["baseline", "save", example.path], in: directory).status == 0)
      #expect(try run(["baseline", "save", "half.json"], in: directory).status == 0)
      let before = try Data(contentsOf: stored(in: directory))
      let refused = try run(["baseline", "promote", "main"], in: directory)
      #expect(refused.status == 3)
      #expect(refused.output.contains("12 of 24 cells are not compared"))
      #expect(refused.errors.contains("--force"))
      #expect(try files(in: directory).count == 2)
      let forced = try run(["baseline", "promote", "main", "--force"], in: directory)
      #expect(forced.status == 0, "\(forced.errors)")
      #expect(try files(in: directory).count == 1)
      #expect(try Data(contentsOf: stored(in: directory)) != before)
    }
  }

  @Test func anInterruptedRecordIsStoredOnlyByForce() throws {
    try withTemporaryDirectory { directory in
      try record(
        "stopped.json", in: directory, replacing: [("\"complete\"", "\"interrupted\"")])
      let refused = try run(["baseline", "save", "stopped.json"], in: directory)
      #expect(refused.status == 3 && refused.errors.contains("is interrupted"))
      #expect(
        !FileManager.default.fileExists(atPath: directory.appending(path: "Results").path))
      #expect(try run(["baseline", "save", "stopped.json", "--force"], in: directory).status == 0)
    }
  }

  @Test func anotherNameTakesTheCurrentBaseline() throws {
    try withTemporaryDirectory { directory in
      let name = ["--name", "nightly"]
      #expect(try run(["baseline", "save", example.path] + name, in: directory).status == 0)
      let promoted = try run(["baseline", "promote", "nightly", "--as", "main"], in: directory)
      #expect(promoted.status == 0, "\(promoted.errors)")
      #expect(
        try Data(contentsOf: stored(in: directory))
          == Data(contentsOf: stored(in: directory, of: "nightly")))
      let itself = try run(["baseline", "promote", "main", "--as", "main"], in: directory)
      #expect(itself.status == 64)
    }
  }

  @Test func severalMachinesAreToldApartByTheirFingerprints() throws {
    try withTemporaryDirectory { directory in
      try record("other.json", in: directory, replacing: [("\"AMD EPYC\"", "\"Another CPU\"")])
      for record in [example.path, "other.json"] {
        for _ in 1...2 {
          #expect(try run(["baseline", "save", record], in: directory).status == 0)
        }
      }
      #expect(try files(in: directory).count == 4)
      let several = try run(["baseline", "promote", "main"], in: directory)
      #expect(several.status == 64 && several.errors.contains("--machine"))
      let machine = try #require(try files(in: directory).first?.split(separator: ".").first)
      let one = try run(
        ["baseline", "promote", "main", "--machine", String(machine)], in: directory)
      #expect(one.status == 0, "\(one.errors)")
      #expect(try files(in: directory).count == 3)
      #expect(
        try run(["baseline", "show", "main", "--machine", "000000000000"], in: directory).status
          == 5)
    }
  }

  @Test(arguments: ["../x", "-x", "", ".git", "a/../../b", String(repeating: "x", count: 300)])
  func anUnsafeNameExitsWith64AndWritesNothing(_ name: String) throws {
    try withTemporaryDirectory { directory in
      let outcome = try run(
        ["baseline", "save", example.path, "--name", name], in: directory)
      #expect(outcome.status == 64, "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
      #expect(try run(["compare", "@\(name)", example.path], in: directory).status == 64)
    }
  }

  /// A damaged baseline is never taken for none.
  @Test func aDamagedBaselineExitsWith65AndSaysWhere() throws {
    try withTemporaryDirectory { directory in
      #expect(try run(["baseline", "save", example.path], in: directory).status == 0)
      let file = try stored(in: directory)
      let whole = try Data(contentsOf: file)
      func check(_ bytes: Data, _ wanted: String) throws {
        try bytes.write(to: file)
        for arguments in [
          ["compare", "@main", example.path], ["baseline", "list"], ["baseline", "show", "main"],
        ] {
          let outcome = try run(arguments, in: directory)
          #expect(outcome.status == 65, "\(arguments): \(outcome.errors)")
          #expect(outcome.errors.contains(wanted), "\(outcome.errors)")
          #expect(outcome.errors.count { $0 == "\n" } == 1)
        }
      }
      try check(whole.prefix(1000), "ends at byte 1000")
      try check(Data(), "ends at byte 0")
      var flipped = whole
      let colon = try #require(whole.firstIndex(of: UInt8(ascii: ":")))
      flipped[colon] = UInt8(ascii: "?")
      try check(flipped, "not valid JSON at byte \(colon)")
      try check(Data([0xff]) + whole, "byte 0 is no UTF-8")
      let text = String(decoding: whole, as: UTF8.self)
      try check(
        Data(text.replacing("tenfold.result/1", with: "tenfold.result/2").utf8), "tenfold.result/2")
      try check(
        Data(text.replacing("\"AMD EPYC\"", with: "\"Another CPU\"").utf8), "of the machine")
      // What is current cannot be told, so nothing takes its place.
      try whole.write(to: file)
      #expect(try run(["baseline", "save", example.path], in: directory).status == 0)
      try whole.prefix(1000).write(to: file)
      #expect(try run(["baseline", "promote", "main"], in: directory).status == 65)
    }
  }

  @Test func aSymbolicLinkIsNoBaseline() throws {
    try withTemporaryDirectory { directory in
      #expect(try run(["baseline", "save", example.path], in: directory).status == 0)
      let file = try stored(in: directory)
      try FileManager.default.removeItem(at: file)
      try FileManager.default.createSymbolicLink(at: file, withDestinationURL: example)
      let outcome = try run(["compare", "@main", example.path], in: directory)
      #expect(outcome.status == 65 && outcome.errors.contains("symbolic link"))
    }
  }

  @Test func severalThatSaveAtOnceKeepOneCurrent() throws {
    try withTemporaryDirectory { directory in
      let started = try (1...4).map { _ in
        try Executable.debug.start(["baseline", "save", example.path], in: directory.path)
      }
      for process in started { #expect(try process.finish().status == 0) }
      #expect(try files(in: directory).count == 2)
      #expect(
        try Data(contentsOf: stored(in: directory)) == Data(contentsOf: example))
    }
  }
}
