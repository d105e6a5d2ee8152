import FoundationEssentials
import ModelSpec
import Processes
import Runner

/// Both sides of a gate, ready to be started, or the reason why there is nothing to measure.
struct GateSides {
  let base: GateSide
  let head: GateSide
  let copy: GateSide
  let displaced: GateSide
  /// Why both are the same code, as a clause; `nil` where they are not.
  var identity: String?

  /// Two shell commands.
  init(commands: [String]) {
    func side(_ command: String) -> GateSide {
      GateSide(
        origin: .init(name: command), arguments: ["/bin/sh", "-c", command],
        environment: GateSide.workerEnvironment)
    }
    base = side(commands[0])
    head = side(commands[1])
    copy = base
    displaced = base.displaced
    if commands[0] == commands[1] { identity = "both commands are the same" }
  }

  /// Two revisions or executables.
  ///
  /// - Parameters:
  ///   - order: what Tenfold's workers shall make ready.
  ///   - arguments: what they are told besides.
  init(
    base: String, head: String, settings: GateSettings, order: WorkerOrder, arguments: [String],
    build: RevisionBuild
  ) throws(Failure) {
    let sources = (
      base: try Source(base, build), head: try Source(head, build)
    )
    let same = try sources.base.sameness(as: sources.head, build)
    if case .revision = sources.head, try build.hasChanges() {
      StandardStream.note(
        "tenfold: the working tree has changes that no revision holds; they are not measured")
    }
    if let command = settings.command {
      let base = try Self.side(sources.base, same == nil ? "base" : nil, command, build)
      let head = try Self.side(sources.head, same == nil ? "head" : nil, command, build)
      self.init(base: base, head: head, copy: base, displaced: base.displaced)
      identity = same
      return
    }
    guard same == nil else {
      let empty = Self.side(sources.base.origin, "", order, arguments)
      self.init(
        base: empty, head: Self.side(sources.head.origin, "", order, arguments), copy: empty,
        displaced: empty)
      identity = same
      return
    }
    let paths = (
      base: try sources.base.executable(slot: "tree-base", build),
      head: try sources.head.executable(slot: "tree-head", build)
    )
    let digests = (
      base: try ExecutableDigest(of: paths.base), head: try ExecutableDigest(of: paths.head)
    )
    func side(
      _ source: Source, _ path: String, _ digest: ExecutableDigest, as name: String
    ) throws(Failure) -> GateSide {
      var origin = source.origin
      origin.digest = digest.text
      return Self.side(origin, try build.workspace.copy(path, as: name), order, arguments)
    }
    self.init(
      base: try side(sources.base, paths.base, digests.base, as: "base"),
      head: try side(sources.head, paths.head, digests.head, as: "head"),
      copy: try side(sources.base, paths.base, digests.base, as: "copy"),
      displaced: try side(
        sources.base, paths.base, digests.base, as: "copy-at-a-path-of-another-length"
      ).displaced)
    if digests.base == digests.head {
      identity = "both executables load the same code (SHA-256 \(digests.base.text.prefix(12)))"
    }
  }

  private init(base: GateSide, head: GateSide, copy: GateSide, displaced: GateSide) {
    self.base = base
    self.head = head
    self.copy = copy
    self.displaced = displaced
  }

  /// A checkout with a command of its own; one that is not measured needs none.
  private static func side(
    _ source: Source, _ slot: String?, _ command: String, _ build: RevisionBuild
  ) throws(Failure) -> GateSide {
    guard case .revision(let revision) = source else {
      throw Failure(
        .usage,
        "\(source.origin.name) is a file, and the gate file's command runs in checkouts of revisions; name "
          + "revisions, or give two commands with --command")
    }
    let directory = try slot.map { slot throws(Failure) in
      try build.product(of: revision, slot: slot).directory
    }
    return GateSide(
      origin: source.origin, arguments: ["/bin/sh", "-c", command],
      directory: directory ?? nil, environment: GateSide.workerEnvironment)
  }

  /// A worker of Tenfold.
  private static func side(
    _ origin: GateDocument.Origin, _ path: String, _ order: WorkerOrder, _ arguments: [String]
  ) -> GateSide {
    var side = GateSide(tenfold: path, order: order, arguments: arguments)
    side.origin = origin
    return side
  }
}

extension GateSide {
  /// What both sides are told: what this process was, that a gate asks, and that BLAS threads shall not wait
  /// in a loop for the next product, which takes a processor from whoever has the turn (OpenBLAS counts 2ⁿ
  /// cycles, 2²⁸ unless told otherwise).
  static var workerEnvironment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment[variable] = "1"
    environment["OPENBLAS_THREAD_TIMEOUT"] = environment["OPENBLAS_THREAD_TIMEOUT"] ?? "4"
    return environment
  }
}

/// What the user named as a side.
private enum Source {
  case executable(String)
  case revision(Revision)

  /// - Throws: `Failure` with status 5 for a name of neither, 64 for a file that cannot be executed.
  init(_ name: String, _ build: RevisionBuild) throws(Failure) {
    if InputFile.exists(name) {
      guard FileManager.default.isExecutableFile(atPath: name) else {
        throw Failure(
          .usage, "\(name) is a file that cannot be executed; name an executable or a revision")
      }
      self = .executable(name)
    } else if let revision = try build.revision(name) {
      self = .revision(revision)
    } else {
      throw Failure(
        .notComparable,
        "'\(name)' is neither an executable nor a revision of a repository here; fetch it (a shallow clone "
          + "lacks other branches), or name another")
    }
  }

  var origin: GateDocument.Origin {
    switch self {
    case .executable(let path): .init(name: path)
    case .revision(let revision): .init(name: revision.name, commit: revision.commit)
    }
  }

  /// Why another source is the same code, as far as that is known before anything is built.
  func sameness(as other: Source, _ build: RevisionBuild) throws(Failure) -> String? {
    guard case .revision(let own) = self, case .revision(let other) = other else { return nil }
    if own.commit == other.commit { return "both are commit \(own.short)" }
    return try build.inputs(of: own) == build.inputs(of: other)
      ? "nothing that is built differs between \(own.short) and \(other.short)" : nil
  }

  /// The path of Tenfold's executable.
  func executable(slot: String, _ build: RevisionBuild) throws(Failure) -> String {
    switch self {
    case .executable(let path): return path
    case .revision(let revision):
      guard let path = try build.product(of: revision, slot: slot).executable else {
        preconditionFailure("Tenfold's own build makes an executable")
      }
      return path
    }
  }
}
