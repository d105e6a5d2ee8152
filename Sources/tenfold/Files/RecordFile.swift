import ModelSpec
import Reporter

/// A file that a report is made of.
enum ReportedFile {
  case record(NamedRecord)
  case gate(name: String, GateDocument)

  /// The document at `path`, told by its schema.
  ///
  /// - Throws: `Failure` with status 65 when it is neither, or a record that contradicts itself; 74 when
  ///   reading itself fails.
  static func read(_ path: String) throws(Failure) -> ReportedFile {
    let bytes = try InputFile.readDocument(path, as: "record")
    // A gate's document of another version is refused as one, and not as a record.
    let schema = (try? DocumentCoding.schema(of: bytes)) ?? ""
    guard schema.hasPrefix("tenfold.gate/") else {
      return .record(try RecordFile.named(path, bytes))
    }
    func refusal(_ reason: String) -> Failure {
      Failure(
        .badInput,
        "the gate's document \(path) is refused: \(reason); give a file that tenfold gate wrote")
    }
    var document: GateDocument
    do {
      document = try GateDocument(decoding: bytes)
    } catch {
      throw refusal("\(error)")
    }
    if let contradiction = GateReplay(document).contradiction { throw refusal(contradiction) }
    // The sentence that everybody reads is made of the verdicts, whatever stands there.
    if !document.cells.isEmpty { document.summary = document.summaryOfCells }
    return .gate(name: path, document)
  }
}

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
    let bytes = try InputFile.readDocument(path, as: role)
    return (try named(path, bytes, as: role), bytes)
  }

  /// The record that a file's bytes hold, for a report.
  fileprivate static func named(
    _ path: String, _ bytes: [UInt8], as role: String = "record"
  ) throws(Failure) -> NamedRecord {
    let record = try decode(path, bytes, as: role)
    do {
      return try NamedRecord(name: path, record: record)
    } catch {
      throw refusal(path, as: role, error)
    }
  }

  /// The record at `path`, whose times are compared with another's.
  ///
  /// - Throws: as `read` does, but not for what a comparison does not read, such as explanations.
  static func readTimes(_ path: String) throws(Failure) -> NamedRecord {
    let record = try decode(path, InputFile.readDocument(path, as: "record"), as: "record")
    do {
      return try NamedRecord(name: path, timesOf: record)
    } catch {
      throw refusal(path, as: "record", error)
    }
  }

  private static func decode(
    _ path: String, _ bytes: [UInt8], as role: String
  ) throws(Failure) -> Record {
    do {
      return try Record(decoding: bytes)
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
