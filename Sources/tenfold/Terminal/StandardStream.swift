import Reporter
import SystemPackage

/// The process's own streams, written without a buffer so that no failure goes unnoticed.
enum StandardStream {
  /// Puts something in the place of streams that are closed: the next file that is opened would be taken for
  /// one, and written over.
  ///
  /// It can be read and not written, so that a document for a closed output fails as it must.
  static func occupyClosed() {
    while let file = try? FileDescriptor.open(FilePath("/dev/null"), .readOnly) {
      guard file.rawValue > FileDescriptor.standardError.rawValue else { continue }
      try? file.close()
      return
    }
  }

  /// Writes a document to standard output.
  ///
  /// - Throws: `Failure` with status 74; its sentence is empty for a closed pipe, because a reader
  ///   that has ended (`tenfold claims | head`) needs no message.
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

  /// Writes a sentence to standard error, on one line; a failure to do so is ignored.
  ///
  /// Everything that people are told beside documents goes through here: sentences quote file
  /// names, options and strings of files, and none of these may move the cursor or fill the screen.
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

/// Control sequences of terminals (ECMA-48).
enum TerminalSequence: String {
  /// Return to the first column, then erase to the end of the line (CR, EL).
  case rewind = "\r\u{1B}[K"
}
