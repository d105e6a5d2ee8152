import FoundationEssentials
import Glibc
import SystemPackage

/// A file that is written whole or not at all.
///
/// Making one checks that the path can be written, so a run that takes minutes fails before it
/// starts and not after. Until `write` succeeds, an existing file keeps its old bytes.
struct OutputFile {
  private let path: String
  /// True for a device such as `/dev/stderr`, which must be written in place: replacing it by
  /// renaming would take the device away.
  private let isDevice: Bool
  /// A named pipe, open for writing; `nil` for what is none.
  private let pipe: FileDescriptor?
  /// Whether a file may be replaced that this process has read.
  private let replacesInput: Bool

  /// Checks that `path` can be created or replaced.
  ///
  /// - Parameter replacesInput: whether what this process has read may be replaced, because replacing it is
  ///   what the user asked for.
  /// - Throws: `Failure` with status 73.
  init(_ path: String, replacesInput: Bool = false) throws(Failure) {
    self.replacesInput = replacesInput
    guard !path.isEmpty else {
      throw Failure(.cannotCreate, "the name of the file for --output is empty; name one")
    }
    // Renaming onto a symbolic link would replace the link; the file that it points to is meant.
    self.path = URL(filePath: path).resolvingSymlinksInPath().path
    let type = try Self.type(of: self.path)
    guard type != .directory else {
      throw Failure(.cannotCreate, "\(path) is a directory; name a file for --output")
    }
    isDevice = type != nil && type != .regular
    pipe = type == .fifo ? try Self.opened(pipe: self.path) : nil
    if isDevice { return }
    if !replacesInput { try Self.requireNotRead(self.path, namedBy: path) }
    if type != nil { try Self.requireWritable(self.path) }
    try Self.probeDirectory(of: self.path)
  }

  /// Replaces the file's bytes, atomically: a new file beside it, synchronised, then renamed.
  ///
  /// - Throws: `Failure` with status 74 when the disk is full or fails; 73 when the directory has
  ///   become unwritable since it was checked.
  func write(_ bytes: [UInt8]) throws(Failure) {
    if !isDevice, !replacesInput { try Self.requireNotRead(path, namedBy: path) }
    do {
      if isDevice {
        let device = try pipe ?? FileDescriptor.open(FilePath(path), .writeOnly)
        try device.closeAfter { _ = try device.writeAll(bytes) }
      } else {
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
      }
    } catch let error as CocoaError where error.code == .fileWriteNoPermission {
      throw Self.cannotCreate(path, error)
    } catch {
      throw Failure(
        .ioError,
        "writing \(path) failed (\(InputFile.reason(error))) and what was there before is untouched; "
          + "free the disk or name another file")
    }
  }

  /// Refuses to write over what the command has read: a record that was measured cannot be made again.
  private static func requireNotRead(_ path: String, namedBy name: String) throws(Failure) {
    guard InputFile.hasRead(path) else { return }
    throw Failure(
      .cannotCreate, "\(name) is a file that this command reads; name another file for its output")
  }

  /// What is at `path` now, `nil` for nothing.
  private static func type(of path: String) throws(Failure) -> FileType? {
    do {
      return try FilePath(path).stat().type
    } catch .noSuchFileOrDirectory {
      return nil
    } catch {
      throw cannotCreate(path, error)
    }
  }

  /// Refuses a write-protected file, which renaming would replace in spite of its protection.
  private static func requireWritable(_ path: String) throws(Failure) {
    do {
      try FileDescriptor.open(FilePath(path), .writeOnly).close()
    } catch {
      throw cannotCreate(path, error)
    }
  }

  /// A named pipe, opened at once, for its reader takes the last writer's leaving for the end.
  ///
  /// Opening one that nobody reads from would wait for somebody who does, so it is refused.
  private static func opened(pipe path: String) throws(Failure) -> FileDescriptor {
    do {
      let proof = try FileDescriptor.open(FilePath(path), .writeOnly, options: .nonBlocking)
      return try proof.closeAfter { try FileDescriptor.open(FilePath(path), .writeOnly) }
    } catch Errno.noSuchAddressOrDevice {
      throw Failure(
        .cannotCreate, "\(path) is a pipe that nobody reads from; start its reader first")
    } catch {
      throw cannotCreate(path, error)
    }
  }

  /// Creates and removes a file beside `path`, as `write` has to be able to.
  private static func probeDirectory(of path: String) throws(Failure) {
    let target = FilePath(path)
    let name = ".\(target.lastComponent?.string ?? "output").probe-\(getpid())"
    let probe = target.removingLastComponent().appending(name)
    do {
      try FileDescriptor.open(
        probe, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite
      ).close()
      try FileManager.default.removeItem(atPath: probe.string)
    } catch {
      throw cannotCreate(path, error)
    }
  }

  private static func cannotCreate(_ path: String, _ error: any Error) -> Failure {
    let directory = FilePath(path).removingLastComponent().string
    let hasDirectory = FileManager.default.fileExists(atPath: directory.isEmpty ? "." : directory)
    return Failure(
      .cannotCreate,
      "\(path) cannot be created (\(InputFile.reason(error))); "
        + (hasDirectory
          ? "name a file in a directory that takes new ones"
          : "make its directory or name another file"))
  }
}
