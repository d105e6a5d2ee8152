import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold baseline`: records that later builds are compared with, kept by name and machine.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Keeps records that later builds are compared with.",
    discussion: """
      A baseline is a record (tenfold.result/1) under a name, one for each machine and toolchain. \
      tenfold compare @NAME HEAD finds that of HEAD's machine. What is stored is of another day, so a \
      comparison with it is advice; to decide, measure both builds in one job.
      """,
    subcommands: [
      SaveCommand.self, ListCommand.self, ShowCommand.self, PromoteCommand.self,
    ])
}

/// The options of all commands that look at stored baselines.
struct StoreOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of stored baselines.", valueName: "directory"))
  var directory = BaselineStore.usualDirectory

  var store: BaselineStore { BaselineStore(directory: directory) }
}

extension OptionValue {
  /// `main`: the name of a baseline.
  static func baselineName(_ text: String) throws(OptionError) -> BaselineName {
    do {
      return try BaselineName(text)
    } catch {
      throw OptionError("\(error)")
    }
  }

  /// `7f3a901bc2de`: a machine and toolchain.
  static func fingerprint(_ text: String) throws(OptionError) -> MachineFingerprint {
    guard let fingerprint = MachineFingerprint(text) else {
      throw OptionError(
        "'\(text)' is no machine; give twelve hexadecimal digits, as tenfold baseline list shows them"
      )
    }
    return fingerprint
  }
}

extension BaselineCommand {
  /// `tenfold baseline save`: a record becomes a baseline, or a candidate for one.
  struct SaveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "save", abstract: "Stores a record under a name, for its machine.",
      discussion: """
        Where the machine has a baseline of that name, the record waits beside it as its candidate until it is \
        promoted. What is current is never replaced.
        """)

    @Argument(help: "The record to store.")
    var record: String

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("The name to store it under (default: main).", valueName: "name"),
      transform: OptionValue.baselineName)
    var name: BaselineName?

    @Flag(help: "Store also a record that is not complete.")
    var force = false

    @OptionGroup var stored: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let name = try self.name ?? OptionValue.baselineName("main")
      let (named, bytes) = try RecordFile.readWithBytes(record)
      let destination = try output.destination()
      try BaselineCommand.requireComplete(named, force: force)
      let store = stored.store
      let machine = try store.fingerprint(of: named)
      let candidate = store.place(name, machine, .candidate)
      let replacesCandidate = store.exists(candidate)
      let place = try store.save(bytes, name, machine)
      if place == candidate, replacesCandidate {
        StandardStream.note("tenfold: it takes the place of an earlier candidate, \(place.path)")
      }
      let report = BaselinesReport(
        directory: store.directory,
        action: place.state == .current ? .saved : .keptAsCandidate,
        baselines: [store.look(at: place)])
      try destination.write(output.render(report.page, document: report.document))
    }
  }

  /// `tenfold baseline list`: all stored baselines.
  struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the stored baselines.")

    @OptionGroup var stored: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = stored.store
      let baselines = store.names.flatMap(store.places).map(store.look)
      let report = BaselinesReport(directory: store.directory, baselines: baselines)
      try output.destination().write(output.render(report.page, document: report.document))
      try BaselineCommand.requireReadable(baselines)
    }
  }

  /// `tenfold baseline show`: one name on all machines, and what its candidate changes.
  struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows the baselines of a name, and what a candidate would change.")

    @Argument(help: "The name.", transform: OptionValue.baselineName)
    var name: BaselineName

    @OptionGroup var machine: MachineOption
    @OptionGroup var stored: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = stored.store
      let places = try BaselineCommand.places(of: name, in: store, machine.machine)
      let baselines = places.map(store.look)
      let machines = Set(places.map(\.fingerprint))
      var comparison: RecordComparison?
      if machines.count == 1, let base = baselines.first(where: { $0.state == .current })?.record,
        let head = baselines.first(where: { $0.state == .candidate })?.record
      {
        do {
          comparison = try RecordComparison(
            base: base, head: head, tolerance: CompareCommand.usualTolerance, stored: name)
        } catch {
          StandardStream.note(
            "tenfold: the candidate (HEAD) cannot be compared with what is current (BASE): \(error)"
          )
        }
      }
      let report = BaselinesReport(
        directory: store.directory, baselines: baselines, comparison: comparison)
      try output.destination().write(output.render(report.page, document: report.document))
      try BaselineCommand.requireReadable(baselines)
    }
  }

  /// Which machine's baseline is meant.
  struct MachineOption: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The machine, by its fingerprint, where a name has several.", valueName: "fingerprint"),
      transform: OptionValue.fingerprint)
    var machine: MachineFingerprint?
  }

  /// The files of a name, of one machine where one is named.
  ///
  /// - Throws: `Failure` with status 5 where there are none.
  static func places(
    of name: BaselineName, in store: BaselineStore, _ machine: MachineFingerprint?
  ) throws(Failure) -> [BaselineStore.Place] {
    let all = store.places(of: name)
    guard !all.isEmpty else {
      throw Failure(
        .notComparable, "there is no baseline @\(name) in \(store.directory); \(store.listing)")
    }
    let own = all.filter { machine == nil || $0.fingerprint == machine }
    guard !own.isEmpty else {
      let machines = all.map { "\($0.fingerprint)" }.uniqued().joined(separator: ", ")
      throw Failure(
        .notComparable,
        "@\(name) has no baseline of the machine \(machine?.description ?? ""); there are \(machines)"
      )
    }
    return own
  }

  /// Refuses a record against which nothing could pass.
  ///
  /// - Throws: `Failure` with status 3.
  static func requireComplete(_ named: NamedRecord, force: Bool) throws(Failure) {
    let record = named.record
    guard !force, record.status != .complete || record.options.effort != nil else { return }
    throw Failure(
      .inconclusive,
      "\(named.name) is \(record.status == .complete ? "measured with a token effort" : record.status.rawValue), "
        + "so nothing could pass against it; measure to the end, or give --force")
  }

  /// - Throws: `Failure` with status 65 for the first that cannot be read.
  static func requireReadable(_ baselines: [StoredBaseline]) throws(Failure) {
    if let fault = baselines.lazy.compactMap(\.fault).first { throw Failure(.badInput, fault) }
  }
}
