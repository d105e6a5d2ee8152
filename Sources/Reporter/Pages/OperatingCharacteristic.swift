import ModelSpec
import Statistics

/// How often a gate was right, from trials whose right answer is known: false alarms, power, coverage, time.
public struct OperatingCharacteristic {
  private let trials: [GateTrial]
  private let comparisons: [ComparisonTrial]

  /// The characteristic of these trials of gates and of comparisons.
  public init(of trials: [GateTrial], comparisons: [ComparisonTrial] = []) {
    self.trials = trials
    self.comparisons = comparisons
  }

  /// How often something happened, with the exact 95 % interval of its probability (Clopper and Pearson).
  public struct Rate: Codable, Hashable, Sendable {
    /// How often it happened.
    public var hits: Int
    /// Out of so many.
    public var of: Int
    /// Lower end of the interval.
    public var low: Double
    /// Upper end of the interval.
    public var high: Double

    init(_ hits: Int, of count: Int) {
      self.hits = hits
      self.of = count
      (low, high) = Binomial.interval(hits: hits, of: count)
    }

    /// `0/300 (0-1 %)`.
    var text: String {
      guard of > 0 else { return "-" }
      let (low, high) = (Figures.significant(low * 100, trimmed: true), Figures.percent(high))
      return "\(hits)/\(of) (\(low)-\(high))"
    }
  }

  /// One row: trials of one kind, dose and neighbour, on one kind of processor.
  public struct Row: Codable, Hashable, Sendable {
    /// `aa`, `dose`, `coverage`.
    public var kind: String
    /// The edition of the protocol.
    public var edition: Int
    /// The processor.
    public var cpu: String
    /// How much more the head did, as a fraction.
    public var dose: Double
    /// The share of a core that a neighbour burned.
    public var neighbour: Double
    /// Trials.
    public var trials: Int
    /// Decisions on cells.
    public var decisions: Int
    /// Cells that were called a regression.
    public var regressions: Rate
    /// Cells that passed.
    public var passes: Rate
    /// Cells that were left open.
    public var inconclusive: Rate
    /// Cells that were called an improvement.
    public var improvements: Rate
    /// Trials whose controls failed, so that the gate decided nothing.
    public var failedControls: Rate
    /// Intervals that hold the dose.
    public var coverage: Rate
    /// Median seconds of a gate.
    public var secondsMedian: Double
    /// Median and longest seconds of a confirmation, of gates that had one.
    public var confirmationSecondsMedian: Double?
    /// The longest.
    public var confirmationSecondsMost: Double?
    /// Median over cells of the robust standard deviation between neighbouring slices.
    public var deviationOfSlices: Double?
  }

  /// One row of comparisons: pairs of records of one kind, on one kind of processor.
  public struct ComparisonRow: Codable, Hashable, Sendable {
    /// `same` or `tenth-pass-twice`.
    public var kind: String
    /// The processor.
    public var cpu: String
    /// Pairs that were called a regression.
    public var regressions: Rate
    /// Pairs that passed, also with an improvement.
    public var passes: Rate
    /// Pairs of which nothing could be told.
    public var inconclusive: Rate
  }

  /// The JSON document `tenfold.operating-characteristic/1`.
  public struct Document: Codable, Hashable, Sendable {
    /// Name and version of the schema.
    public var schema = "tenfold.operating-characteristic/1"
    /// The rows of gates.
    public var rows: [Row]
    /// The rows of comparisons; absent where there were none.
    public var comparisons: [ComparisonRow]?
  }

  /// The rows as a document.
  public var document: Document {
    Document(rows: rows, comparisons: comparisonRows.isEmpty ? nil : comparisonRows)
  }

  private struct Key: Hashable {
    let kind: String
    let edition: Int
    let cpu: String
    let dose: Double
    let neighbour: Double

    init(_ trial: GateTrial) {
      kind = trial.kind
      edition = trial.edition
      cpu = trial.cpuName
      dose = trial.dose
      neighbour = trial.neighbour
    }

    var order: (String, Int, String, Double, Double) { (kind, -edition, cpu, neighbour, dose) }
  }

  private var rows: [Row] {
    Dictionary(grouping: trials, by: Key.init).sorted { $0.key.order < $1.key.order }.map {
      row($0.key, $0.value)
    }
  }

