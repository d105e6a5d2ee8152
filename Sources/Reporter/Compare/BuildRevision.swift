import ModelSpec

/// Which source a build was made of, as its record tells it.
///
/// What the record says is a word that whoever measured gave (`TENFOLD_COMMIT`), so it is held
/// against the times and never in their place.
enum BuildRevision: Hashable, Sendable {
  /// The record does not say.
  case unknown
  /// A commit and changes besides, which nobody else has.
  case modified(String)
  /// A commit and nothing else.
  case committed(String)

  /// Reads `tool.commit`; a mark at the end says that there were changes besides.
  init(_ commit: String) {
    if commit.isEmpty || commit == MachineIdentity.unknown {
      self = .unknown
    } else if Self.marks.contains(where: commit.hasSuffix) {
      self = .modified(commit)
    } else {
      self = .committed(commit)
    }
  }

  /// What `scripts/bench` appends where files were changed, and what `git describe --dirty` does.
  private static let marks = ["-modified", "-dirty"]

  /// In a title or a sentence, a hash as short as git shows it: `2ff52ea`, `2ff52ea-modified`,
  /// `unknown`.
  var short: String {
    switch self {
    case .unknown: return MachineIdentity.unknown
    case .committed(let commit): return Self.shortened(commit)
    case .modified(let commit):
      let mark = Self.marks.first(where: commit.hasSuffix) ?? ""
      return Self.shortened(String(commit.dropLast(mark.count))) + mark
    }
  }

  /// The first digits of a hash; any other name, such as a tag, whole.
  private static func shortened(_ commit: String) -> String {
    let isHash = commit.utf8.count >= leastHashDigits && commit.allSatisfy(\.isHexDigit)
    return isHash ? String(commit.prefix(shownDigits)) : commit
  }

  /// Digits that git shows of a hash unless that is ambiguous.
  private static let shownDigits = 7
  /// Digits of a whole SHA-1 hash, the shortest that git has.
  private static let leastHashDigits = 40

  /// What a reader should know, and do, of a record called `place`; `nil` for a commit that can be built
  /// again.
  func caution(as place: String) -> String? {
    switch self {
    case .committed: nil
    case .unknown:
      "The commit of \(place) is unknown: the record does not say which build it measured; measure with "
        + "scripts/bench, or set TENFOLD_COMMIT to the commit that was built."
    case .modified:
      "\(place) was measured with changes that are in no commit (\(short)), so nobody can build it again; "
        + "commit them and measure again."
    }
  }
}

extension NamedRecord {
  /// The source of the build that measured.
  var revision: BuildRevision { BuildRevision(record.tool.commit) }

  /// The commit of the build as the record has it, `nil` where the record does not know it.
  var commit: String? { revision == .unknown ? nil : record.tool.commit }

  /// The commit that both records were measured with, if that is all there is to tell their builds by:
  /// one commit without changes, one release, one configuration and one compiler.
  func commonRevision(with other: NamedRecord) -> BuildRevision? {
    guard case .committed = revision, record.tool == other.record.tool else { return nil }
    return revision
  }
}
