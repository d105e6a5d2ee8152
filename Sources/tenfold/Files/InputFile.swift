import FoundationEssentials
import Synchronization
import SystemPackage

/// Reads whole files, and refuses what is no regular file.
enum InputFile {
  /// The largest JSON document that is read, far larger than any record or configuration.
  static let largestDocumentBytes = 64 << 20

  /// All bytes of the file at `path`, which sentences for the user call by its `role` ("record").
  ///
  /// Only regular files are read: a device or a pipe has no size that could be checked first.
  ///
  /// - Throws: `Failure` with status 65, or 74 when reading itself fails.
  static func read(
    _ path: String, as role: String, atMost limit: Int = largestDocumentBytes
  ) throws(Failure) -> [UInt8] {
    let size = try size(of: path, as: role)
    guard size <= limit else {
      throw Failure(
        .badInput,
        "the \(role) \(path) has \(size) bytes, more than the \(limit) that tenfold reads; "
          + "check that it is the right file")
    }
    do {
      return try [UInt8](Data(contentsOf: URL(filePath: path)))
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      throw Failure(.badInput, "the \(role) \(path) may not be read; change its permissions")
    } catch {
      throw Failure(
        .ioError, "reading the \(role) \(path) failed (\(Self.reason(error))); try again")
    }
  }

  /// The same of a JSON document, which a model file was perhaps given in place of.
  static func readDocument(_ path: String, as role: String) throws(Failure) -> [UInt8] {
    _ = try size(of: path, as: role)
    if let format = ForeignFormat(of: path) {
      throw Failure(
        .badInput,
        "the \(role) \(path) is a \(format.rawValue) file, which tenfold does not read; give the "
          + "\(role == "configuration" ? "config.json of the model that it holds" : "right file")")
    }
    return try read(path, as: role)
  }

  /// The files that this process has read.
  private static let filesRead = Mutex<Set<FileIdentity>>([])

  /// Whether this process has read the file at `path`, under this name or any other.
  static func hasRead(_ path: String) -> Bool {
    guard let identity = FileIdentity(path) else { return false }
    return filesRead.withLock { $0.contains(identity) }
  }

  /// True when there is a regular file at `path`.
  static func exists(_ path: String) -> Bool {
    (try? FilePath(path).stat().type) == .regular
  }

  /// The text of a file in which the system describes itself, `nil` when it does not.
  static func systemText(_ path: String) -> String? {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Bytes of the regular file at `path`.
  ///
  /// - Throws: `Failure` with status 65 where there is none.
  static func size(of path: String, as role: String) throws(Failure) -> Int {
    guard !path.isEmpty else {
      throw Failure(.badInput, "the path of a \(role) is empty; name a file")
    }
    let status: Stat
    do {
      status = try FilePath(path).stat()
    } catch .noSuchFileOrDirectory {
      throw Failure(.badInput, "there is no \(role) at \(path); check the path")
    } catch {
      throw Failure(.badInput, "the \(role) \(path) cannot be opened (\(error)); check the path")
    }
    switch status.type {
    case .regular:
      _ = filesRead.withLock { $0.insert(FileIdentity(status)) }
      return Int(status.size)
    case .directory:
      throw Failure(.badInput, "\(path) is a directory, not a \(role); name a file in it")
    default:
      throw Failure(
        .badInput, "\(path) is a device or a pipe, not a \(role); save it to a file first")
    }
  }

  /// What the system said, without Foundation's wrapping.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError, let cause = error.underlying as? POSIXError else {
      return "\(error)"
    }
    return Errno(rawValue: cause.code.rawValue).description
  }
}

/// A file's identity, the same under each of its names.
private struct FileIdentity: Hashable {
  private let device: UInt64
  private let inode: UInt64

  init(_ status: Stat) {
    device = UInt64(status.deviceID.rawValue)
    inode = UInt64(status.inode.rawValue)
  }

  /// `nil` where there is no file.
  init?(_ path: String) {
    guard let status = try? FilePath(path).stat() else { return nil }
    self.init(status)
  }
}
