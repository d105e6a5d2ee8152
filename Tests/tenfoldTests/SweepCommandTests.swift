import Foundation
import Testing

/// Sweeps from the outside, as far as nothing is measured.
@Suite struct SweepCommandTests {
  @Test func aDebugBuildRefusesToMeasure() throws {
    try withSmallModel { _, model in
      let outcome = try Executable.debug.run(["sweep", model, "--tokens", "1-4*2"])
      #expect(outcome.status == 6)
      #expect(outcome.errors.contains("debug build"))
    }
  }

  @Test func whatDoesNotFitIsRefusedWithItsArithmetic() throws {
    let outcome = try Executable.debug.run(["sweep", "olmoe-1b-7b", "--memory", "1MiB"])
    #expect(outcome.status == 6)
    #expect(outcome.errors.contains("olmoe-1b-7b against iso-total does not fit the memory"))
  }

  @Test func aConfigurationThatIsNoneIsRefused() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending(path: "empty.json").path
      try Data("{}".utf8).write(to: URL(filePath: path))
      #expect(try Executable.debug.run(["sweep", path]).status == 65)
      #expect(try Executable.debug.run(["sweep", "/nowhere/config.json"]).status == 65)
    }
  }

  /// Sizes that passes of the workload do not have are refused by name, whatever their lists.
  @Test(arguments: [("sequences", "1,8"), ("context", "4096"), ("ranks", "2")])
  func aSizeThatTheWorkloadLacksIsRefused(size: String, list: String) throws {
    let outcome = try Executable.debug.run(["sweep", "olmoe-1b-7b", "--\(size)", list])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("a pass of ffn-forward has no \(size); leave --\(size) out"))
    let misspelt = try Executable.debug.run(["run", "olmoe-1b-7b", "--\(size)", "-1"])
    #expect(misspelt.status == 64 && misspelt.errors.contains("'-1' is not a"))
  }

  @Test func theGrammarOfListsIsExplained() throws {
    let outcome = try Executable.debug.run(["sweep", "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("1-4096*2 (each twice the one before)"))
  }
}

/// Sweeps that measure, in one suite with other runs: two that measure at once slow each other.
extension MeasuringTests.RunTests {
  /// Two sizes and, where there are two processors, two numbers of threads: four curves of three points.
  @Test func everyCombinationOfASweepIsInOneRecord() throws {
    try withSmallModel { directory, model in
      let threads = ProcessInfo.processInfo.activeProcessorCount > 1 ? [1, 2] : [1]
      let file = directory.appending(path: "sweep.json").path
      let outcome = try Executable.release().run(
        [
          "sweep", model, "--tokens", "1-4*2", "--experts", "4,8", "--top-k", "2",
          "--threads", threads.map(String.init).joined(separator: ","), "--budget", "2s",
          "--output", file,
        ], in: directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let document = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file)))
          as? [String: Any])
      #expect(document["schema"] as? String == "tenfold.result/1")
      let options = try #require(document["options"] as? [String: Any])
      #expect(options["suite"] as? String == "sweep")
      #expect(options["tokens"] as? [Int] == [1, 2, 4])
      #expect(options["threads"] as? Int == threads.last)
      #expect(options["thread_counts"] as? [Int] == (threads.count > 1 ? threads : nil))
      #expect(options["candidates"] as? [String] == ["\(model) E=4 K=2", "\(model) E=8 K=2"])
      let sweep = try #require(options["sweep"] as? [String: Any])
      #expect(sweep["architecture"] as? String == model)
      #expect(sweep["experts"] as? [Int] == [4, 8])
      #expect(sweep["top_k"] as? [Int] == [2])
      let ceilings = try #require(document["ceilings"] as? [[String: Any]])
      #expect(Set(ceilings.compactMap { $0["threads"] as? Int }) == Set(threads))
      let cells = try #require(document["cells"] as? [[String: Any]])
      #expect(cells.count == 6 * threads.count)
      #expect(cells.allSatisfy { $0["baseline"] as? String == "iso-total" })
      let routing = try #require(cells[0]["routing"] as? [String: Any])
      #expect(routing["tokens_per_expert"] as? Double == 1)

      let report = try Executable.debug.run(["report", file, "--format", "json"])
      #expect(report.status == 0, "\(report.errors)")
      let curves = try #require(try report.json["curves"] as? [[String: Any]])
      #expect(curves.count == 2 * threads.count)
      for curve in curves { #expect((curve["points"] as? [Any])?.count == 3) }
    }
  }
}
