import Foundation
import Testing

/// `tenfold compare` as CI calls it: records on disk, an exit code, a document.
@Suite struct CompareTests {
  private let record = repository.appending(path: "Tests/tenfoldTests/Data/record.json")
  /// A record of many cells and rounds, by which more can be told.
  private let suite = repository.appending(path: "Results/examples/default-suite.json")

  /// Runs `compare` on a record, the sample unless another is given, and a changed copy of it.
  private func compare(
    _ arguments: [String] = [], record: URL? = nil,
    with change: (inout [String: Any]) throws -> Void = { _ in }
  ) throws -> Executable.Outcome {
    let record = record ?? self.record
    return try withTemporaryDirectory { directory in
      var document = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: record)) as? [String: Any])
      // Of one commit, the two would be no two builds.
      var tool = try #require(document["tool"] as? [String: Any])
      tool["commit"] = "def5678"
      document["tool"] = tool
      try change(&document)
      let head = directory.appending(path: "head.json")
      try JSONSerialization.data(withJSONObject: document).write(to: head)
      return try Executable.release().run(
        ["compare", record.path, head.path] + arguments, in: directory.path)
    }
  }

  /// Multiplies every round's seconds on one side, and states what follows from them.
  private static func scale(
    _ side: String, by factor: Double
  ) -> (inout [String: Any]) throws -> Void {
    { document in
      var cells = try #require(document["cells"] as? [[String: Any]])
      for cell in cells.indices {
        var rounds = try #require(cells[cell]["rounds"] as? [[String: Any]])
        for round in rounds.indices {
          let seconds = try #require(rounds[round]["\(side)_seconds"] as? Double)
          rounds[round]["\(side)_seconds"] = seconds * factor
        }
        cells[cell]["rounds"] = rounds
        let change = side == "candidate" ? 1 / factor : factor
        var ratio = try #require(cells[cell]["time_ratio"] as? [String: Any])
        for key in ["low", "median", "high"] {
          ratio[key] = try #require(ratio[key] as? Double) * change
        }
        cells[cell]["time_ratio"] = ratio
        cells[cell]["realised_share"] =
          try #require(cells[cell]["realised_share"] as? Double) * change
      }
      document["cells"] = cells
    }
  }

  @Test func aRecordAgainstItselfPasses() throws {
    let outcome = try compare()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("same measurement"))
    #expect(outcome.errors.isEmpty)
  }

  @Test func oneBuildIsNotSlowerThanItself() throws {
    let outcome = try Executable.release().run(["compare", suite.path, suite.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Nothing to measure: both records are of commit"))
    let before = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: suite)) as? [String: Any])
    let moved = try compare(record: suite) {
      try Self.scale("candidate", by: 3)(&$0)
      $0["tool"] = before["tool"]
    }
    #expect(moved.status == 3, "\(moved.errors)")
    #expect(moved.output.contains("Yet HEAD is slower"))
  }

  @Test func aSlowerBuildExitsWith2() throws {
    let outcome = try compare(["--format", "json"], with: Self.scale("candidate", by: 3))
    #expect(outcome.status == 2)
    let document = try outcome.json
    #expect(document["schema"] as? String == "tenfold.compare/1")
    #expect(document["verdict"] as? String == "regression")
    #expect(outcome.errors.isEmpty)
  }

  /// Three rounds tell of a candidate that takes a fifth, and not that the baseline kept its time.
  @Test func aFasterCandidateBesideADoubtfulBaselineExitsWith3() throws {
    let outcome = try compare(["--format", "json"], with: Self.scale("candidate", by: 0.2))
    #expect(outcome.status == 3)
    let document = try outcome.json
    #expect(document["verdict"] as? String == "inconclusive")
    let cells = try #require(document["cells"] as? [[String: Any]])
    #expect(cells.count == 2)
    for cell in cells {
      #expect(try #require((cell["change"] as? [String: Double])?["high"]) < -0.5)
      #expect(try #require((cell["baseline_change"] as? [String: Double])?["high"]) > 0.03)
    }
  }

  @Test func aFasterBuildExitsWith0() throws {
    let outcome = try compare(
      ["--format", "json"], record: suite, with: Self.scale("candidate", by: 0.5))
    #expect(try outcome.json["verdict"] as? String == "improvement")
    #expect(outcome.status == 0)
  }

  @Test func whatCannotBeToldExitsWith3AndSaysWhatToDo() throws {
    let outcome = try compare(with: Self.scale("candidate", by: 1.05))
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("--budget"))
  }

  @Test func anotherMachineExitsWith5AndIsNamed() throws {
    let outcome = try compare {
      var machine = try #require($0["machine"] as? [String: Any])
      machine["cpu"] = "Another CPU"
      $0["machine"] = machine
      var options = try #require($0["options"] as? [String: Any])
      options["seed"] = 99
      $0["options"] = options
    }
    #expect(outcome.status == 5)
    #expect(outcome.output.isEmpty)
    for fragment in ["machine.cpu", "Another CPU", "options.seed", "'99'", "head.json"] {
      #expect(outcome.errors.contains(fragment), "\(outcome.errors)")
    }
    #expect(outcome.errors.count { $0 == "\n" } == 1)
  }

  @Test func cellsInAnotherFormExitWith3AndAreNamed() throws {
    let outcome = try compare {
      var cells = try #require($0["cells"] as? [[String: Any]])
      for cell in cells.indices {
        var sides = try #require(cells[cell]["sides"] as? [String: [String: Any]])
        sides["candidate"]?["scaled"] = "1/64"
        cells[cell]["sides"] = sides
      }
      $0["cells"] = cells
    }
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.output.contains("1/64 of its width in HEAD"))
    #expect(outcome.errors.isEmpty)
  }

  @Test func anInterruptedHeadExitsWith3() throws {
    let outcome = try compare { $0["status"] = "interrupted" }
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.output.contains("interrupted"))
  }

  @Test func otherOptionsAndAPatchedKernelEndNoComparison() throws {
    let outcome = try compare {
      var options = try #require($0["options"] as? [String: Any])
      options["memory_bytes"] = 7 << 30
      options["tokens"] = [1, 16, 32]
      $0["options"] = options
      var machine = try #require($0["machine"] as? [String: Any])
      machine["kernel"] = "6.1.0-patched"
      $0["machine"] = machine
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("6.1.0-patched"))
  }

  @Test func recordsWithoutACommonCellExitWith5() throws {
    let outcome = try compare { $0["cells"] = [Any]() }
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("no cell"))
  }

  @Test func whatIsNoRecordExitsWith65() throws {
    let outcome = try Executable.release().run(["compare", record.path, "/no/such/file.json"])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("/no/such/file.json"))
    let damaged = try compare { $0["schema"] = "tenfold.result/9" }
    #expect(damaged.status == 65)
    #expect(damaged.errors.contains("tenfold.result/9"))
  }

  @Test(arguments: ["3", "0.03", "-1%", "0%", "100%", "nan%", "x", "%"])
  func whatIsNoToleranceExitsWith64(_ tolerance: String) throws {
    let outcome = try compare(["--tolerance", tolerance])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("tolerance"))
  }

  @Test(arguments: [
    ("result.xml", "<?xml"), ("result.md", "# Tenfold"), ("result.json", "{"),
    ("result.html", "<!doctype html>"), ("result.txt", "Tenfold comparison"),
  ])
  func theFilesNameDecidesTheForm(_ name: String, _ beginning: String) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: name)
      let outcome = try Executable.release().run(
        ["compare", record.path, record.path, "--output", file.path])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix(beginning))
    }
  }

  @Test(arguments: [
    ("text", "Tenfold comparison"), ("markdown", "# Tenfold"), ("json", "{"),
    ("html", "<!doctype html>"), ("junit", "<?xml"),
  ])
  func everyFormHasTheVerdictAndItsExitCode(_ form: String, _ beginning: String) throws {
    let outcome = try compare(["--format", form], with: Self.scale("candidate", by: 3))
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(beginning))
    #expect(outcome.output.contains("regression"))
  }
}
