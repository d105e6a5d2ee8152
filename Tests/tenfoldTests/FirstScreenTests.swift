import Foundation
import Testing

/// The first screen and its options from the outside.
@Suite struct FirstScreenTests {
  private let record = repository.appending(path: "Results/examples/default-suite.json").path

  @Test func aReportIsAScreenAndDetailsAreAllOfIt() throws {
    let screen = try Executable.release().run(["report", record])
    #expect(screen.status == 0)
    let lines = screen.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count - 1 <= 50)
    #expect(lines[0].contains("2 fall short"))
    let details = try Executable.release().run(["report", record, "--details"])
    #expect(details.output.split(separator: "\n").count > 300)
    #expect(details.output.contains("Where the FLOP saving went"))
    for text in [screen.output, details.output] { #expect(!text.contains("falls-short")) }
  }

  @Test func markdownIsBriefTooAndJSONKeepsItsWords() throws {
    let brief = try Executable.release().run(["report", record, "--format", "markdown"]).output
    let all = try Executable.release().run(
      ["report", record, "--format", "markdown", "--details"]
    ).output
    #expect(brief.utf8.count * 3 < all.utf8.count)
    let json = try Executable.release().run(["report", record, "--format", "json"]).output
    #expect(json.contains("\"falls-short\""))
  }

  @Test func detailsAreAnOptionOfRun() throws {
    let help = try Executable.debug.run(["run", "--help"]).output
    #expect(help.contains("--details"))
  }

  /// `script` gives the program a terminal, `stty` its size.
  @Test(arguments: [0, 1, 20, 60, 100, 132])
  func aTerminalOfAnyWidthIsServed(_ columns: Int) throws {
    let program = try Executable.release().path
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/script")
    shell.arguments = [
      "-qec", "stty cols \(columns); '\(program)' report '\(record)'", "/dev/null",
    ]
    var environment = ProcessInfo.processInfo.environment
    environment["COLUMNS"] = nil
    environment["TERM"] = "dumb"
    shell.environment = environment
    let output = Pipe()
    shell.standardOutput = output
    shell.standardInput = FileHandle.nullDevice
    try shell.run()
    let printed = try #require(try output.fileHandleForReading.readToEnd())
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    // A terminal ends lines with CR LF, which is one character.
    let lines = String(decoding: printed, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    #expect(lines.count - 1 <= 50)
    let longest = lines.map(\.count).max() ?? 0
    switch columns {
    case 132: #expect(longest > 100 && longest <= 132)
    case 1, 20, 60: #expect(longest <= 60)
    default: #expect(longest > 60 && longest <= 100)
    }
  }
}
