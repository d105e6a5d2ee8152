import Foundation
import ModelSpec
import Testing

@testable import tenfold

/// What was said to be kept is kept.
@Suite struct RecordArchiveTests {
  private static let example = repository.appending(path: "Results/examples/olmoe-sweep.json")

  /// Runs that begin in one second, at once: every record has a file of its own, whole.
  @Test func recordsOfOneSecondAllStay() async throws {
    var whole = try Record(decoding: [UInt8](Data(contentsOf: Self.example)))
    whole.cells.removeLast(whole.cells.count - 1)
    let record = whole
    let directory = try temporaryDirectory().path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let archive = try RecordArchive(directory: directory)
    let count = 32
    let paths = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<count {
        group.addTask {
          var own = record
          own.cautions = ["number \(number)"]
          return (number, try archive.keep(own))
        }
      }
      var paths: [Int: String] = [:]
      for try await (number, path) in group { paths[number] = path }
      return paths
    }
    #expect(Set(paths.values).count == count)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == count)
    for (number, path) in paths {
      let kept = try Record(decoding: [UInt8](Data(contentsOf: URL(filePath: path))))
      #expect(kept.cautions == ["number \(number)"])
    }
  }

  /// An output that is an input, by whatever name, is refused and stays as it was.
  @Test(arguments: ["record.json", "./record.json", "link.json", "hard.json"])
  func anInputIsNotWrittenOver(name: String) throws {
    try withTemporaryDirectory { directory in
      let bytes = try Data(contentsOf: Self.example)
      let record = directory.appending(path: "record.json")
      try bytes.write(to: record)
      try FileManager.default.createSymbolicLink(
        atPath: directory.appending(path: "link.json").path, withDestinationPath: "record.json")
      try FileManager.default.linkItem(at: record, to: directory.appending(path: "hard.json"))
      for command in [["report", "record.json"], ["compare", "record.json", "record.json"]] {
        let outcome = try Executable.release().run(
          command + ["--format", "json", "--output", name], in: directory.path)
        #expect(outcome.status == 73)
        #expect(outcome.errors.contains("\(name) is a file that this command reads"))
      }
      #expect(try Data(contentsOf: record) == bytes)
    }
  }

  @Test func aConfigurationIsNotWrittenOver() throws {
    try withTemporaryDirectory { directory in
      let text = #"{"model_type": "mixtral"}"#
      let file = directory.appending(path: "config.json")
      try Data(text.utf8).write(to: file)
      let outcome = try Executable.release().run(
        ["models", file.path, "--format", "json", "--output", file.path])
      #expect(outcome.status == 73)
      #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
  }
}
