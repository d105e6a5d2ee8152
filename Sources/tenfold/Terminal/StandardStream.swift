import Reporter
import SystemPackage

/// The process's own streams, written without a buffer so that no failure goes unnoticed.
enum StandardStream {
  /// Writes a document to standard output.
  ///
  /// - Throws: `Failure` with status 74; its sentence is empty for a closed pipe, because a reader
  ///   who left (`tenfold claims | head`) wants no complaint.
  static func print(_ document: String) throws(Failure) {
    do {
      try FileDescriptor.standardOutput.writeAll(document.utf8)
    } catch Errno.brokenPipe {
      throw Failure(.ioError, "")
    } catch {
      throw Failure(
        .ioError, "standard output cannot be written (\(error)); free the disk or use --output")
    }
  }

  /// Says a sentence on standard error, on one line; when that fails there is nobody to tell.
  ///
  /// The one door for everything that is told to people beside documents: sentences quote file names,
  /// options and strings of files, and none of these may move the cursor or fill the screen.
  static func note(_ sentence: String) {
    write(Escaping.sentence(sentence) + "\n")
  }

  /// Replaces the terminal's present line.
  static func show(_ line: String, columns: Int) {
    write(TerminalSequence.rewind.rawValue + Escaping.terminal(line).prefix(columns))
  }

  /// Moves the cursor on a terminal.
  static func control(_ sequence: TerminalSequence) { write(sequence.rawValue) }

  private static func write(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

/// What a terminal is told beside text (ECMA-48).
enum TerminalSequence: String {
  /// Return to the first column, then erase to the end of the line (CR, EL).
  case rewind = "\r\u{1B}[K"
}
