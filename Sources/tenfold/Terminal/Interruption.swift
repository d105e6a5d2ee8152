import CTerminal
import Glibc
import Synchronization

/// Notices Ctrl-C and `kill` during a run, so that what was measured is kept.
enum Interruption {
  /// What the process is doing, for the answer to a signal.
  private static let doing = Mutex("")

  /// Lets the first SIGINT or SIGTERM be noticed instead of ending the process, and answers it at once:
  /// the step that is under way may take seconds.
  ///
  /// A second one ends it at once, in the system's way: a run that hangs can still be stopped.
  static func listen() {
    _ = cterminal_listen { _ in Interruption.answer() }
  }

  /// Notes what is being done from now on: `building mixtral-8x7b against llama2-70b, 16 tokens`.
  static func note(doing step: String) { doing.withLock { $0 = step } }

  private static func answer() {
    let step = doing.withLock { $0 }
    StatusLine.clearAny()
    StandardStream.note(
      "tenfold: stopping" + (step.isEmpty ? "" : " after \(step)")
        + "; what is finished is kept, and a second signal ends this at once")
  }

  /// How the process must end because of a signal, `nil` when there was none.
  static var status: ExitStatus? {
    switch cterminal_first_signal() {
    case SIGINT: .interrupted
    case SIGTERM: .terminated
    default: nil
    }
  }

  /// Makes writing to a closed pipe, and beyond the limit of a file's size (`ulimit -f`), an error that can
  /// be handled instead of a silent death.
  static func makeWriteFailuresErrors() {
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
  }
}
