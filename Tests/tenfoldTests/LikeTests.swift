import Foundation
import Testing

/// `tenfold run --like`: what is taken from the record, and what may not be said beside it.
@Suite struct LikeTests {
  private let suite = repository.appending(path: "Results/examples/default-suite.json").path
  private let sweep = repository.appending(path: "Results/examples/olmoe-sweep.json").path

  /// Refusals come before anything is measured, so a debug build can give them.
  private func refusal(
    _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil
  ) throws -> Executable.Outcome {
    let outcome = try Executable.debug.run(
      ["run"] + arguments, environment: environment, in: directory)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.count { $0 == "\n" } == 1, "\(outcome.errors)")
    return outcome
  }

  @Test(arguments: [
    ["--tokens", "1,16"], ["--threads", "1"], ["--seed", "2"], ["--precision", "bf16"],
    ["--engine", "blas"], ["--routing", "zipf:1.2"], ["--workload", "block-forward"],
    ["--width", "1/4"], ["--suite", "seeds"], ["--baseline", "iso-total"],
    ["--blas", "/lib/libx.so"], ["--context", "4"],
  ])
  func whatContradictsTheRecordExitsWith64(_ option: [String]) throws {
    let outcome = try refusal(["--like", suite] + option)
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains("\(option[0]) \(option[1]) contradicts --like"))
  }

  @Test func anotherArchitectureExitsWith64() throws {
    let outcome = try refusal(["dbrx", "--like", suite])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("the architecture dbrx contradicts --like"))
  }

  @Test func otherInstructionsExitWith64() throws {
    let outcome = try refusal(["--like", suite], environment: ["TENFOLD_ISA": "v2"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("TENFOLD_ISA is v2"))
  }

  /// What is the same is said twice and no contradiction: all that is left to refuse is the debug build.
  @Test(arguments: [
    ["--tokens", "16,1,256", "--seed", "1", "--suite", "default", "--threads", "2"],
    ["--budget", "5s", "--memory", "6GiB", "--interval", "10%"], [],
  ])
  func whatAgreesIsAccepted(_ options: [String]) throws {
    let outcome = try refusal(["--like", suite] + options)
    #expect(outcome.status == 6, "\(outcome.errors)")
    #expect(outcome.errors.contains("a debug build must not measure"))
  }

  @Test func aSweepIsMeasuredAgainByRun() throws {
    #expect(try refusal(["--like", sweep, "olmoe-1b-7b"]).status == 6)
    #expect(try refusal(["--like", sweep, "mixtral-8x7b"]).status == 64)
  }

  /// A copy of a record with another value in one place.
  private func changed(
    _ record: String, in directory: URL, _ old: String, _ new: String
  ) throws -> String {
    let text = try String(contentsOf: URL(filePath: record), encoding: .utf8)
    try #require(text.contains(old))
    let file = directory.appending(path: "base.json")
    try Data(text.replacing(old, with: new).utf8).write(to: file)
    return file.path
  }

  @Test func anArchitectureThatIsGoneIsNamedWithItsRecord() throws {
    try withTemporaryDirectory { directory in
      let base = try changed(sweep, in: directory, "olmoe-1b-7b", "models/gone.json")
      let outcome = try refusal(["--like", base], in: directory.path)
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("base.json measured models/gone.json"))
      #expect(outcome.errors.contains("there is no configuration at models/gone.json"))
    }
  }

  @Test func whatIsNoRecordExitsWith65() throws {
    #expect(try refusal(["--like", "/no/such/record.json"]).status == 65)
    try withTemporaryDirectory { directory in
      let later = try changed(suite, in: directory, "tenfold.result/1", "tenfold.result/2")
      let outcome = try refusal(["--like", later])
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("tenfold.result/2"))
    }
  }
}

extension MeasuringTests {
  /// Runs that are measured in the forms of others.
  @Suite struct LikeMeasuringTests {
    private func run(
      _ arguments: [String], in directory: URL, to file: String
    ) throws -> [String: Any] {
      let path = directory.appending(path: file).path
      let outcome = try Executable.release().run(
        ["run"] + arguments + ["--format", "json", "--output", path], in: directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
          as? [String: Any])
    }

