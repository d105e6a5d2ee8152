import FoundationEssentials
import ModelSpec
import Processes
import Reporter

/// A revision of the repository that this process runs in.
struct Revision: Hashable {
  /// As the user named it.
  let name: String
  /// The commit, whole.
  let commit: String

  /// Enough of a commit for people.
  var short: String { String(commit.prefix(12)) }
}

/// Builds revisions of a repository, each in a checkout of its own.
final class RevisionBuild {
  let workspace: GateWorkspace
  private let watcher: ProcessWatcher?
  /// The shell command that builds a checkout; `nil` for Tenfold's own.
  private let command: String?
  /// Checkouts that are there, also of a side whose other one does not build.
  private var checkouts: [String] = []

  /// Builds in checkouts below a workspace.
  init(watcher: ProcessWatcher?, workspace: GateWorkspace, command: String?) {
    self.watcher = watcher
    self.workspace = workspace
    self.command = command
  }

  /// What Tenfold's executable is built from; the rest of a revision is documents and tests.
  private static let inputs = ["Package.swift", "Sources", "Kernels"]
  /// Tenfold's own build, as `scripts/bench` has it.
  private static let build = [
    "build", "-c", "release", "--static-swift-stdlib", "--product", "tenfold",
  ]

  // MARK: - Git

  /// The revision of a name; `nil` where there is none.
  func revision(_ name: String) throws(Failure) -> Revision? {
    guard !name.hasPrefix("-") else { return nil }
    let output = try git([
      "rev-parse", "--verify", "--quiet", "--end-of-options", "\(name)^{commit}",
    ])
    guard output.isSuccess, let commit = output.lines.first else { return nil }
    return Revision(name: name, commit: commit)
  }

  /// What decides about the built program: the same text for two revisions means the same program.
  func inputs(of revision: Revision) throws(Failure) -> String {
    let paths = command == nil ? Self.inputs.map { ":\($0)" } : ["^{tree}"]
    let output = try git(["rev-parse"] + paths.map { "\(revision.commit)\($0)" })
    return output.isSuccess ? output.lines.joined(separator: " ") : revision.commit
  }

  /// Whether the working tree has changes that no revision holds.
  func hasChanges() throws(Failure) -> Bool {
    let output = try git(["status", "--porcelain", "--untracked-files=no"])
    return output.isSuccess && !output.lines.isEmpty
  }

  private func git(_ arguments: [String]) throws(Failure) -> CommandOutput {
    try run(["/usr/bin/env", "git"] + arguments, in: nil)
  }

  // MARK: - Building

  /// A checkout of a revision, built.
  struct Product {
    /// Tenfold's executable; `nil` where another command builds.
    let executable: String?
    /// Where the checkout is; `nil` where its executable was there from earlier.
    let directory: String?
  }

  /// Builds a revision, or takes the executable of an earlier build of the same inputs.
  ///
  /// - Parameter slot: the name of the checkout's directory, of equal length for both sides.
  /// - Throws: `Failure` with status 5 where it does not build, naming the commit.
  func product(of revision: Revision, slot: String) throws(Failure) -> Product {
    if let command {
      let directory = try checkOut(revision, slot)
      StandardStream.note("tenfold: building \(revision.name) (\(revision.short))")
      let output = try run(["/bin/sh", "-c", command], in: directory)
      guard output.isSuccess else { throw broken(revision, output) }
      return Product(executable: nil, directory: directory)
    }
    let cached = try cachedExecutable(of: revision)
    if InputFile.exists(cached) { return Product(executable: cached, directory: nil) }
    let directory = try checkOut(revision, slot)
    defer { remove(directory) }
    StandardStream.note(
      "tenfold: building \(revision.name) (\(revision.short)), which takes minutes")
    let output = try run(["/usr/bin/env", "swift"] + Self.build, in: directory)
    guard output.isSuccess else { throw broken(revision, output) }
    return Product(
      executable: try keep("\(directory)/.build/release/tenfold", as: cached), directory: nil)
  }

