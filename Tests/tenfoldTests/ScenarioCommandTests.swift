import Foundation
import Testing

/// `tenfold scenario` from the outside; the tests that measure need the release build.
extension MeasuringTests {
  @Suite struct ScenarioCommandTests {
    /// The speed of a model that reads little, measured for two seconds where no record holds it.
    private static func run(
      _ model: String, _ options: [String], in directory: URL
    ) throws -> Executable.Outcome {
      try Executable.release().run(
        [
          "scenario", "whole-model", model, "--set", "prompt=8", "--budget", "2s", "--format",
          "json",
        ] + options, in: directory.path)
    }

    /// The path of the record that a run says it kept.
    private static func record(of outcome: Executable.Outcome) throws -> String {
      let mark = "Record: "
      let line = try #require(
        outcome.errors.split(separator: "\n").last { $0.hasPrefix(mark) })
      return String(line.dropFirst(mark.count))
    }

    /// What a record holds is taken under the conditions that were asked for, and all else is measured under them;
    /// without any, a record decides.
    @Test func recordsAreTakenForWhatWasAskedAlone() throws {
      try withSmallModel { directory, model in
        func run(_ options: String...) throws -> Executable.Outcome {
          try Self.run(model, options, in: directory)
        }
        func conditions(_ outcome: Executable.Outcome) throws -> [String] {
          try #require(try outcome.json["inputs"] as? [[String: Any]])
            .compactMap { $0["conditions"] as? String }
        }
        let first = try run("--threads", "1", "--precision", "bf16")
        #expect(first.status == 0, "\(first.errors)")
        let record = try Self.record(of: first)
        #expect(try conditions(first).allSatisfy { $0.contains("bf16") })

        for options in [[], ["--precision", "bf16", "--engine", "tile"]] {
          let again = try Executable.release().run(
            [
              "scenario", "whole-model", model, "--set", "prompt=8", "--record", record,
              "--format", "json",
            ] + options, in: directory.path)
          #expect(again.status == 0, "\(again.errors)")
          #expect(again.errors.isEmpty)
          #expect(
            try again.json["value"] as? [String: Double] == first.json["value"] as? [String: Double]
          )
        }

        let others = try run("--record", record, "--precision", "f32", "--threads", "1")
        #expect(others.status == 0, "\(others.errors)")
        #expect(
          others.errors.contains(
            "Measuring: the record lacks 2 of 2 passes that the formula takes with f32 weights, 1 thread."
          ))
        #expect(try conditions(others).allSatisfy { !$0.contains("bf16") })

        // Of two sequences a step is missing, and is measured as the rest was.
        let rest = try run("--record", record, "--set", "sequences=2")
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(rest.errors.contains("the record lacks 1 of 2 passes"))
        #expect(try conditions(rest).allSatisfy { $0.contains("bf16") })

        // What would be measured now is measured with other instructions.
        let slower = try Executable.release().run(
          [
            "scenario", "whole-model", model, "--set", "prompt=8", "--set", "sequences=2",
            "--record", record,
          ], environment: ["TENFOLD_ISA": "v2"], in: directory.path)
        #expect(slower.status == 65)
        #expect(slower.errors.contains("was measured with other instructions"))

