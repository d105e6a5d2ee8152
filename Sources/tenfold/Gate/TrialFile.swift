import ModelSpec
import SystemPackage

/// The file that trials are added to, one line each.
struct TrialFile {
  private let path: String
  private let file: FileDescriptor

  /// Opens the file before any trial takes its minutes.
  ///
  /// - Parameters:
  ///   - path: where it is; `nil` for its usual place.
  ///   - kind: what it holds, which names it there.
  /// - Throws: `Failure` with status 73 where it cannot be written.
  init(_ path: String?, kind: String) throws(Failure) {
    self.path = path ?? "Results/calibration/\(kind).jsonl"
    do {
      file = try FileDescriptor.open(
        FilePath(self.path), .writeOnly, options: [.create, .append],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw Failure(
        .cannotCreate, "\(self.path) cannot be written (\(error)); name another file with --output")
    }
  }

  /// Adds a trial.
  ///
  /// - Throws: `Failure` with status 74 where the disk does not take it.
  func append(_ trial: some Encodable) throws(Failure) {
    do {
      _ = try file.writeAll((JSONLine.text(trial) + "\n").utf8)
    } catch {
      throw Failure(.ioError, "writing \(path) failed (\(error)); free the disk")
    }
  }

  /// Ends it, and tells where it is.
  func close() {
    try? file.close()
    StandardStream.note("Trials: \(path)")
  }
}
