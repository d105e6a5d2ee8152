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

  /// Says something on standard error; when that fails there is nobody to tell.
  static func note(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
