import ArgumentParser
import FoundationEssentials
import ModelSpec
import Runner

/// `tenfold worker`: one side of a gate, which times what it is asked for; not meant for people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Times passes that a gate asks for, a line each.",
    discussion: """
      Reads a \(WorkerOrder.currentSchema) line, answers with a \(WorkerHello.currentSchema) line, and then \
      answers requests with \(SampleLine.currentSchema) lines until standard input ends.
      """,
    shouldDisplay: false)

  @Option(
    help: ArgumentHelp(
      "BLAS library to open instead of \(Engines.defaultLibrary).", valueName: "path"))
  var blas: String?

  func run() throws {
    try ToolVersion.requireReleaseBuild()
    let order: WorkerOrder =
      try Self.next(WorkerOrder.init(decoding:))
      ?? {
        throw Failure(.usage, "a worker is started by tenfold gate, which tells it what to do")
      }()
    let worker = PassWorker(
      order, machine: .current,
      engines: EngineSettings(
        library: blas,
        forcedLevel: ProcessInfo.processInfo.environment[Engines.levelVariable]),
      architecture: { try ArchitectureArgument.resolve($0) })
    try Self.say(worker.makeReady())
    while let request = try Self.next(PassRequest.init(decoding:)) {
      guard let sample = worker.answer(request) else {
        throw Failure(.usage, "there is no cell '\(request.cell)'")
      }
      try Self.say(sample)
    }
  }

  /// The next line of standard input; `nil` at its end.
  private static func next<Value>(
    _ decode: (String) throws(RecordError) -> Value
  ) throws(Failure) -> Value? {
    guard let line = readLine() else { return nil }
    do {
      return try decode(line)
    } catch {
      throw Failure(.badInput, "standard input has a line that is no request: \(error)")
    }
  }

  private static func say(_ value: some Encodable) throws(Failure) {
    try StandardStream.print(JSONLine.text(value) + "\n")
  }
}
