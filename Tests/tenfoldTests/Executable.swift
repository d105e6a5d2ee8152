import Foundation
import Testing

/// Runs the built command line as its users do: another process, its streams and its exit code.
struct Executable {
  let path: String

  /// The debug build that lies beside these tests.
  static let debug = Executable(
    path: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "tenfold").path)

  /// The release build: what users run, quick to start, and alone allowed to measure, with a token
  /// effort.
  ///
  /// It is what `TENFOLD_EXECUTABLE` names, else what the last release build left; `scripts/test`
  /// builds it first.
  static func release() throws -> Executable {
    let path =
      ProcessInfo.processInfo.environment["TENFOLD_EXECUTABLE"]
      ?? repository.appending(path: ".build/release/tenfold").path
    try #require(
      FileManager.default.isExecutableFile(atPath: path),
      "there is no release build at \(path); run scripts/test, which makes one")
    return Executable(path: path)
  }

  /// What a finished process left behind.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String

    /// Standard output as a JSON object.
    var json: [String: Any] {
      get throws {
        try #require(
          JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
          "standard output is not a JSON object: \(output.prefix(200))")
      }
    }

    /// Whether the document warns of figures that nobody may rely on, as every one of a test must.
    var saysThatFiguresAreTokens: Bool {
      get throws {
        let cautions = try json["cautions"] as? [String] ?? []
        return cautions.contains { $0.contains("measured with a token effort") }
      }
    }
  }

  /// Runs to the end.
  func run(
    _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil
  ) throws -> Outcome {
    try start(arguments, environment: environment, in: directory).finish()
  }

  /// A process that is under way, its streams going to files so that no pipe can fill up.
  struct Started {
    let process: Process
    let output: URL
    let errors: URL

    /// Waits for the end.
    func finish() throws -> Outcome {
      process.waitUntilExit()
      defer { try? FileManager.default.removeItem(at: output.deletingLastPathComponent()) }
      // A process that a signal ended has that signal's number as status; no test may take it for
      // an exit code.
      try #require(
        process.terminationReason == .exit, "ended by signal \(process.terminationStatus)")
      return try Outcome(
        status: process.terminationStatus,
        output: String(decoding: Data(contentsOf: output), as: UTF8.self),
        errors: String(decoding: Data(contentsOf: errors), as: UTF8.self))
    }

    /// What is on standard error so far.
    var errorsSoFar: String {
      (try? String(decoding: Data(contentsOf: errors), as: UTF8.self)) ?? ""
    }
  }

  /// Starts a process; `output` is where its standard output goes unless a file is wanted.
  func start(
    _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil,
    output: FileHandle? = nil
  ) throws -> Started {
    let scratch = try temporaryDirectory()
    let started = Started(
      process: Process(), output: scratch.appending(path: "out"),
      errors: scratch.appending(path: "err"))
    for file in [started.output, started.errors] {
      try Data().write(to: file)
    }
    started.process.executableURL = URL(filePath: path)
    started.process.arguments = arguments
    started.process.environment = ["PATH": "/usr/bin:/bin", "TENFOLD_EFFORT": "token"]
      .merging(environment) { $1 }
    started.process.currentDirectoryURL = URL(filePath: directory ?? scratch.path)
    started.process.standardInput = FileHandle.nullDevice
    started.process.standardOutput = try output ?? FileHandle(forWritingTo: started.output)
    started.process.standardError = try FileHandle(forWritingTo: started.errors)
    try withSignalsUnblocked { try started.process.run() }
    return started
  }

  /// Tests run on threads that block all signals; a process would inherit that and hear no Ctrl-C.
  private func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
    var signals = sigset_t()
    var before = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_UNBLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}

/// Tests that measure, one after the other: two beside each other would disturb themselves.
@Suite(.serialized) enum MeasuringTests {}

/// A new directory that the caller may fill.
func temporaryDirectory() throws -> URL {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "tenfold-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  return directory
}

/// Runs `body` with a new directory, and removes it afterwards.
func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let directory = try temporaryDirectory()
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory)
}

/// The repository's root.
let repository = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
