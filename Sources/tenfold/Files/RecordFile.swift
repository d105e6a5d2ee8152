import ModelSpec
import Reporter

/// Reads records that `tenfold run` wrote, and refuses those that contradict their own rounds.
enum RecordFile {
  /// The record at `path`, for a report.
  ///
  /// - Throws: `Failure` with status 65 when it is none or contradicts itself, or 74 when reading
  ///   itself fails.
  static func read(_ path: String) throws(Failure) -> NamedRecord {
    let record = try decode(path)
    do {
      return try NamedRecord(name: path, record: record)
    } catch {
      throw refusal(path, error)
    }
  }

  /// The record at `path`, whose times are compared with another's.
  ///
  /// - Throws: as `read` does, but not for what a comparison does not read, such as explanations.
  static func readTimes(_ path: String) throws(Failure) -> NamedRecord {
    let record = try decode(path)
    do {
      return try NamedRecord(name: path, timesOf: record)
    } catch {
      throw refusal(path, error)
    }
  }

  private static func decode(_ path: String) throws(Failure) -> Record {
    let bytes = try InputFile.readDocument(path, as: "record")
    do {
      return try Record(decoding: bytes)
    } catch {
      throw Failure(
        .badInput, "the record \(path) is refused: \(error); give a file that tenfold run wrote")
    }
  }

  private static func refusal(_ path: String, _ error: RecordContradiction) -> Failure {
    Failure(
      .badInput,
      "the record \(path) is refused: \(error); measure again, or give the file as tenfold run wrote it"
    )
  }
}