  private func row(_ key: Key, _ trials: [GateTrial]) -> Row {
    let cells = trials.flatMap(\.cells)
    func rate(_ verdict: CompareVerdict) -> Rate {
      Rate(cells.count { $0.verdict == verdict }, of: cells.count)
    }
    let intervals = cells.compactMap(\.change)
    let confirmations = trials.map(\.confirmationSeconds).filter { $0 > 0 }
    let deviations = cells.compactMap(\.deviationOfSlices)
    return Row(
      kind: key.kind, edition: key.edition, cpu: key.cpu, dose: key.dose,
      neighbour: key.neighbour, trials: trials.count, decisions: cells.count,
      regressions: rate(.regression), passes: rate(.pass), inconclusive: rate(.inconclusive),
      improvements: rate(.improvement),
      failedControls: Rate(trials.count { !$0.failedControls.isEmpty }, of: trials.count),
      coverage: Rate(
        intervals.count { $0.low <= key.dose && key.dose <= $0.high }, of: intervals.count),
      secondsMedian: trials.map(\.seconds).median,
      confirmationSecondsMedian: confirmations.isEmpty ? nil : confirmations.median,
      confirmationSecondsMost: confirmations.max(),
      deviationOfSlices: deviations.isEmpty ? nil : deviations.median)
  }

  private var comparisonRows: [ComparisonRow] {
    Dictionary(grouping: comparisons) { [$0.cpuName, $0.kind.rawValue] }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { key, pairs in
        func rate(_ verdicts: CompareVerdict...) -> Rate {
          Rate(pairs.count { verdicts.contains($0.verdict) }, of: pairs.count)
        }
        return ComparisonRow(
          kind: key[1], cpu: key[0], regressions: rate(.regression),
          passes: rate(.pass, .improvement), inconclusive: rate(.inconclusive))
      }
  }

  /// The characteristic as a page.
  public var page: Page {
    var blocks: [Page.Block] = [
      .title("Operating characteristic of the gate"),
      .paragraph(
        "What gates said whose right answer is known, on real machines; every trial is in "
          + "Results/calibration. Behind each number of cells or trials is the exact 95 % interval of the "
          + "probability (Clopper and Pearson). Noise is the standard deviation between neighbouring slices of "
          + "the two sides, the median over cells."),
    ]
    let groups = Dictionary(grouping: rows) { "\($0.cpu), protocol edition \($0.edition)" }
    for (title, rows) in groups.sorted(by: { $0.key < $1.key }) {
      blocks += [
        .heading(title), .table(Self.verdicts(rows)), .table(Self.times(rows)),
      ]
    }
    if !comparisonRows.isEmpty {
      blocks += [
        .heading("Comparisons of two records"),
        .paragraph(
          "What compare said of two records of one build, measured one after the other, as if they were of two: "
            + "as they are, and with one candidate pass in ten of the later one counted twice."),
        .table(Self.verdicts(comparisonRows)),
      ]
    }
    return Page(blocks)
  }

  private static func verdicts(_ rows: [ComparisonRow]) -> Table {
    Table(
      columns: [
        .init("processor"), .init("kind"), .init("regression"), .init("pass"), .init("open"),
      ],
      rows: rows.map { row in
        Table.Row([
          .init(row.cpu), .init(row.kind), .init(row.regressions.text), .init(row.passes.text),
          .init(row.inconclusive.text),
        ])
      })
  }

  private static func trial(_ row: Row) -> [Table.Entry] {
    [
      .init(row.kind), .init(Figures.percent(row.dose)),
      .init(row.neighbour > 0 ? Figures.percent(row.neighbour) : "-"),
    ]
  }

  private static let trialColumns: [Table.Column] = [
    .init("kind"), .init("dose", .right), .init("neighbour", .right),
  ]

  private static func verdicts(_ rows: [Row]) -> Table {
    Table(
      columns: trialColumns + [.init("regression"), .init("pass"), .init("open")],
      rows: rows.map { row in
        Table.Row(
          trial(row) + [
            .init(row.regressions.text), .init(row.passes.text), .init(row.inconclusive.text),
          ])
      })
  }

  private static func times(_ rows: [Row]) -> Table {
    func seconds(_ value: Double?) -> String {
      value.map { Figures.significant($0, digits: 3) } ?? "-"
    }
    return Table(
      columns: trialColumns + [
        .init("interval holds"), .init("controls failed"), .init("noise", .right),
        .init("gate, s", .right), .init("confirm, s", .right), .init("most, s", .right),
      ],
      rows: rows.map { row in
        Table.Row(
          trial(row) + [
            .init(row.coverage.text), .init(row.failedControls.text),
            .init(row.deviationOfSlices.map(Figures.percent) ?? "-"),
            .init(seconds(row.secondsMedian)), .init(seconds(row.confirmationSecondsMedian)),
            .init(seconds(row.confirmationSecondsMost)),
          ])
      })
  }
}