  private func checkOut(_ revision: Revision, _ slot: String) throws(Failure) -> String {
    let directory = "\(workspace.path)/\(slot)"
    checkouts.append(directory)
    let output = try git(["worktree", "add", "--detach", "--force", directory, revision.commit])
    guard output.isSuccess else {
      throw Failure(
        .notComparable,
        "\(revision.name) (\(revision.short)) cannot be checked out (\(output.lastWords)); fetch it, or name another"
      )
    }
    return directory
  }

  /// Takes a checkout away again, from the disk and from what the repository knows.
  private func remove(_ directory: String) {
    _ = try? CommandOutput.of(
      ["/usr/bin/env", "git", "worktree", "remove", "--force", directory],
      environment: ProcessInfo.processInfo.environment)
    checkouts.removeAll { $0 == directory }
  }

  /// Takes away whatever checkouts are there.
  func removeCheckouts() { checkouts.forEach(remove) }

  private func broken(_ revision: Revision, _ output: CommandOutput) -> Failure {
    Failure(
      .notComparable,
      "\(revision.name) (commit \(revision.commit)) does not build (\(output.lastWords)); name a revision "
        + "that does")
  }

  // MARK: - Executables of earlier builds

  /// Where the executable of these inputs is kept, with this compiler.
  private func cachedExecutable(of revision: Revision) throws(Failure) -> String {
    let compiler = try run(["/usr/bin/env", "swift", "--version"], in: nil)
    guard compiler.isSuccess else {
      throw Failure(
        .unavailable,
        "there is no Swift toolchain to build \(revision.name) with; install one, or give executables"
      )
    }
    let key = ([try inputs(of: revision)] + compiler.lines + Self.build).joined(separator: "\n")
    let name = SHA256.hexadecimal(of: Array(key.utf8)).prefix(16)
    return "\(Self.cache)/\(name)/tenfold"
  }

  /// Where executables are kept from one gate to the next (XDG Base Directory Specification).
  private static var cache: String {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" }
    return "\(home ?? FileManager.default.temporaryDirectory.path)/tenfold/builds"
  }

  /// Moves an executable into the cache; where that takes none, into the workspace.
  private func keep(_ executable: String, as cached: String) throws(Failure) -> String {
    let manager = FileManager.default
    let source = URL(filePath: executable).resolvingSymlinksInPath().path
    for target in [
      cached, "\(workspace.path)/\(cached.split(separator: "/").suffix(2).joined(separator: "-"))",
    ] {
      let draft = "\(target).\(UUID().uuidString)"
      do {
        try manager.createDirectory(
          atPath: URL(filePath: target).deletingLastPathComponent().path,
          withIntermediateDirectories: true)
        try manager.copyItem(atPath: source, toPath: draft)
        try manager.moveItem(atPath: draft, toPath: target)
        return target
      } catch {
        try? manager.removeItem(atPath: draft)
        // Another gate may have built the same meanwhile.
        if InputFile.exists(target) { return target }
      }
    }
    throw Failure(.ioError, "\(executable) cannot be copied; free the disk or set TMPDIR")
  }

  private func run(
    _ arguments: [String], in directory: String?
  ) throws(Failure) -> CommandOutput {
    let output: CommandOutput?
    do {
      output = try CommandOutput.of(
        arguments, environment: ProcessInfo.processInfo.environment, directory: directory,
        watcher: watcher, isCancelled: { Interruption.status != nil })
    } catch {
      throw Failure(.unavailable, "\(arguments[0]) cannot be started (errno \(error.number))")
    }
    guard let output else {
      throw Failure(Interruption.status ?? .interrupted, "interrupted before anything was measured")
    }
    return output
  }
}

extension CommandOutput {
  /// The last line that says something of an error, or else the last line.
  var lastWords: String {
    let all = lines + errors.split(separator: "\n").map(String.init)
    let words = all.last { $0.contains("error:") } ?? all.last { !$0.isEmpty } ?? "\(status)"
    return String(words.prefix(200))
  }
}
