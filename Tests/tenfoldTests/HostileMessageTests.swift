import Foundation
import Testing

/// Nothing that a file, its name or an option holds moves the cursor through an error message.
@Suite struct HostileMessageTests {
  private struct Name: Decodable { var text: String }

  private static let names: [String] = {
    let file = repository.appending(path: "Tests/Hostile/names.json")
    let names = (try? JSONDecoder().decode([Name].self, from: Data(contentsOf: file))) ?? []
    // An argument ends at its first zero byte.
    return names.map { $0.text.replacing("\0", with: "") }
  }()

  private func expectOneLine(_ arguments: [String], in directory: String? = nil) throws {
    let outcome = try Executable.release().run(arguments, in: directory)
    #expect([64, 65, 73].contains(outcome.status))
    let bytes = Array(outcome.errors.utf8)
    #expect(bytes.last == UInt8(ascii: "\n"))
    let bad = bytes.dropLast().first { $0 < 0x20 || $0 == 0x7F }
    #expect(bad == nil, "byte \(String(describing: bad)) in \(outcome.errors)")
    #expect(outcome.errors.count < 3_000)
  }

  @Test func thereAreNames() { #expect(Self.names.count > 10) }

  @Test func namesOfFilesAndOptions() throws {
    for name in Self.names where !name.isEmpty && !name.hasPrefix("-") {
      try expectOneLine(["report", "./" + name])
      try expectOneLine(["run", "olmoe-1b-7b", "--routing", name])
      try expectOneLine(["claims", name])
    }
  }

  @Test func stringsWithinFiles() throws {
    for name in Self.names {
      try withTemporaryDirectory { directory in
        let config = directory.appending(path: "config.json")
        try JSONSerialization.data(withJSONObject: ["model_type": name]).write(to: config)
        try expectOneLine(["models", config.path])
        let record = directory.appending(path: "record.json")
        try JSONSerialization.data(withJSONObject: ["schema": name]).write(to: record)
        try expectOneLine(["report", record.path])
      }
    }
  }

  @Test func aLongWordIsQuotedInPart() throws {
    try withTemporaryDirectory { directory in
      let config = directory.appending(path: "config.json")
      let long = String(repeating: "A", count: 100_000)
      try JSONSerialization.data(withJSONObject: ["model_type": long]).write(to: config)
      try expectOneLine(["models", config.path])
    }
  }
}
