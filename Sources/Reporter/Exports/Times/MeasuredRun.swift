import ModelSpec

/// The times that one run found: what programs read that follow a build from commit to commit.
///
/// Strings are visible characters on one line, whatever they were in files; names are distinct.
public struct MeasuredRun: Sendable {
  /// The command that measured: `tenfold run`.
  public let title: String
  /// When measuring began, RFC 3339.
  public let created: String
  /// The source revision of what was measured, `nil` where it is not known.
  public let commit: String?
  /// The machine that it was measured on.
  public let machine: MachineIdentity
  /// One for each cell and side that has times, with names that no other has.
  public let series: [Series]

  /// What one build took for one pass, in a cell and on a side of it.
  public struct Series: Hashable, Sendable {
    /// The cell's id.
    public fileprivate(set) var cell: String
    /// The side of a pairing, `candidate` or `baseline`; `nil` where a cell has one side only.
    public let side: String?
    /// Seconds of one pass.
    public let seconds: Estimate
    /// Baseline seconds / candidate seconds, on the candidate's side; above 1 is a saving.
    public let timeRatio: Estimate?
    /// Rounds behind the estimates.
    public let rounds: Int
    /// A word or two that belong to the figures, such as a verdict.
    public let note: String?
    /// Counts of a pass that are equal every time.
    public let work: [WorkAmount]

    init(
      cell: String, side: String? = nil, seconds: Estimate, timeRatio: Estimate? = nil,
      rounds: Int, note: String? = nil, work: [WorkAmount] = []
    ) {
      self.cell = cell
      self.side = side
      self.seconds = seconds
      self.timeRatio = timeRatio
      self.rounds = rounds
      self.note = note
      var taken: Set<String> = []
      self.work = work.map { amount in
        let name = Escaping.numbered(Escaping.terminal(amount.name), besides: &taken)
        return WorkAmount(name: name, count: amount.count)
      }
    }

    /// The name of the seconds: the cell's id, with the side where there are two.
    public var name: String { side.map { "\(cell)/\($0)" } ?? cell }
    /// The name of the ratio.
    public var ratioName: String { "\(cell)/time-ratio" }
  }

  /// How often a pass does something.
  public struct WorkAmount: Hashable, Sendable {
    /// What is counted: `flops`.
    public let name: String
    /// How often.
    public let count: Int
  }

  init(
    title: String, created: String, commit: String?, machine: MachineIdentity, series: [Series]
  ) {
    self.title = title
    self.created = Escaping.terminal(created)
    self.commit = commit.map(Escaping.terminal)
    self.machine = machine
    self.series = Self.distinct(series)
  }

  /// The times of a record's cells: candidate and baseline of each, by their rounds.
  public init(_ named: NamedRecord) {
    let record = named.record
    let measured = record.cells.filter { $0.status ?? .measured == .measured }
    self.init(
      title: "tenfold run", created: record.created, commit: named.commit, machine: record.machine,
      series: CellMatching.named(measured).flatMap { id, cell in
        let (sides, ratio) = (cell.sides, cell.timeRatio)
        func series(_ name: String, _ side: Side, _ seconds: [Double], _ ratio: Estimate?)
          -> Series?
        {
          Estimate(ofRounds: seconds).map {
            Series(
              cell: id, side: name, seconds: $0, timeRatio: ratio, rounds: seconds.count,
              work: [.init(name: "flops", count: side.flops)])
          }
        }
        return [
          series(
            "candidate", sides.candidate, cell.rounds.map(\.candidateSeconds),
            Estimate(ratio.median, low: ratio.low, high: ratio.high)),
          series("baseline", sides.baseline, cell.rounds.map(\.baselineSeconds), nil),
        ].compactMap(\.self)
      })
  }

  /// The series with names that can be seen, numbered where two would otherwise have one.
  private static func distinct(_ series: [Series]) -> [Series] {
    var taken: Set<String> = []
    /// Names of cells with two sides, which share one.
    var shared: [String: String] = [:]
    return series.map { original in
      var series = original
      series.cell =
        shared[original.cell]
        ?? Escaping.numbered(Escaping.terminal(original.cell), besides: &taken)
      if original.side != nil { shared[original.cell] = series.cell }
      return series
    }
  }
}

extension MeasuredRun.Series {
  /// Nanoseconds of one pass; `nil` for more than a number can hold.
  var nanoseconds: Estimate? { seconds.scaled(by: 1e9) }
}

extension MachineIdentity {
  /// Twelve hexadecimal digits that are the same for every run on one kind of machine, and others on any other.
  ///
  /// A history of times is of one machine: another processor would be a change point that no commit made. It
  /// goes by what decides about times and stays from one start to the next: processor, how many CPUs there
  /// are and may be used, last-level caches, memory in whole GiB, hypervisor. Kernel and system are not in it, for
  /// an update is a change that a history should show. The host's name is in no document at all.
  public var fingerprint: String {
    let gibibytes = (max(0, memoryBytes) + (1 << 30) - 1) >> 30
    let fields: [String?] = [
      cpu, architecture, cpuSignature, "\(logicalCPUs)", "\(effectiveCPUs)",
      lastLevelCacheBytes.map { "\($0)" }, lastLevelCaches.map { "\($0)" }, "\(gibibytes)",
      hypervisor,
    ]
    // With its length before each field, no two lists of fields are one text.
    let text = fields.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
    return String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(12))
  }
}
