import FoundationEssentials
import ModelSpec

/// `Results/local/` below the working directory, where runs keep their records.
struct RecordArchive {
  private static let directory = "Results/local"

  /// Makes the directory and proves that it can be written.
  ///
  /// - Throws: `Failure` with status 73.
  init() throws(Failure) {
    do {
      try FileManager.default.createDirectory(
        atPath: Self.directory, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cannotCreate,
        "\(Self.directory) cannot be created (\(InputFile.reason(error))); give --output FILE.json "
          + "or start in another directory")
    }
    _ = try OutputFile("\(Self.directory)/record.json")
  }

  /// Writes the record to a file of its own, named by when it began.
  ///
  /// - Returns: the file's path.
  func keep(_ record: Record) throws(Failure) -> String {
    let time = record.created.filter { $0 != "-" && $0 != ":" }
    var path = "\(Self.directory)/\(time).json"
    var copy = 2
    while InputFile.exists(path) {
      path = "\(Self.directory)/\(time)-\(copy).json"
      copy += 1
    }
    try OutputFile(path).write([UInt8](try record.text().utf8))
    return path
  }
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
