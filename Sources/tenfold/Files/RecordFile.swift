import ModelSpec
import Reporter

/// Reads records that `tenfold run` wrote, and refuses those that contradict their own rounds.
enum RecordFile {
  /// The record at `path`, for a report.
  ///
  /// - Parameter role: what sentences for the user call it ("record").
  /// - Throws: `Failure` with status 65 when it is none or contradicts itself, or 74 when reading
  ///   itself fails.
  static func read(_ path: String, as role: String = "record") throws(Failure) -> NamedRecord {
    try readWithBytes(path, as: role).named
  }

  /// The same, and the bytes of the file.
  static func readWithBytes(
    _ path: String, as role: String = "record"
  ) throws(Failure) -> (named: NamedRecord, bytes: [UInt8]) {
    let (record, bytes) = try decode(path, as: role)
    do {
      return (try NamedRecord(name: path, record: record), bytes)
    } catch {
      throw refusal(path, as: role, error)
    }
  }

  /// The record at `path`, whose times are compared with another's.
  ///
  /// - Throws: as `read` does, but not for what a comparison does not read, such as explanations.
  static func readTimes(_ path: String) throws(Failure) -> NamedRecord {
    let record = try decode(path, as: "record").record
    do {
      return try NamedRecord(name: path, timesOf: record)
    } catch {
      throw refusal(path, as: "record", error)
    }
  }

  private static func decode(
    _ path: String, as role: String
  ) throws(Failure) -> (record: Record, bytes: [UInt8]) {
    let bytes = try InputFile.readDocument(path, as: role)
    do {
      return (try Record(decoding: bytes), bytes)
    } catch {
      throw Failure(
        .badInput, "the \(role) \(path) is refused: \(error); give a file that tenfold run wrote")
    }
  }

  private static func refusal(
    _ path: String, as role: String, _ error: RecordContradiction
  ) -> Failure {
    Failure(
      .badInput,
      "the \(role) \(path) is refused: \(error); measure again, or give the file as tenfold run wrote it"
    )
  }
}
