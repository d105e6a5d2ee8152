import CTerminal
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

  /// Columns of the terminal at standard output; `nil` where that is no terminal or they are not known.
  static var columns: Int? { columns(of: .standardOutput) }

  /// Columns of the terminal at standard error, on which a line is rewritten.
  static var columnsOfStatus: Int? { columns(of: .standardError) }

  /// The columns that the user prefers (`COLUMNS`, POSIX.1-2017 section 8.3), else the terminal's
  /// own.
  private static func columns(of stream: FileDescriptor) -> Int? {
    guard isTerminal(stream) else { return nil }
    if let preferred = environment["COLUMNS"].flatMap(Int.init), preferred > 0 { return preferred }
    let told = Int(cterminal_columns(stream.rawValue))
    return told > 0 ? told : nil
  }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }

  private static var understandsEscapes: Bool {
    environment["TERM", default: "dumb"] != "dumb"
  }

  private static func isTerminal(_ stream: FileDescriptor) -> Bool {
    isatty(stream.rawValue) == 1
  }
}
