import ArgumentParser
import Glibc
import Synchronization

/// The command line: parse, call, print, exit.
@main
struct Tenfold: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenfold",
    abstract: "Measures how much of a claimed compute ratio this machine really delivers.",
    discussion: """
      A claim such as "6x faster than the dense 70B" names a sparse model, a baseline and a ratio.
      Tenfold runs the layers of both sides by turns on this CPU and prints the claimed, the
      analytic (FLOPs) and the measured ratio beside each other.
      """,
    version: ToolVersion.current,
    subcommands: [
      RunCommand.self, SweepCommand.self, GemmCommand.self, AttentionCommand.self,
      RooflineCommand.self,
      ReportCommand.self, CompareCommand.self, BaselineCommand.self, ModelsCommand.self,
      ClaimsCommand.self,
      ScenarioCommand.self, EndToEndCommand.self, RoutingCommand.self, VerifyCommand.self,
      DoctorCommand.self, GateCommand.self, SelftestCommand.self, WorkerCommand.self,
    ])

  static func main() {
    StandardStream.occupyClosed()
    Interruption.makeWriteFailuresErrors()
    OwnEnd.watch()
    let status = status(of: Array(CommandLine.arguments.dropFirst()))
    OwnEnd.isReached.store(true, ordering: .relaxed)
    Glibc.exit(status)
  }

  /// Runs one command line and gives the number to exit with.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      try requireKnownCommand(arguments.first)
      var command = try parseAsRoot(arguments)
      try command.run()
      return ExitStatus.done.rawValue
    } catch let failure as Failure {
      return complain(failure)
    } catch {
      return exitCode(for: error).isSuccess ? help(error) : complain(usageFailure(error))
    }
  }

  /// Refuses a first word that is no command with the list of commands, which the parser does not
  /// give.
  private static func requireKnownCommand(_ word: String?) throws(Failure) {
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    guard let word, !word.hasPrefix("-"), !names.contains(word) else { return }
    throw Failure(
      .usage, "there is no command '\(word)'; the commands are \(names.joined(separator: ", "))")
  }

  /// Prints help, a version or a completion script, which the parser throws as errors although they
  /// are the document that was asked for.
  private static func help(_ request: any Error) -> Int32 {
    do {
      try StandardStream.print(fullMessage(for: request) + "\n")
      return ExitStatus.done.rawValue
    } catch {
      return complain(error)
    }
  }

  /// The parser's message as one sentence.
  private static func usageFailure(_ error: any Error) -> Failure {
    guard exitCode(for: error) == .validationFailure else {
      return Failure(.mismatch, "internal error: \(error); please report it")
    }
    let sentence = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    return Failure(.usage, sentence)
  }

  private static func complain(_ failure: Failure) -> Int32 {
    if !failure.description.isEmpty {
      StandardStream.note("tenfold: \(failure)")
    }
    return failure.status.rawValue
  }
}

/// Notices when something else than `main` ends the process: a library that was loaded may call `exit`, and
/// nobody must take that for success.
private enum OwnEnd {
  static let isReached = Atomic(false)

  static func watch() {
    atexit {
      guard !OwnEnd.isReached.load(ordering: .relaxed) else { return }
      StandardStream.note(
        "tenfold: a library that was loaded ended the process, and nothing was finished; name another "
          + "one with --blas")
      _exit(ExitStatus.unavailable.rawValue)
    }
  }
}