        // A configuration that was edited since is another model.
        let text = try String(contentsOfFile: model, encoding: .utf8)
        try text.replacing("1024", with: "2048").write(
          toFile: model, atomically: true, encoding: .utf8)
        let edited = try run("--record", record)
        #expect(edited.status == 0, "\(edited.errors)")
        #expect(edited.errors.contains("the record lacks 2 of 2 passes"))
      }
    }

    /// A record of this machine, edited: what it lacks is completed or refused for the reason that it has, and never
    /// for an option that was not given.
    @Test func whatARecordLacksIsRefusedByItsReason() throws {
      try withSmallModel { directory, model in
        func run(_ options: String...) throws -> Executable.Outcome {
          try Self.run(model, options, in: directory)
        }
        let first = try run("--threads", "1", "--engine", "blas")
        #expect(first.status == 0, "\(first.errors)")
        let kept = try Self.record(of: first)
        let text = try String(contentsOf: directory.appending(path: kept), encoding: .utf8)
        /// The record with other text in it.
        func record(_ pattern: String, _ replacement: String) throws -> String {
          let edited = text.replacingOccurrences(
            of: pattern, with: replacement, options: .regularExpression)
          #expect(edited != text, "\(pattern)")
          let path = directory.appending(path: "edited.json")
          try edited.write(to: path, atomically: true, encoding: .utf8)
          return path.path
        }
        let two = ["--set", "sequences=2"]

        // Fewer processors for one process are no other machine.
        let taskset = try run(
          "--record", record("\"effective_cpus\" : [0-9]+", "\"effective_cpus\" : 1"))
        #expect(taskset.status == 0, "\(taskset.errors)")
        #expect(taskset.errors.isEmpty)

        // Experts that are not chosen as scenarios take it.
        let routed = try record(
          "\"cautions\"",
          "\"routing\" : {\"kind\" : \"single\", \"seed\" : 1, \"gini\" : 0.5, "
            + "\"distinct_experts\" : 2, \"max_over_mean\" : 2}, \"cautions\"")
        let single = try run("--record", routed)
        #expect(single.errors.contains("the record lacks 2 of 2 passes"), "\(single.errors)")

        let said = try run(
          "--record", record("\"cautions\" : \\[[^\\]]*\\]", "\"cautions\" : [\"said\"]"))
        #expect(said.status == 0, "\(said.errors)")
        let cautions = try #require(try said.json["cautions"] as? [String])
        #expect(cautions.contains("said"))
        #expect(cautions.contains("every pass: said"))

        let threads = try run(
          "--record", record("\"threads\" : 1", "\"threads\" : 65535"), two[0], two[1])
        #expect(threads.status == 65)
        #expect(threads.errors.contains("65535 threads"))
        #expect(threads.errors.contains("this process may use"))

        let engine = try run(
          "--record", record("\"engine\" : \"blas\"", "\"engine\" : \"warp\""), two[0], two[1])
        #expect(engine.status == 65)
        #expect(engine.errors.contains("the warp engine, an engine that this version lacks"))

        let elsewhere = try record("\"path\" : \"[^\"]*\"", "\"path\" : \"/nowhere/libother.so\"")
        let library = try run("--record", elsewhere, two[0], two[1])
        #expect(library.status == 69)
        #expect(library.errors.contains("that library cannot be used"))
        let named = try run("--record", elsewhere, "--blas", "libopenblas.so.0", "--threads", "1")
        #expect(named.status == 0, "\(named.errors)")
        #expect(named.errors.contains("the record lacks 2 of 2 passes"))

        // A configuration that was edited where no name of a layer tells it.
        for changes in [
          [("\"hidden_size\": 512", "\"hidden_size\": 640")], [("layers\": 2", "layers\": 3")],
          // As many FLOPs in more heads.
          [
            ("attention_heads\": 4", "attention_heads\": 8, \"head_dim\": 64"),
            ("value_heads\": 2", "value_heads\": 4"),
          ],
        ] {
          let own = try String(contentsOfFile: model, encoding: .utf8)
          try changes.reduce(own) { $0.replacing($1.0, with: $1.1) }.write(
            toFile: model, atomically: true, encoding: .utf8)
          let edited = try run("--record", kept)
          #expect(edited.errors.contains("the record lacks 2 of 2 passes"), "\(edited.errors)")
          try own.write(toFile: model, atomically: true, encoding: .utf8)
        }
      }
    }

    /// Sizes of passes are assumptions, and so are what a refusal names.
    @Test func whatDoesNotFitIsSaidInAssumptions() throws {
      let outcome = try Executable.debug.run([
        "scenario", "whole-model", "olmoe-1b-7b", "llama2-7b", "--memory", "100MiB",
      ])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("--set") || outcome.errors.contains("not even a pass"))
      #expect(!outcome.errors.contains("--sequences"))
      #expect(!outcome.errors.contains("--context"))
      #expect(outcome.errors.contains("--memory "))
    }

    /// Half of an unknown option is an argument only to the parser.
    @Test func aMisspeltOptionIsNamed() throws {
      for arguments in [
        ["scenario", "whole-model", "olmoe-1b-7b", "llama2-7b", "--precison", "bf16"],
        ["attention", "--heads", "8", "--memry", "16GiB"],
        ["run", "--suite", "seeds", "--budgt", "10s"],
      ] {
        let outcome = try Executable.debug.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Unknown option '--"), "\(outcome.errors)")
      }
    }

    @Test(arguments: ["bill", "pre-training"])
    func aRatioOfOneModelIsRefused(name: String) throws {
      let outcome = try Executable.debug.run(["scenario", name, "olmoe-1b-7b"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("name another one that olmoe-1b-7b is held against"))
    }

    /// Half a token is no answer.
    @Test func anAnswerOfLessThanATokenIsRefused() throws {
      let outcome = try Executable.debug.run([
        "scenario", "shorter-reasoning", "--set", "tokens=100", "--set", "shorter=1000",
      ])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("100 tokens cannot be 1000 times shorter"))
    }

    /// Layers that stay in a cache have no share of a roofline: said before anything is measured.
    @Test func aModelThatStaysInACacheIsRefused() throws {
      try withTemporaryDirectory { directory in
        let model = directory.appending(path: "tiny.json")
        try Data(
          """
          {"model_type": "mixtral", "hidden_size": 16, "intermediate_size": 16,
           "num_local_experts": 4, "num_experts_per_tok": 2, "num_hidden_layers": 2,
           "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 256}
          """.utf8
        ).write(to: model)
        let outcome = try Executable.debug.run(["scenario", "whole-model", model.path])
        #expect(outcome.status == 6)
        #expect(outcome.errors.contains("is so small that passes find its weights in a cache"))
        #expect(outcome.errors.split(separator: "\n").count == 1)
      }
    }
  }
}
