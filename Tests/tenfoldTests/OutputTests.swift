import Foundation
import Testing

/// Where documents go, and what happens when they cannot go there.
@Suite struct OutputTests {
  @Test func aFileHoldsTheBytesThatStandardOutputWouldHave() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: "claims.json").path
      let printed = try Executable.release().run(["claims", "--format", "json"])
      let written = try Executable.release().run(["claims", "--format", "json", "--output", file])
      #expect(written.status == 0)
      #expect(written.output.isEmpty)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == printed.output)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["claims.json"])
    }
  }

  @Test(arguments: [("a.json", "{"), ("a.md", "|"), ("a.txt", " ")])
  func theEndingOfTheNameDecidesTheForm(_ name: String, _ sign: String) throws {
    try withTemporaryDirectory { directory in
      let file = directory.appending(path: name).path
      #expect(try Executable.release().run(["models", "--output", file]).status == 0)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains(sign))
      #expect(text.hasPrefix("{") == name.hasSuffix(".json"))
    }
  }

  /// A pipe is written for its reader; one without a reader would be waited for without end.
  @Test func aPipeIsWrittenToItsReaderAndRefusedWithout() throws {
    try withTemporaryDirectory { directory in
      let pipe = directory.appending(path: "pipe").path
      #expect(mkfifo(pipe, 0o600) == 0)
      let alone = try Executable.release().run(["claims", "--output", pipe])
      #expect(alone.status == 73)
      #expect(alone.errors.contains("nobody reads from"))
      // The reader opens the pipe whenever it gets to, so the writer asks until it has.
      let both = try Executable(path: "/bin/sh").run([
        "-c",
        """
        cat '\(pipe)' & for try in $(seq 100)
        do "$0" models --format markdown --output '\(pipe)' 2>/dev/null && wait && exit
        sleep 0.1; done; kill $!; exit 1
        """, Executable.release().path,
      ])
      #expect(both.status == 0)
      #expect(
        try both.output == Executable.release().run(["models", "--format", "markdown"]).output)
    }
  }

  @Test func theFileBehindALinkIsReplacedAndTheLinkStays() throws {
    try withTemporaryDirectory { directory in
      let target = directory.appending(path: "target.json")
      let link = directory.appending(path: "link.json")
      try Data("old".utf8).write(to: target)
      try FileManager.default.createSymbolicLink(
        atPath: link.path, withDestinationPath: "target.json")
      #expect(try Executable.release().run(["claims", "--output", link.path]).status == 0)
      #expect(try String(contentsOf: target, encoding: .utf8).hasPrefix("{"))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "target.json")
    }
  }

  @Test func aPathThatCannotBeCreatedIs73() throws {
    try withTemporaryDirectory { directory in
      let inTheWay = directory.appending(path: "file")
      try Data().write(to: inTheWay)
      for path in [
        directory.appending(path: "nowhere/x.json").path, directory.path, "/proc/x.json",
        inTheWay.appending(path: "x.json").path,
      ] {
        let outcome = try Executable.release().run(["claims", "--output", path])
        #expect(outcome.status == 73, "\(path): \(outcome.errors)")
        #expect(outcome.errors.contains(path))
      }
    }
  }

  @Test func anEmptyNameIs73() throws {
    let claims = try Executable.release().run(["claims", "--output", ""])
    #expect(claims.status == 73)
    #expect(claims.errors == "tenfold: the name of the file for --output is empty; name one\n")
    let example = repository.appending(path: "Results/examples/olmoe-sweep.json").path
    let report = try Executable.release().run(["report", example, "--charts", ""])
    #expect(report.status == 73)
    #expect(
      report.errors == "tenfold: the name of the directory for --charts is empty; name one\n")
  }

  @Test func aFullDiskIs74() throws {
    let outcome = try Executable.release().run(["claims", "--output", "/dev/full"])
    #expect(outcome.status == 74)
    #expect(outcome.errors.contains("/dev/full"))
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let printed = try Executable.release().start(["claims"], output: full).finish()
    #expect(printed.status == 74)
    #expect(printed.errors.contains("standard output"))
  }

  @Test func aClosedPipeIs74WithoutAWord() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let outcome = try Executable.release().start(["claims"], output: pipe.fileHandleForWriting)
      .finish()
    #expect(outcome.status == 74)
    #expect(outcome.errors.isEmpty)
  }
}
