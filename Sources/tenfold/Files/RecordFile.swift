import ModelSpec

/// Reads records that `tenfold run` wrote.
enum RecordFile {
  /// The record at `path`.
  ///
  /// - Throws: `Failure` with status 65 when it is none, or 74 when reading itself fails.
  static func read(_ path: String) throws(Failure) -> Record {
    let bytes = try InputFile.read(path, as: "record")
    do {
      return try Record(decoding: bytes)
    } catch {
      throw Failure(
        .badInput, "the record \(path) is refused: \(error); give a file that tenfold run wrote")
    }
  }
}
