import FoundationEssentials
import ModelSpec
import Reporter
import SystemPackage

/// The folder of stored baselines: one folder for each name, in it one record for each machine and toolchain, and
/// beside that a candidate for its place.
struct BaselineStore {
  /// The folder as it was named.
  let directory: String

  /// Where baselines are that a team commits.
  static let usualDirectory = "Results/baselines"

  /// The names that there are, in order; none where there is no folder.
  var names: [BaselineName] {
    (entries(of: directory)).compactMap(BaselineName.init(folder:)).sorted()
      .filter { !places(of: $0).isEmpty }
  }

  /// A file of a baseline.
  struct Place: Hashable {
    let name: BaselineName
    let fingerprint: MachineFingerprint
    let state: StoredBaseline.State
    let path: String
  }

  /// The files of a name, machine by machine, candidates behind what they would replace.
  func places(of name: BaselineName) -> [Place] {
    let files = entries(of: folder(of: name))
    let machines = files.compactMap { file in
      file.split(separator: ".").first.flatMap { MachineFingerprint(String($0)) }
    }
    return Set(machines.map(\.description)).sorted().compactMap(MachineFingerprint.init).flatMap {
      machine in
      StoredBaseline.State.allCases.map { place(name, machine, $0) }
        .filter { files.contains(FilePath($0.path).lastComponent?.string ?? "") }
    }
  }

  /// Where a baseline of a name and a machine is, whether there is one or not.
  func place(
    _ name: BaselineName, _ fingerprint: MachineFingerprint, _ state: StoredBaseline.State
  ) -> Place {
    let ending = state == .current ? "json" : "\(state.rawValue).json"
    return Place(
      name: name, fingerprint: fingerprint, state: state,
      path: "\(folder(of: name))/\(fingerprint).\(ending)")
  }

  func exists(_ place: Place) -> Bool { places(of: place.name).contains(place) }

  /// The record of a file.
  ///
  /// - Throws: `Failure` with status 65 where it is damaged, of a later schema, of another machine than its name
  ///   says, or behind a symbolic link, which may lead anywhere.
  func read(_ place: Place) throws(Failure) -> (named: NamedRecord, bytes: [UInt8]) {
    for path in [folder(of: place.name), place.path] {
      guard (try? FilePath(path).stat(followTargetSymlink: false).type) != .symbolicLink else {
        throw Failure(
          .badInput,
          "\(path) is a symbolic link, and a baseline is a file in its own folder; put the file there"
        )
      }
    }
    let (named, bytes) = try RecordFile.readWithBytes(place.path, as: "baseline")
    let own = try fingerprint(of: named)
    guard own == place.fingerprint else {
      throw Failure(
        .badInput,
        "the baseline \(place.path) is of the machine \(own), and its name says another; save it again with "
          + "tenfold baseline save")
    }
    return (named, bytes)
  }

  /// A file with its record, or with the reason why that cannot be read.
  func look(at place: Place) -> StoredBaseline {
    func stored(_ record: NamedRecord?, _ fault: String?) -> StoredBaseline {
      StoredBaseline(
        name: place.name, fingerprint: place.fingerprint, state: place.state, path: place.path,
        record: record, fault: fault)
    }
    do {
      return stored(try read(place).named, nil)
    } catch {
      return stored(nil, "\(error)")
    }
  }

  /// The machine and toolchain of a record.
  func fingerprint(of named: NamedRecord) throws(Failure) -> MachineFingerprint {
    do {
      return try MachineFingerprint(of: named.record)
    } catch {
      throw Failure(.badInput, "the record \(named.name) is refused: \(error)")
    }
  }

  /// Stores a record under a name: as the current baseline where its machine has none, else as the candidate.
  ///
  /// What is current is never replaced, not even by two that save at once: the whole file is written under a name
  /// that no other process uses, and then linked.
  ///
  /// - Throws: `Failure` with status 73 or 74 where the folder does not take it.
  func save(
    _ bytes: [UInt8], _ name: BaselineName, _ fingerprint: MachineFingerprint
  ) throws(Failure) -> Place {
    let current = place(name, fingerprint, .current)
    try makeFolder(of: name)
    if !exists(current) {
      let draft = "\(folder(of: name))/.\(UUID().uuidString)"
      try OutputFile(draft).write(bytes)
      defer { try? FileManager.default.removeItem(atPath: draft) }
      do {
        try FileManager.default.linkItem(atPath: draft, toPath: current.path)
        return current
      } catch {
        guard exists(current) else {
          throw Failure(
            .ioError, "\(current.path) could not be written (\(InputFile.reason(error))); try again"
          )
        }
      }
    }
    let candidate = place(name, fingerprint, .candidate)
    try OutputFile(candidate.path).write(bytes)
    return candidate
  }

  /// Puts bytes in the place of what is there, whole or not at all.
  func replace(_ place: Place, with bytes: [UInt8]) throws(Failure) {
    try makeFolder(of: place.name)
    try OutputFile(place.path, replacesInput: true).write(bytes)
  }

  /// Takes away a candidate that has become current.
  func remove(_ place: Place) throws(Failure) {
    do {
      try FileManager.default.removeItem(atPath: place.path)
    } catch {
      throw Failure(
        .ioError,
        "\(place.path) is current now but could not be removed (\(InputFile.reason(error))); remove it"
      )
    }
  }

  private func folder(of name: BaselineName) -> String { "\(directory)/\(name.folder)" }

  private func entries(of folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  private func makeFolder(of name: BaselineName) throws(Failure) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder(of: name), withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cannotCreate,
        "\(folder(of: name)) cannot be created (\(InputFile.reason(error))); name another --directory"
      )
    }
  }
}

extension BaselineStore {
  /// The current baseline of a name for the machine of a record.
  ///
  /// - Throws: `Failure` with status 5 where there is none, which lists those that there are or names the fields in
  ///   which machines differ; 65 for one that cannot be read.
  func baseline(_ name: BaselineName, for head: NamedRecord) throws(Failure) -> NamedRecord {
    let place = place(name, try fingerprint(of: head), .current)
    if exists(place) { return try read(place).named }
    let others = places(of: name).filter { $0.state == .current }
    guard !others.isEmpty else {
      throw Failure(
        .notComparable,
        "there is no baseline @\(name) in \(directory); \(listing), or save one with tenfold baseline save "
          + "RECORD --name \(name)")
    }
    // The machine that is least unlike is the one that was most likely meant.
    var nearest: [String] = []
    for other in others {
      let differences = MachineFingerprint.differences(try read(other).named.record, head.record)
      if nearest.isEmpty || differences.count < nearest.count { nearest = differences }
    }
    throw Failure(
      .notComparable,
      "@\(name) has no baseline of the machine of \(head.name): \(nearest.joined(separator: "; ")); measure on "
        + "the baseline's machine with its toolchain, or save one of this machine with tenfold baseline save"
    )
  }

  /// Which names there are, as the beginning of advice.
  var listing: String {
    let names = names.map { "@\($0)" }
    return names.isEmpty ? "there are none at all" : "there are \(names.joined(separator: ", "))"
  }
}
