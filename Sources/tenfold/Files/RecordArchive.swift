import FoundationEssentials
import ModelSpec

/// A directory where runs keep their records: `Results/local/` below the working directory.
struct RecordArchive {
  private let directory: String

  /// Creates the directory where there is none, and checks that it can be written.
  ///
  /// - Throws: `Failure` with status 73.
  init(directory: String = "Results/local") throws(Failure) {
    self.directory = directory
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cannotCreate,
        "\(directory) cannot be created (\(InputFile.reason(error))); give --output FILE.json "
          + "or start in another directory")
    }
    _ = try OutputFile("\(directory)/record.json")
  }

  /// Writes the record to a file of its own, named by when it began.
  ///
  /// Runs that begin in one second get numbers. The whole file is written under a name that no
  /// other process uses, and then linked to the first free name, which never replaces a file of
  /// another process.
  ///
  /// - Returns: the file's path.
  /// - Throws: `Failure` with status 74 when the disk is full or fails.
  func keep(_ record: Record) throws(Failure) -> String {
    let time = record.created.filter { $0 != "-" && $0 != ":" }
    let draft = "\(directory)/.\(time).\(UUID().uuidString)"
    try OutputFile(draft).write([UInt8](try record.text().utf8))
    defer { try? FileManager.default.removeItem(atPath: draft) }
    var refusal = "all names of this second are taken"
    for copy in 1...Self.mostOfOneSecond {
      let path = "\(directory)/\(time)\(copy == 1 ? "" : "-\(copy)").json"
      do {
        try FileManager.default.linkItem(atPath: draft, toPath: path)
        return path
      } catch {
        if InputFile.exists(path) { continue }
        refusal = InputFile.reason(error)
        break
      }
    }
    throw Failure(
      .ioError, "no record could be added to \(directory) (\(refusal)); give --output FILE.json")
  }

  /// The largest number of records that can begin in one second.
  private static let mostOfOneSecond = 10_000
}

extension Record {
  /// The document `tenfold.result/1`.
  func text() throws(Failure) -> String {
    do {
      return String(decoding: try encoded(), as: UTF8.self)
    } catch {
      throw Failure(.mismatch, "internal error: \(error); please report it")
    }
  }
}
