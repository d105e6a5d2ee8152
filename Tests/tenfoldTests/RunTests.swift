import Foundation
import Testing

/// Measuring from the outside; the tests that measure need the release build.
extension MeasuringTests {
  @Suite struct RunTests {
    @Test func aDebugBuildRefusesToMeasure() throws {
      try withSmallModel { _, model in
        let outcome = try Executable.debug.run(["run", model, "--baseline", "iso-active"])
        #expect(outcome.status == 6)
        #expect(outcome.errors.contains("debug build"))
      }
    }

    @Test func whatDoesNotFitIsRefusedWithItsArithmetic() throws {
      let outcome = try Executable.debug.run(["run", "mixtral-8x7b", "--memory", "1MiB"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("--memory"))
      #expect(outcome.errors.contains("1.0 MiB"))
    }

    @Test func bf16IsNotTheBlasEngines() throws {
      let outcome = try Executable.debug.run(
        ["run", "mixtral-8x7b", "--engine", "blas", "--precision", "bf16"])
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("bf16"))
    }

    @Test func moreThreadsThanProcessorsAreRefused() throws {
      let outcome = try Executable.debug.run(["run", "mixtral-8x7b", "--threads", "100000"])
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("100000"))
    }

    @Test func aPathThatCannotBeWrittenFailsBeforeAnythingIsMeasured() throws {
      try withSmallModel { directory, model in
        let outcome = try Executable.release().run(["run", model, "--output", "/proc/x.json"])
        #expect(outcome.status == 73)
        #expect(!outcome.errors.contains("[1/"), "no cell may have begun")
      }
    }

