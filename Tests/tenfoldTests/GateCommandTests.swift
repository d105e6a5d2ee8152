import Foundation
import Testing

/// `tenfold gate` as its users call it.
@Suite struct GateCommandTests {
  /// A benchmark that waits, whose passes take so long by its own account.
  private static func benchmark(milliseconds: Double, marker: String = "benchmark") -> String {
    let program = #"""
      $| = 1; my $name = "MARKER";
      srand($$); sub normal { sqrt(-2 * log(1 - rand())) * cos(6.283185307 * rand()) }
      print qq({"schema":"tenfold.worker/1","cells":[{"id":"toy"}]}\n);
      while (my $line = <STDIN>) {
        my ($passes) = $line =~ /"passes":(\d+)/;
        printf(qq({"schema":"tenfold.sample/1","cell":"toy","seconds":%.12f}\n),
          MILLISECONDS * 1e-3 * (1 + 0.01 * normal())) for 1 .. $passes;
      }
      """#
    let filled = program.replacingOccurrences(of: "MILLISECONDS", with: "\(milliseconds)")
      .replacingOccurrences(of: "MARKER", with: marker)
    return "exec perl -e '\(filled)'"
  }

  /// Gates of tests run side by side, and no gate of the machine's owner keeps them.
  private static func environment(_ directory: URL) -> [String: String] {
    [
      "TENFOLD_LOCK": directory.appending(path: "lock").path, "TMPDIR": directory.path,
      "XDG_CACHE_HOME": directory.appending(path: "cache").path,
    ]
  }

  private func gate(
    _ arguments: [String], in directory: URL, environment: [String: String] = [:]
  ) throws -> Executable.Outcome {
    try Executable.debug.run(
      ["gate"] + arguments,
      environment: Self.environment(directory).merging(environment) { $1 }, in: directory.path)
  }

  @Test(arguments: [
    ([], "there is nothing to compare with"), (["--command", "a"], "--command is given twice"),
    (["--command", "a", "--command", "b", "--base", "c"], "a side is a command or a build"),
    (["--base", "HEAD", "--detect", "1%", "--tolerance", "2%"], "must be below"),
    (["--base", "HEAD", "--detect", "three"], "not accepted"),
    (["--command", " ", "--command", "true"], "a --command is empty"),
    (["--init", "--detect", "1%", "--tolerance", "2%"], "below"),
  ])
  func usage(arguments: [String], words: String) throws {
    try withTemporaryDirectory { directory in
      let outcome = try gate(arguments, in: directory)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test(arguments: [(2.0, 0, "pass"), (2.12, 2, "regression"), (1.9, 0, "improvement")])
  func commands(milliseconds: Double, status: Int32, verdict: String) throws {
    try withTemporaryDirectory { directory in
      let outcome = try gate(
        [
          "--command", Self.benchmark(milliseconds: 2), "--command",
          Self.benchmark(milliseconds: milliseconds, marker: "later"), "--format", "json",
        ], in: directory)
      #expect(outcome.status == status, "\(outcome.errors)")
      let document = try outcome.json
      #expect(document["schema"] as? String == "tenfold.gate/1")
      #expect(document["verdict"] as? String == verdict, "\(document["summary"] ?? "")")
      let cells = try #require(document["cells"] as? [[String: Any]])
      #expect(cells.map { $0["id"] as? String } == ["toy"])
      // Nothing is left in the folder for temporary files.
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(!left.contains { $0.hasPrefix("tenfold-gate-") }, "\(left)")
    }
  }

  /// A program that prints one cell after the other: what the pilot did not see must not pass unseen.
  @Test func cellsThatComeLaterAreNamed() throws {
    func sequence(_ marker: String) -> String {
      let program = #"""
        $| = 1; my $name = "MARKER";
        for (1 .. 60) { pass("first") } while (1) { pass("second") }
        sub pass { select(undef, undef, undef, 0.001);
          printf(qq({"schema":"tenfold.sample/1","cell":"%s","seconds":0.001}\n), $_[0]); }
        """#
      return "exec perl -e '\(program.replacingOccurrences(of: "MARKER", with: marker))'"
    }
    try withTemporaryDirectory { directory in
      let outcome = try gate(
        ["--command", sequence("one"), "--command", sequence("two"), "--format", "json"],
        in: directory)
      #expect(outcome.status == 3, "\(outcome.errors)")
      let cells = try #require(try outcome.json["cells"] as? [[String: Any]])
      let second = try #require(cells.first { $0["id"] as? String == "second" }, "\(cells)")
      #expect((second["reason"] as? String)?.contains("by turns") == true)
    }
  }

  /// What a count is of must be the same every time, or it is none: the same program is no regression.
  @Test func countsThatVaryAreNone() throws {
    func varying(_ marker: String) -> String {
      let program = #"""
        $| = 1; my $name = "MARKER";
        while (1) { select(undef, undef, undef, 0.001); my $things = 100 + int(rand(10));
          printf(qq({"schema":"tenfold.sample/1","cell":"c","seconds":0.001,"work":{"things":$things,"steps":7}}\n)); }
        """#
      return "exec perl -e '\(program.replacingOccurrences(of: "MARKER", with: marker))'"
    }
    try withTemporaryDirectory { directory in
      let outcome = try gate(
        ["--command", varying("one"), "--command", varying("two"), "--format", "json"],
        in: directory)
      #expect([0, 3].contains(outcome.status), "\(outcome.errors)")
      let cells = try #require(try outcome.json["cells"] as? [[String: Any]])
      let work = try #require(cells[0]["work"] as? [[String: Any]])
      #expect(work.compactMap { $0["name"] as? String } == ["steps"], "\(work)")
    }
  }

  @Test(arguments: [
    (#""seconds":1e-320"#, "picosecond"),
    (#""seconds":0.002,"passes":9223372036854775807"#, "passes"),
  ])
  func linesOfNoPass(fields: String, words: String) throws {
    try withTemporaryDirectory { directory in
      let command =
        "while :; do echo '{\"schema\":\"tenfold.sample/1\",\"cell\":\"c\",\(fields)}'; done"
      let outcome = try gate(["--command", command, "--command", "\(command) "], in: directory)
      #expect(outcome.status == 5 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  /// A worker without cells, and suites that no gate has time for or no pass has sizes of.
  @Test func nothingToMeasureWith() throws {
    try withTemporaryDirectory { directory in
      let empty = "echo '{\"schema\":\"tenfold.worker/1\",\"cells\":[]}'; cat"
      #expect(
        try gate(["--command", empty, "--command", "\(empty) "], in: directory).status == 5)
      for (text, words) in [
        (#""suite": []"#, "is empty"),
        (#""suite": [{"models": []}]"#, "suite[0] has an empty list"),
        (#""threads": 0"#, "threads is 0"),
        (#""suite": [{"models": ["a"], "tokens": [1, 0]}]"#, "suite[0].tokens has 0"),
        (#""suite": [{"models": ["a"], "engines": ["abacus"]}]"#, "suite[0].engines has 'abacus'"),
      ] {
        try Data("{\"schema\": \"tenfold.gate-file/1\", \(text)}".utf8)
          .write(to: directory.appending(path: "tenfold.gate.json"))
        let refused = try gate(["--base", "/bin/true", "--head", "/bin/false"], in: directory)
        #expect(refused.status == 65 && refused.errors.contains(words), "\(refused.errors)")
      }
    }
  }

  /// A document for a closed stream must not go into whatever file is opened first.
  @Test func closedOutputIsAnError() throws {
    try withTemporaryDirectory { directory in
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", "exec '\(Executable.debug.path)' gate --command a --command a --format json >&-",
      ]
      process.environment = ["PATH": "/usr/bin:/bin"].merging(Self.environment(directory)) { $1 }
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 74)
      let lock = try String(contentsOf: directory.appending(path: "lock"), encoding: .utf8)
      #expect(lock.hasPrefix("process "))
    }
  }

  @Test(arguments: [["selftest", "report", "/no/such/file"], ["selftest", "aa", "--help"]])
  func partsOfTheSelftestAreThere(arguments: [String]) throws {
    let outcome = try Executable.debug.run(arguments)
    #expect([0, 65].contains(outcome.status), "\(outcome.errors)")
  }

  @Test func sameCommandIsNotMeasured() throws {
    try withTemporaryDirectory { directory in
      let outcome = try gate(["--command", "false", "--command", "false"], in: directory)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("Nothing to measure: both commands are the same"))
    }
  }

  @Test(arguments: [
    ("true", "ended with exit code 0"), ("echo hello; sleep 0; exit 3", "exit code 3"),
    (#"echo '{"schema": "tenfold.sample/2"}'; sleep 9"#, "tenfold.sample/"),
    ("no-such-program", "exit code 127"), ("kill -9 $$", "signal 9"),
  ])
  func benchmarkThatIsNone(command: String, words: String) throws {
    try withTemporaryDirectory { directory in
      let outcome = try gate(
        ["--command", command, "--command", Self.benchmark(milliseconds: 2)], in: directory)
      #expect(outcome.status == 5)
      #expect(
        outcome.errors.contains("the base") && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func sidesThatAreNotThere() throws {
    try withTemporaryDirectory { directory in
      let base = try gate(["--base", "no-such-branch"], in: directory)
      #expect(base.status == 5 && base.errors.contains("'no-such-branch' is neither"))
      try Data("text".utf8).write(to: directory.appending(path: "notes"))
      let head = try gate(["--base", "/bin/true", "--head", "notes"], in: directory)
      #expect(head.status == 64 && head.errors.contains("cannot be executed"), "\(head.errors)")
      // A program that is no Tenfold has no worker.
      let other = try gate(["--base", "/bin/false", "--head", "/bin/true"], in: directory)
      #expect(
        other.status == 5 && other.errors.contains("name a build that has tenfold gate"),
        "\(other.errors)")
      let same = try gate(["--base", "/bin/true", "--head", "/bin/true"], in: directory)
      #expect(same.status == 0 && same.output.contains("load the same code"))
    }
  }

  /// Revisions of a repository of somebody else, with a benchmark that is built in each.
  @Test func revisionsWithABuildOfTheirOwn() throws {
    try withTemporaryDirectory { directory in
      func git(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
          [
            "git", "-C", directory.path, "-c", "user.name=t", "-c", "user.email=t@example.org",
          ] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "git \(arguments)")
      }
      func commit(_ name: String, milliseconds: Double) throws {
        try Data(Self.benchmark(milliseconds: milliseconds).utf8)
          .write(to: directory.appending(path: "source.sh"))
        try git("add", "source.sh", "tenfold.gate.json")
        try git("commit", "--quiet", "--message", name)
        try git("tag", name)
      }
      let file = """
        {"schema": "tenfold.gate-file/1", "build": "test ! -e broken && cp source.sh built.sh",
         "command": "sh built.sh", "seed": 3}
        """
      try Data(file.utf8).write(to: directory.appending(path: "tenfold.gate.json"))
      try git("init", "--quiet")
      try commit("one", milliseconds: 2)
      try commit("two", milliseconds: 2.2)
      let slower = try gate(["--base", "one", "--head", "two", "--format", "json"], in: directory)
      #expect(slower.status == 2, "\(slower.errors)")
      let head = try #require(try slower.json["head"] as? [String: Any])
      #expect((head["commit"] as? String)?.count == 40)
      let same = try gate(["--base", "two"], in: directory)
      #expect(same.status == 0 && same.output.contains("both are commit"), "\(same.errors)")
      try Data().write(to: directory.appending(path: "broken"))
      try git("add", "broken")
      try git("commit", "--quiet", "--message", "three")
      let broken = try gate(["--base", "one"], in: directory)
      #expect(broken.status == 5 && broken.errors.contains("does not build"), "\(broken.errors)")
      // The repository knows of no checkout any more, also where one side was built and the other was not.
      let known = try FileManager.default.subpathsOfDirectory(
        atPath: directory.appending(path: ".git").path)
      #expect(!known.contains { $0.hasPrefix("worktrees/") }, "\(known)")
    }
  }

  @Test func gateFileIsWrittenOnce() throws {
    try withTemporaryDirectory { directory in
      #expect(try gate(["--init", "--detect", "2.5%"], in: directory).status == 0)
      let text = try String(
        contentsOf: directory.appending(path: "tenfold.gate.json"), encoding: .utf8)
      #expect(text.contains("\"detect\" : \"2.5%\"") && text.contains("olmoe-1b-7b"))
      #expect(try gate(["--init"], in: directory).status == 73)
      // What was written is read.
      let outcome = try gate(["--command", "false", "--command", "false"], in: directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      try Data(#"{"schema": "tenfold.gate-file/1", "detect": "2"}"#.utf8)
        .write(to: directory.appending(path: "tenfold.gate.json"))
      let refused = try gate(["--command", "false", "--command", "false"], in: directory)
      #expect(refused.status == 65 && refused.errors.contains("detect '2'"), "\(refused.errors)")
    }
  }

  /// A benchmark that never has a line, so that the gate waits.
  private static let sleeper = "sleep 600 & wait; : "

  private func processes(with marker: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard Int(name) != nil,
        let line = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8)
      else { return false }
      return line.contains(marker) && !line.contains("gate")
    }
  }

  private func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<200 {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }

  @Test func secondGateIsToldWhoMeasures() throws {
    try withTemporaryDirectory { directory in
      let marker = UUID().uuidString
      let first = try Executable.debug.start(
        ["gate", "--command", "\(Self.sleeper)\(marker)", "--command", "false"],
        environment: Self.environment(directory), in: directory.path)
      #expect(try eventually { try !processes(with: marker).isEmpty })
      let second = try gate(["--command", "true", "--command", "false"], in: directory)
      #expect(second.status == 69)
      #expect(
        second.errors.contains("process \(first.process.processIdentifier) since"),
        "\(second.errors)")
      first.process.terminate()
      let outcome = try first.finish()
      #expect(outcome.status == 143, "\(outcome.errors)")
      #expect(try eventually { try processes(with: marker).isEmpty })
    }
  }

  /// A gate that is killed has no time to clean up, and its benchmarks are stopped, with children of their own.
  @Test func killedGateLeavesNoProcess() throws {
    try withTemporaryDirectory { directory in
      let marker = UUID().uuidString
      // The shell stays, so that the benchmark is a child of the group's leader.
      let command = "(\(Self.benchmark(milliseconds: 2, marker: marker))); : "
      let started = try Executable.debug.start(
        ["gate", "--command", "\(command)1", "--command", "\(command)2"],
        environment: Self.environment(directory), in: directory.path)
      #expect(try eventually { try processes(with: marker).count >= 4 })
      kill(started.process.processIdentifier, SIGKILL)
      started.process.waitUntilExit()
      #expect(try eventually { try processes(with: marker).isEmpty })
    }
  }
}
