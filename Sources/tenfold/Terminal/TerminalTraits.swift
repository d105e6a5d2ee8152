import FoundationEssentials
import Glibc
import SystemPackage

/// What the terminal at the other end of a stream can show.
enum TerminalTraits {
  /// True when standard output may be coloured: a terminal, not a dumb one, and `NO_COLOR` is unset
  /// or empty (no-color.org).
  static var showsColor: Bool {
    isTerminal(.standardOutput) && understandsEscapes
      && environment["NO_COLOR", default: ""].isEmpty
  }

  /// True when a line on standard error may be rewritten in place.
  static var rewritesLines: Bool {
    isTerminal(.standardError) && understandsEscapes
  }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  private static var understandsEscapes: Bool {
    environment["TERM", default: "dumb"] != "dumb"
  }

  private static func isTerminal(_ stream: FileDescriptor) -> Bool {
    isatty(stream.rawValue) == 1
  }
}
