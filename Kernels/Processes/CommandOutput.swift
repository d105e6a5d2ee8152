/// What a command printed and how it ended.
public struct CommandOutput: Hashable, Sendable {
  /// Its standard output, as lines.
  public let lines: [String]
  /// The end of its standard error.
  public let errors: String
  /// How it ended.
  public let status: ChildProcess.ExitStatus

  /// True for exit code 0.
  public var isSuccess: Bool { status == .exited(0) }

  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - arguments: the path of the program first.
  ///   - isCancelled: asked several times a second; ends the command.
  /// - Returns: `nil` where it was cancelled.
  /// - Throws: `ChildProcess.StartFault` where there is no such program.
  public static func of(
    _ arguments: [String], environment: [String: String], directory: String? = nil,
    watcher: ProcessWatcher? = nil, isCancelled: () -> Bool = { false }
  ) throws(ChildProcess.StartFault) -> CommandOutput? {
    let child = try ChildProcess(
      arguments, environment: environment, directory: directory, watcher: watcher)
    child.closeInput()
    var lines: [String] = []
    while true {
      if isCancelled() {
        child.end()
        return nil
      }
      do throws(ChildProcess.ReadFault) {
        lines.append(try child.readLine(within: Self.secondsOfAQuestion))
      } catch {
        if error == .timeout { continue }
        break
      }
    }
    let status = child.wait(seconds: Self.secondsOfEnding) ?? .signalled(9)
    child.end()
    return CommandOutput(lines: lines, errors: child.errors, status: status)
  }

  /// How often a command that says nothing is asked whether it is still wanted.
  private static let secondsOfAQuestion = 0.2
  /// How long a command that has closed its output may take to end.
  private static let secondsOfEnding = 60.0
}