    @Test func whatIsAskedForTwiceIsMeasuredOnce() throws {
      try withSmallModel { directory, model in
        let outcome = try Executable.release().run(
          [
            "run", model, model, "--baseline", "iso-active", "--baseline", "iso-active",
            "--tokens", "1,1", "--routing", "zipf,zipf:0.8", "--routing", "zipf", "--budget", "1s",
            "--format", "json",
          ], in: directory.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try #require(try outcome.json["cells"] as? [[String: Any]]).count == 1)
      }
    }

    @Test func aRecordHasTheKeysThatScriptsReadFrom() throws {
      try withSmallModel { directory, model in
        let outcome = try Executable.release().run(
          [
            "run", model, "--baseline", "iso-active", "--tokens", "1,4", "--budget", "1s",
            "--engine",
            "blas",
            "--routing", "uniform,zipf:0.8", "--seed", "7", "--format", "json",
          ], environment: ["TENFOLD_COMMIT": "abc"], in: directory.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let document = try outcome.json
        #expect(document["schema"] as? String == "tenfold.result/1")
        #expect(document["status"] as? String == "complete")
        let tool = try #require(document["tool"] as? [String: String])
        #expect(tool["commit"] == "abc")
        #expect(tool["build"] == "release")
        let blas = try #require(document["blas"] as? [String: Any])
        for key in ["path", "version", "core", "interface"] { #expect(blas[key] is String) }
        #expect(document["machine"] is [String: Any])
        #expect(try outcome.saysThatFiguresAreTokens)
        let ceilings = try #require(document["ceilings"] as? [[String: Any]])
        #expect(Set(ceilings.map { $0["precision"] as? String }) == ["f32"])
        for key in ["peak_flops_per_second", "read_bytes_per_second"] {
          for ceiling in ceilings { #expect(ceiling[key] is Double) }
        }
        let cells = try #require(document["cells"] as? [[String: Any]])
        #expect(cells.count == 4)
        for cell in cells {
          try expectKeys(of: cell)
          try expectExplanation(of: cell)
        }
        // The same record is kept beside the caller.
        let kept = try FileManager.default.contentsOfDirectory(
          atPath: directory.appending(path: "Results/local").path)
        #expect(kept.count == 1)
        let bytes = try Data(contentsOf: directory.appending(path: "Results/local/\(kept[0])"))
        #expect(String(decoding: bytes, as: UTF8.self) == outcome.output)
      }
    }

    private func expectKeys(of cell: [String: Any]) throws {
      #expect(cell["workload"] as? String == "ffn-forward")
      #expect(cell["engine"] as? String == "blas")
      #expect(cell["precision"] as? String == "f32")
      let ratio = try #require(cell["time_ratio"] as? [String: Double])
      let (low, median, high) = try (
        #require(ratio["low"]), #require(ratio["median"]), #require(ratio["high"])
      )
      #expect(low <= median && median <= high && low > 0)
      #expect(try #require(ratio["rounds"]) >= 6)
      #expect(try #require(cell["rounds"] as? [Any]).count == Int(try #require(ratio["rounds"])))
      #expect(try #require(cell["flop_ratio"] as? Double) > 0)
      #expect(try #require(cell["roofline_ratio"] as? Double) > 0)
      let routing = try #require(cell["routing"] as? [String: Any])
      #expect(routing["seed"] as? Int == 7)
      for key in ["distinct_experts", "max_over_mean", "gini"] { #expect(routing[key] is Double) }
      let sides = try #require(cell["sides"] as? [String: [String: Any]])
      for side in ["baseline", "candidate"] {
        #expect(sides[side]?["flops"] is Int)
        #expect(sides[side]?["bytes"] is Int)
        #expect(sides[side]?["seconds_median"] is Double)
        #expect(sides[side]?["roofline_share"] is Double)
      }
    }

    private func expectExplanation(of cell: [String: Any]) throws {
      let explanation = try #require(cell["explanation"] as? [String: Any])
      let factors = try #require(explanation["factors"] as? [[String: Any]])
      #expect(
        factors.map { $0["name"] as? String } == [
          "memory-traffic", "tile-remainder", "engine-shortfall", "load-imbalance",
          "synchronisation", "router", "dispatch-and-combine",
        ])
      let product = try factors.reduce(try #require(explanation["rest"] as? Double)) {
        try $0 * #require($1["factor"] as? Double)
      }
      let share = try #require(cell["realised_share"] as? Double)
      // A dozen roundings of 2⁻⁵³ each, and those of writing the numbers down.
      #expect(abs(product / share - 1) < 1e-14)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
    func anInterruptedRunKeepsWhatItHas(_ signal: Int32, _ status: Int) throws {
      try withSmallModel { directory, model in
        let file = directory.appending(path: "record.json")
        let started = try Executable.release().start(
          [
            "run", model, "--baseline", "iso-active", "--tokens", "1,2,4,8,16", "--threads", "1",
            "--budget", "8s", "--interval", "0.1%", "--output", file.path,
          ], in: directory.path)
        // Six tenths of the run were for visits, so that every cell has as many rounds as an interval takes.
        func tenths() -> Int { started.errorsSoFar.components(separatedBy: "measuring").count - 1 }
        while started.process.isRunning, tenths() <= 6 { Thread.sleep(forTimeInterval: 0.01) }
        kill(started.process.processIdentifier, signal)
        let outcome = try started.finish()
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains("interrupted"))
        #expect(outcome.errors.contains("tenfold: stopping after "))
        let document = try #require(
          JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        #expect(document["status"] as? String == "interrupted")
        let cells = try #require(document["cells"] as? [Any])
        #expect(cells.count == 5)
        for case let cell as [String: Any] in cells {
          let cautions = try #require(cell["cautions"] as? [String])
          let rounds = try #require(cell["rounds"] as? [[String: Any]])
          let visits = Set(rounds.compactMap { $0["visit"] as? Int }).count
          #expect(rounds.count >= 6)
          #expect(cautions.contains { $0.contains("visits of 7") } == (visits < 7))
        }
      }
    }

    /// Seven visits of 8192 tokens are some 135 GFLOP against iso-active at an eighth and a sixteenth of the
    /// width, more than a third of a second of any one thread in f32.
    @Test func whatTakesTooLongIsLeftOutAndTheRestIsKept() throws {
      try withSmallModel { directory, model in
        let file = directory.appending(path: "record.json")
        let outcome = try Executable.release().run(
          [
            "run", model, "--tokens", "1,8192", "--threads", "1", "--budget", "0.2s", "--output",
            file.path,
          ], in: directory.path)
        #expect(outcome.status == 6)
        #expect(outcome.errors.contains("iso-active, 8192 tokens, uniform needs about"))
        let document = try #require(
          JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        #expect(document["status"] as? String == "interrupted")
        let cells = try #require(document["cells"] as? [[String: Any]])
        let measured = cells.filter { $0["status"] == nil }
        #expect(measured.map { $0["baseline"] as? String } == ["iso-active", "iso-total"])
        #expect(measured.allSatisfy { $0["tokens"] as? Int == 1 && $0["rounds"] != nil })
        let leftOut = cells.filter { $0["status"] as? String == "left-out" }
        #expect(leftOut.count == 2 && cells.count == 4)
        for cell in leftOut {
          #expect(cell["tokens"] as? Int == 8192)
          #expect(try #require(cell["reason"] as? String).contains("needs about"))
        }
      }
    }

    @Test func aRecordThatCannotBeKeptIsPrinted() throws {
      try withSmallModel { directory, model in
        let started = try Executable.release().start(
          [
            "run", model, "--baseline", "iso-active", "--tokens", "1", "--threads", "1", "--budget",
            "0.6s",
          ],
          in: directory.path)
        while started.process.isRunning, !started.errorsSoFar.contains("[1/1]") {
          Thread.sleep(forTimeInterval: 0.01)
        }
        try FileManager.default.removeItem(at: directory.appending(path: "Results"))
        let outcome = try started.finish()
        #expect(outcome.status == 73)
        #expect(outcome.errors.contains("the record went to standard output instead"))
        #expect(try outcome.json["schema"] as? String == "tenfold.result/1")
      }
    }

    @Test func anIllustratedReportGoesBesideTheRecord() throws {
      try withSmallModel { directory, model in
        let command = [
          "run", model, "--baseline", "iso-active", "--tokens", "1", "--threads", "1", "--budget",
          "0.6s", "--html",
        ]
        let kept = try Executable.release().run(command, in: directory.path)
        #expect(kept.status == 0, "\(kept.errors)")
        let notes = kept.errors.split(separator: "\n").suffix(2).map(String.init)
        let record = try #require(notes.first?.split(separator: " ").last)
        #expect(notes == ["Record: \(record)", "Report: \(record.dropLast(5)).html"])
        let page = try String(
          contentsOf: directory.appending(path: "\(record.dropLast(5)).html"), encoding: .utf8)
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.contains("<span>report</span> <span>\(record)</span>"), "its own command")

        let chosen = try Executable.release().run(
          command + ["--output", "mine.json"], in: directory.path)
        #expect(chosen.errors.hasSuffix("Report: mine.html\n"), "\(chosen.errors)")
        #expect(
          FileManager.default.fileExists(atPath: directory.appending(path: "mine.html").path))
      }
    }

    @Test func aFullDiskLosesNothing() throws {
      try withSmallModel { directory, model in
        let outcome = try Executable.release().run(
          [
            "run", model, "--baseline", "iso-active", "--tokens", "1", "--threads", "1", "--budget",
            "0.6s",
            "--format", "json", "--output", "/dev/full",
          ], in: directory.path)
        #expect(outcome.status == 74)
        #expect(try outcome.json["schema"] as? String == "tenfold.result/1")
      }
    }
  }
}
