import Foundation
import Processes
import Testing

/// Processes that take turns, with programs that every system has.
@Suite struct ChildProcessTests {
  private func shell(_ command: String) throws -> ChildProcess {
    try ChildProcess(
      ["/bin/sh", "-c", command], environment: ["PATH": "/usr/bin:/bin", "ONE": "1"])
  }

  @Test func linesComeOneByOne() throws {
    let child = try shell("echo one; echo; printf 'two\\nthree'")
    #expect(try child.readLine(within: 10) == "one")
    #expect(try child.readLine(within: 10) == "")
    #expect(try child.readLine(within: 10) == "two")
    // A line without an end is none.
    #expect(throws: ChildProcess.ReadFault.ended) { try child.readLine(within: 10) }
    #expect(child.wait(seconds: 10) == .exited(0))
  }

  @Test func timeEnds() throws {
    let child = try shell("sleep 60")
    #expect(throws: ChildProcess.ReadFault.timeout) { try child.readLine(within: 0.05) }
    child.kill()
    #expect(child.wait(seconds: 10) == .signalled(9))
  }

  @Test func endsAreTold() throws {
    #expect(try shell("exit 7").wait(seconds: 10) == .exited(7))
    #expect(try shell("kill -TERM $$").wait(seconds: 10) == .signalled(15))
    let child = try shell("sleep 60")
    child.end()
    #expect(child.wait(seconds: 0) == .signalled(15))
    // One that does not listen is ended all the same.
    let deaf = try shell("trap '' TERM; echo ready; while :; do sleep 1; done")
    #expect(try deaf.readLine(within: 10) == "ready")
    deaf.end(patience: 0.1)
    #expect(deaf.wait(seconds: 0) == .signalled(9))
  }

  @Test func programThatIsNotThere() {
    #expect(throws: ChildProcess.StartFault(number: ENOENT)) {
      try ChildProcess(["/no/such/program"], environment: [:])
    }
    #expect(throws: ChildProcess.StartFault(number: EACCES)) {
      try ChildProcess(["/etc/passwd"], environment: [:])
    }
    #expect(throws: ChildProcess.StartFault(number: ENOENT)) {
      try ChildProcess(["/bin/sh"], environment: [:], directory: "/no/such/directory")
    }
  }

  /// Nothing is inherited but what was given: neither variables, nor files, nor ignored signals.
  @Test func startsClean() throws {
    let child = try shell("echo $ONE$HOME; ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status")
    #expect(try child.readLine(within: 10) == "1")
    // Standard input, output and error, and the directory that ls reads.
    #expect(try Int(child.readLine(within: 10).trimmingCharacters(in: .whitespaces)) == 4)
    let ignored = try child.readLine(within: 10)
    // Signals from 32 on are the C library's own, and nobody's to reset.
    let mask = try #require(UInt64(ignored.split(separator: "\t").last ?? "", radix: 16))
    #expect(mask & 0x7fff_ffff == 0, "\(ignored)")
  }

  @Test func errorsAreKeptAndDoNotBlock() throws {
    let child = try shell(
      "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; echo done")
    #expect(try child.readLine(within: 30) == "done")
    #expect(throws: ChildProcess.ReadFault.ended) { try child.readLine(within: 10) }
    #expect(child.errors.hasSuffix("line 19999\n"))
    #expect(child.errors.utf8.count <= 4096)
  }

  @Test func floodsAreCut() throws {
    let child = try shell("while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")
    #expect(throws: ChildProcess.ReadFault.tooLong) { try child.readLine(within: 60) }
  }

  @Test func inputIsRead() throws {
    let child = try shell("while read line; do echo \"<$line>\"; done")
    #expect(child.write("a b", within: 10))
    #expect(try child.readLine(within: 10) == "<a b>")
    child.closeInput()
    #expect(throws: ChildProcess.ReadFault.ended) { try child.readLine(within: 10) }
    #expect(!child.write("late", within: 0.1))
  }

  /// One that reads nothing must not stop us when the pipe is full.
  @Test func inputThatNobodyReads() throws {
    let child = try shell("sleep 60")
    #expect(!child.write(String(repeating: "x", count: 1 << 20), within: 0.1))
  }

  /// A stopped group uses no time, its children included, and says nothing until it goes on.
  @Test func turns() throws {
    let child = try shell("(while :; do :; done) & echo busy; wait")
    #expect(try child.readLine(within: 10) == "busy")
    child.findMembers()
    #expect(child.stop())
    let before = child.cpuSeconds
    usleep(50_000)
    // One that went on would have used most of them; the kernel books some microseconds of the stop itself late.
    #expect(child.cpuSeconds - before < 0.002)
    child.resume()
    usleep(100_000)
    #expect(child.cpuSeconds > before)
    #expect(child.stop() && child.stop())
    child.kill()
    #expect(!child.stop())
  }

  @Test func drainDropsWhatWasSaid() throws {
    let child = try shell("echo old; printf half; read line; echo new")
    // Until both are in the pipe.
    usleep(200_000)
    child.drain()
    #expect(child.write("go", within: 10))
    #expect(try child.readLine(within: 10) == "new")
  }
}

@Suite struct CommandOutputTests {
  @Test func isWhole() throws {
    let output = try #require(
      try CommandOutput.of(
        ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], environment: ["PATH": "/usr/bin:/bin"])
    )
    #expect(output.lines == ["out"] && output.errors == "err\n" && output.status == .exited(3))
    #expect(!output.isSuccess)
  }

  @Test func canBeCancelled() throws {
    let output = try CommandOutput.of(
      ["/bin/sleep", "60"], environment: [:], isCancelled: { true })
    #expect(output == nil)
  }
}

@Suite struct ProcessLockTests {
  @Test func isHeldByOneAtATime() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "lock-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      let lock = try ProcessLock(path)
      lock.describe("a long description")
      lock.describe("me")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "me")
      #expect(throws: ProcessLock.Refusal.held) { try ProcessLock(path) }
      withExtendedLifetime(lock) {}
    }
    _ = try ProcessLock(path)
  }

  @Test(arguments: ["/no/such/directory/lock", "/tmp", "/dev/null", ""])
  func impossibleFiles(path: String) {
    #expect(throws: ProcessLock.Refusal.impossible) { try ProcessLock(path) }
  }
}
