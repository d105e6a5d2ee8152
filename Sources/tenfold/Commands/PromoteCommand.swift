import ArgumentParser
import ModelSpec
import Reporter

extension BaselineCommand {
  /// `tenfold baseline promote`: a candidate takes the place of the current baseline.
  struct PromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "promote",
      abstract: "Makes a candidate the current baseline, and tells what that changes.",
      discussion: """
        With --as the current baseline of NAME becomes that of another name. What is there already is held \
        against it first: exits with 2 and changes nothing where it is slower, with 3 where that cannot be \
        told, and with 5 where the two cannot be compared, unless --force is given.
        """)

    @Argument(help: "The name.", transform: OptionValue.baselineName)
    var name: BaselineName

    @Option(
      name: .customLong("as"), parsing: .unconditional,
      help: ArgumentHelp("Another name that it becomes the baseline of.", valueName: "name"),
      transform: OptionValue.baselineName)
    var other: BaselineName?

    @Flag(help: "Promote also what is slower, or cannot be told from slower.")
    var force = false

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "The loss that is accepted, as in tenfold compare (default: 3%).", valueName: "percentage"),
      transform: OptionValue.percentage)
    var tolerance = CompareCommand.usualTolerance

    @OptionGroup var machine: MachineOption
    @OptionGroup var stored: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let store = stored.store
      let source = try source(in: store)
      let target = store.place(other ?? name, source.fingerprint, .current)
      guard source != target else {
        throw Failure(.usage, "@\(name) is that baseline already; name another with --as")
      }
      let (head, bytes) = try store.read(source)
      try BaselineCommand.requireComplete(head, force: force)
      let comparison = try store.exists(target) ? compare(store, target, with: head) : nil
      let destination = try output.destination()
      let objection = comparison.flatMap(Self.objection)
      if objection == nil || force {
        try store.replace(target, with: bytes)
        if source.state == .candidate { try store.remove(source) }
      }
      let isDone = objection == nil || force
      let report = BaselinesReport(
        directory: store.directory, action: isDone ? .promoted : .refused,
        baselines: [store.look(at: isDone ? target : source)], comparison: comparison)
      try destination.write(output.render(report.page, document: report.document))
      if !isDone, let objection {
        let reason = objection == .regression ? "is slower" : "cannot be told from a slower one"
        throw Failure(
          objection,
          "@\(target.name) stays as it is, for the candidate \(reason); measure again, or give --force"
        )
      }
    }

    /// What is promoted: the candidate of the name, or its current baseline for another name.
    private func source(in store: BaselineStore) throws(Failure) -> BaselineStore.Place {
      let wanted: StoredBaseline.State = other == nil ? .candidate : .current
      let places = try BaselineCommand.places(of: name, in: store, machine.machine)
        .filter { $0.state == wanted }
      guard let first = places.first else {
        throw Failure(
          .notComparable,
          "@\(name) has no candidate to promote; tenfold baseline save RECORD --name \(name) makes one"
        )
      }
      guard places.count == 1 else {
        throw Failure(
          .usage,
          "@\(name) has several machines (\(places.map { "\($0.fingerprint)" }.joined(separator: ", "))); "
            + "name one with --machine")
      }
      return first
    }

    /// What the candidate changes; `nil` where it cannot be compared and that is no matter.
    private func compare(
      _ store: BaselineStore, _ target: BaselineStore.Place, with head: NamedRecord
    ) throws(Failure) -> RecordComparison? {
      // One that cannot be read is refused: it is never taken for none.
      let base = try store.read(target).named
      do {
        return try RecordComparison(
          base: base, head: head, tolerance: tolerance, stored: target.name)
      } catch {
        if force { return nil }
        throw Failure(
          .notComparable,
          "the current @\(target.name) (BASE) and \(head.name) (HEAD) cannot be compared: \(error); or give "
            + "--force")
      }
    }

    /// Why a comparison speaks against promoting; `nil` where it does not.
    private static func objection(_ comparison: RecordComparison) -> ExitStatus? {
      switch comparison.verdict {
      case .pass, .improvement: nil
      case .regression: .regression
      case .inconclusive: .inconclusive
      }
    }
  }
}
