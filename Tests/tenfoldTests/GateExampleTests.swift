import Foundation
import Testing

/// The benchmarks of scripts/ci/examples, which documents show to whoever writes one: they run under the gate.
@Suite struct GateExampleTests {
  private static let examples = repository.appending(path: "scripts/ci/examples")

  /// Runs a gate of two commands; how quick they are is the machine's matter, so nothing is said of the verdict.
  private func cells(
    _ commands: [String], in directory: URL
  ) throws -> [(id: String, pairs: Int, work: [String: Int])] {
    let outcome = try Executable.debug.run(
      ["gate", "--format", "json"] + commands.flatMap { ["--command", $0] },
      environment: [
        "TENFOLD_LOCK": directory.appending(path: "lock").path, "TMPDIR": directory.path,
      ], in: directory.path)
    #expect([0, 2, 3].contains(outcome.status), "\(outcome.errors)")
    let cells = try #require(try outcome.json["cells"] as? [[String: Any]])
    return try cells.map { cell in
      let work = try #require(cell["work"] as? [[String: Any]])
      let counts = work.map { ($0["name"] as? String ?? "", $0["head"] as? Int ?? 0) }
      let seconds = try #require(cell["base_seconds"] as? Double, "\(cell["reason"] ?? "")")
      #expect(seconds > 0 && seconds < 1)
      return (
        cell["id"] as? String ?? "", (cell["screen"] as? [Any])?.count ?? 0,
        Dictionary(uniqueKeysWithValues: counts)
      )
    }.sorted { $0.0 < $1.0 }
  }

  @Test func pythonThatWaits() throws {
    try withTemporaryDirectory { directory in
      let path = Self.examples.appending(path: "sort.py").path
      let cells = try cells(["python3 \(path)", "exec python3 \(path)"], in: directory)
      #expect(cells.map(\.id) == ["sort/1000", "sort/10000"])
      #expect(cells.allSatisfy { $0.pairs >= 8 })
      #expect(cells.map { $0.work["elements"] } == [1000, 10000])
    }
  }

  @Test func cThatRunsAllTheTime() throws {
    try withTemporaryDirectory { directory in
      // Swift's own toolchain has a C compiler beside it, whatever else the machine has.
      let compiler = Process()
      compiler.executableURL = URL(filePath: "/usr/bin/env")
      compiler.arguments = [
        "clang", "-O2", "-o", directory.appending(path: "sum").path,
        Self.examples.appending(path: "sum.c").path,
      ]
      try compiler.run()
      compiler.waitUntilExit()
      try #require(compiler.terminationStatus == 0, "the example does not compile")
      let cells = try cells(["./sum", "exec ./sum"], in: directory)
      #expect(cells.map(\.id) == ["sum"])
      #expect(cells.allSatisfy { $0.pairs >= 8 })
      #expect(cells.first?.work["additions"] == 1 << 20)
    }
  }
}
