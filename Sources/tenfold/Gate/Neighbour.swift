import ArgumentParser
import FoundationEssentials
import Glibc
import Processes

/// A process that burns a part of one core, as neighbours on a shared machine do.
struct Neighbour {
  private let process: ChildProcess?

  init(share: Double?, watcher: ProcessWatcher?) throws(Failure) {
    guard let share else {
      process = nil
      return
    }
    do {
      process = try ChildProcess(
        [TrialOptions.executable, "selftest", "neighbour", "\(Int((share * 100).rounded()))"],
        environment: ProcessInfo.processInfo.environment, watcher: watcher)
    } catch {
      throw Failure(.unavailable, "a neighbour cannot be started (errno \(error.number))")
    }
  }

  /// How it ended, which it must not; `nil` as long as it burns, and where there is none.
  var ending: String? { process?.wait(seconds: 0).map { "\($0)" } }

  func end() { process?.kill() }
}

/// `tenfold selftest neighbour`: burns a part of one core until it is ended.
struct NeighbourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbour", abstract: "Burns a part of one core.", shouldDisplay: false)

  @Argument(help: "Percent of one core.")
  var percent: Int

  /// Long enough for a scheduler to notice, short enough to be in every slice of a few milliseconds.
  private static let periodMicroseconds = 10_000

  func run() {
    let clock = ContinuousClock()
    while true {
      let end = clock.now.advanced(by: .microseconds(Self.periodMicroseconds * percent / 100))
      while clock.now < end {}
      usleep(useconds_t(Self.periodMicroseconds * (100 - percent) / 100))
    }
  }
}
