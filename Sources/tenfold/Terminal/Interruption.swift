import Glibc
import Synchronization

/// Notices Ctrl-C and `kill` during a run, so that what was measured is kept.
enum Interruption {
  private static let signalNumber = Atomic<Int32>(0)

  /// Lets the first SIGINT or SIGTERM be noticed instead of ending the process.
  ///
  /// A second one ends it at once, as the system does by default: a run that hangs can still be
  /// stopped.
  static func listen() {
    for number in [SIGINT, SIGTERM] {
      _ = signal(number) { number in
        Interruption.signalNumber.store(number, ordering: .relaxed)
        _ = signal(number, SIG_DFL)
      }
    }
  }

  /// How the process must end because of a signal, `nil` when there was none.
  static var status: ExitStatus? {
    switch signalNumber.load(ordering: .relaxed) {
    case SIGINT: .interrupted
    case SIGTERM: .terminated
    default: nil
    }
  }

  /// Makes writing to a closed pipe an error that can be handled, instead of a signal that ends the
  /// process.
  static func ignoreClosedPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }
}
