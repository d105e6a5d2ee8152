import Foundation
import Testing

/// The script that keeps the architecture must itself be able to say no.
@Suite struct ArrowsTests {
  /// Runs the script on a package of one target and gives its complaints.
  private func complaints(
    target: String, uses: [String] = [], source: String = ""
  ) throws -> (status: Int32, errors: String) {
    try withTemporaryDirectory { directory in
      try Data(source.utf8).write(to: directory.appending(path: "Source.swift"))
      let package: [String: Any] = [
        "path": directory.path,
        "targets": [
          [
            "name": target, "type": "library", "path": ".", "sources": ["Source.swift"],
            "target_dependencies": uses,
          ]
        ],
      ]
      let input = directory.appending(path: "package.json")
      try JSONSerialization.data(withJSONObject: package).write(to: input)
      let process = Process()
      let errors = Pipe()
      process.executableURL = repository.appending(path: "scripts/check-arrows")
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardError = errors
      try process.run()
      let said = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
  }

  @Test func anArrowDownPasses() throws {
    let result = try complaints(target: "Reporter", uses: ["ModelSpec"], source: "import ModelSpec")
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }

  @Test func aDeclaredArrowUpFails() throws {
    let result = try complaints(target: "ModelSpec", uses: ["Runner"])
    #expect(result.status == 1)
    #expect(result.errors == "ModelSpec must not use Runner\n")
  }

  @Test(arguments: [
    "import MoEKernel", "@testable import MoEKernel", "internal import MoEKernel",
    "import struct MoEKernel.Matrix",
  ])
  func anImportThatTheManifestDoesNotShowFails(_ line: String) throws {
    let result = try complaints(target: "Reporter", uses: ["ModelSpec"], source: line)
    #expect(result.status == 1)
    #expect(result.errors == "Reporter must not use MoEKernel\n")
  }

  @Test func aTargetWithoutAPlaceFails() throws {
    let result = try complaints(target: "Utilities")
    #expect(result.status == 1)
    #expect(result.errors.contains("Utilities is not in the architecture"))
  }
}
