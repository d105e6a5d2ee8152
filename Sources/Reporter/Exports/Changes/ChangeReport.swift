import ModelSpec

/// What two builds were found to differ by, cell by cell: the one value that every form for other programs
/// is written from, whether `tenfold compare` or `tenfold gate` found it.
///
/// Strings are as they came from files: whoever writes a form escapes every one of them.
public struct ChangeReport: Sendable {
  /// The command that found it: `tenfold compare`.
  public let title: String
  /// When the head was measured, RFC 3339.
  public let created: String
  /// What is held against.
  public let base: Origin
  /// What is judged.
  public let head: Origin
  /// The machine that both ran on.
  public let machine: MachineIdentity
  /// What was asked for, as names with their values.
  public let options: [Page.Fact]
  /// What all cells say together.
  public let verdict: CompareVerdict
  /// The verdict in a sentence or two.
  public let summary: String
  /// Whatever a reader should know.
  public let cautions: [String]
  /// What the gate found out about itself; empty for a comparison, which has no controls.
  public let controls: [Control]
  /// Every cell, most urgent first, those that could not be compared among them.
  public let cells: [Cell]

  /// One of the two sides.
  public struct Origin: Hashable, Sendable {
    /// As the user named it: a record, a revision, a command.
    public let name: String
    /// The source revision, `nil` where it is not known.
    public let commit: String?
    /// What else is known, as names with their values: when it was measured, how that ended.
    public let facts: [Page.Fact]
  }

  /// A measurement whose answer is known.
  public struct Control: Hashable, Sendable {
    /// Its name and the cell that it was measured on: `dose of olmoe-1b-7b/…`.
    public let name: String
    /// Whether it came out as it must.
    public let passed: Bool
    /// What was done and what was seen, as a sentence.
    public let finding: String
  }

  /// A cell of either build or both.
  public struct Cell: Hashable, Sendable {
    /// Its pairing and conditions, or what a command calls it.
    public let id: String
    /// What the measurements say of it.
    public let verdict: CompareVerdict
    /// Why, as a clause without a full stop.
    public let reason: String
    /// How much longer a pass of the head takes, as a fraction; `nil` where that is not known.
    public let change: ChangeEstimate?
    /// Seconds of a base pass; `nil` where it was not measured.
    public let base: Estimate?
    /// Seconds of a head pass; `nil` where it was not measured.
    public let head: Estimate?
    /// Rounds behind `head`.
    public let rounds: Int
    /// The slowdown that is excluded, as a fraction; `nil` where there is none.
    public let bound: Double?
    /// The slowdown, as a fraction, that would be found nine times in ten; `nil` where it is not known.
    public let detectable: Double?
    /// p-value of the test for a slowdown beyond the tolerance; `nil` without one.
    public let probability: Double?
    /// The command that would resolve an inconclusive cell.
    public let command: String?
    /// Counts of a pass that are equal every time.
    public let work: [GateDocument.WorkCount]
  }
}

extension ChangeReport {
  /// The machine in a line.
  public var machineInWords: String { machine.hardware }

  /// The times of the head, for programs that follow a build from commit to commit: by name, because the most
  /// urgent are others every time.
  public var run: MeasuredRun {
    MeasuredRun(
      title: title, created: created, commit: head.commit, machine: machine,
      series: cells.sorted { $0.id < $1.id }.compactMap { cell in
        cell.head.map { seconds in
          .init(
            cell: cell.id, seconds: seconds, rounds: cell.rounds, note: cell.verdict.rawValue,
            work: cell.work.compactMap { count in
              count.head.map { .init(name: count.name, count: $0) }
            })
        }
      })
  }

  /// Cells by how urgent they are, in their own order where they are equally urgent.
  static func mostUrgentFirst(_ cells: [Cell]) -> [Cell] {
    CompareVerdict.allCases.flatMap { verdict in cells.filter { $0.verdict == verdict } }
  }
}
