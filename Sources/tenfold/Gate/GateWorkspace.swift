import FoundationEssentials
import Glibc
import Processes

/// A directory for one gate: the executables that it runs, at paths of equal length, and checkouts of revisions.
///
/// The length of a path moves the stack, and with it the time of a program (Mytkowicz and others, Producing
/// wrong data without doing anything obviously wrong, ASPLOS 2009).
struct GateWorkspace {
  let path: String

  private static let prefix = "tenfold-gate-"

  /// Makes the directory, and removes those of gates that were killed.
  init() throws(Failure) {
    let parent = FileManager.default.temporaryDirectory.path
    Self.sweep(parent)
    path = "\(parent)/\(Self.prefix)\(getpid())"
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(
        .cannotCreate,
        "\(path) cannot be created (\(InputFile.reason(error))); set TMPDIR to a directory that takes "
          + "new ones")
    }
  }

  /// Copies an executable to `name/tenfold` in the workspace.
  ///
  /// - Returns: the copy's path.
  func copy(_ executable: String, as name: String) throws(Failure) -> String {
    let directory = "\(path)/\(name)"
    let copy = "\(directory)/tenfold"
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: URL(filePath: executable).resolvingSymlinksInPath().path, toPath: copy)
      return copy
    } catch {
      throw Failure(
        .ioError,
        "\(executable) cannot be copied to \(copy) (\(InputFile.reason(error))); free the disk or set "
          + "TMPDIR")
    }
  }

  /// Removes the directory with all that is in it.
  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Removes the workspaces of processes that are gone.
  private static func sweep(_ parent: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard let owner = Int32(name.dropFirst(prefix.count)), owner != getpid(),
        kill(owner, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
    }
  }
}

/// The one place on a machine where something is measured at a time.
enum MeasuringLock {
  /// The variable that names another file for the lock, for tests that run side by side.
  static let variable = "TENFOLD_LOCK"
  private static let usualPath = "/tmp/tenfold-gate.lock"

  /// Takes the lock for as long as the result lives.
  ///
  /// - Throws: `Failure` with status 69 while another process holds it, saying which.
  static func take(for purpose: String) throws(Failure) -> ProcessLock? {
    let path = ProcessInfo.processInfo.environment[variable] ?? usualPath
    do {
      let lock = try ProcessLock(path)
      lock.describe("process \(getpid()) since \(Date.now.ISO8601Format()): \(purpose)\n")
      return lock
    } catch {
      switch error {
      case .held:
        let holder = InputFile.systemText(path)?.split(separator: "\n").first
        throw Failure(
          .unavailable,
          "another gate measures on this machine (\(holder.map(String.init) ?? "see \(path)")); wait "
            + "until it ends")
      case .impossible:
        // A gate is better than none on a machine where no file can be locked.
        StandardStream.note(
          "tenfold: \(path) cannot be locked, so nothing keeps another gate from measuring meanwhile"
        )
        return nil
      }
    }
  }
}