    /// What a comparison takes for the form of a cell.
    private func forms(_ record: [String: Any]) throws -> [[String]] {
      try #require(record["cells"] as? [[String: Any]]).map { cell in
        let sides = try #require(cell["sides"] as? [String: [String: Any]])
        let other = (cell["fraction_check"] as? [String: Any])?["scaled"] as? String ?? "none"
        return ["baseline", "candidate"].flatMap { side in
          ["scaled", "resident_experts"].map { sides[side]?[$0] as? String ?? "all" }
        } + [other, "\(cell["tokens"] ?? "")"]
      }
    }

    @Test func everyCellHasTheFormOfItsNamesake() throws {
      try withSmallModel { directory, model in
        let base = try run(
          [
            model, "--tokens", "1,4", "--width", "1/4", "--threads", "1", "--seed", "5",
            "--budget", "3s", "--routing", "uniform,zipf:1",
          ], in: directory, to: "base.json")
        let head = try run(["--like", "base.json"], in: directory, to: "head.json")
        #expect(try forms(head) == forms(base))
        #expect(try forms(head).count == 8)
        #expect(try forms(head).allSatisfy { $0[0] == "1/4" && $0[2] == "1/4" })
        let options = try #require(head["options"] as? [String: Any])
        let like = try #require(options["like"] as? [String: String])
        #expect(like["name"] == "base.json" && like["created"] == base["created"] as? String)
        #expect(options["seed"] as? Int == 5)
        let compared = try Executable.release().run(
          ["compare", "base.json", "head.json"], in: directory.path)
        #expect([0, 2, 3].contains(compared.status), "\(compared.errors)")
        #expect(!compared.output.contains("in another form"))
        #expect(!compared.output.contains("only in"))
      }
    }

    /// Where a trial is close, two processes of one build choose differently, and that would be measured.
    @Test func enginesChooseWhatTheyChoseThere() throws {
      try withSmallModel { directory, model in
        var base = try run(
          [model, "--tokens", "1", "--threads", "1", "--budget", "2s"], in: directory,
          to: "base.json")
        let chosen = try #require(base["choices"] as? [String: String])
        #expect(!chosen.isEmpty)
        // What no trial would find: every kernel asks as far ahead as the last candidate.
        let told = chosen.reduce(into: [String: String]()) { told, choice in
          let last = choice.key.split(separator: " ").last ?? ""
          told[choice.key] = choice.value.split(separator: " ").map { _ in String(last) }
            .joined(separator: " ")
        }
        base["choices"] = told
        try JSONSerialization.data(withJSONObject: base)
          .write(to: directory.appending(path: "base.json"))
        let head = try run(["--like", "base.json"], in: directory, to: "head.json")
        #expect(head["choices"] as? [String: String] == told)
      }
    }

    /// Of two recordings under one name, the other one would be other work.
    @Test func aRecordingThatIsAnotherNowExitsWith65() throws {
      try withSmallModel { directory, model in
        let counts = directory.appending(path: "counts.json")
        try Data(#"{"counts": [5, 4, 3, 2, 1, 1, 1, 1]}"#.utf8).write(to: counts)
        _ = try run(
          [
            model, "--tokens", "1", "--threads", "1", "--budget", "2s", "--routing",
            "trace:counts.json",
          ], in: directory, to: "base.json")
        let again = ["run", "--like", "base.json", "--format", "json", "--output", "head.json"]
        #expect(try Executable.release().run(again, in: directory.path).status == 0)
        try Data(#"{"counts": [1, 1, 3, 2, 1, 1, 4, 5]}"#.utf8).write(to: counts)
        let outcome = try Executable.release().run(again, in: directory.path)
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("counts.json is not the one that base.json was measured"))
      }
    }

    @Test func aFormThatTheMemoryDoesNotHoldExitsWith6() throws {
      try withSmallModel { directory, model in
        _ = try run(
          [model, "--tokens", "1", "--width", "1/4", "--threads", "1", "--budget", "2s"],
          in: directory, to: "base.json")
        let outcome = try Executable.release().run(
          [
            "run", "--like", "base.json", "--memory", "1MiB", "--format", "json", "--output",
            "head.json",
          ], in: directory.path)
        #expect(outcome.status == 6, "\(outcome.errors)")
        #expect(outcome.errors.contains("give --memory"))
      }
    }
  }
}
