import FoundationEssentials
import ModelSpec
import Statistics

#if canImport(Glibc)
  import Glibc
#endif

/// How often a gate was right, from trials whose right answer is known: false alarms, power, coverage, time.
public struct OperatingCharacteristic {
  private let trials: [GateTrial]
  private let comparisons: [ComparisonTrial]

  /// The characteristic of these trials of gates and of comparisons.
  public init(of trials: [GateTrial], comparisons: [ComparisonTrial] = []) {
    self.trials = trials
    self.comparisons = comparisons
  }

  /// The noise up to which powers are promised: the standard deviation between neighbouring slices.
  public static let quietDeviation = 0.04

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
    /// Cells that were confirmed, whatever came of it: they share the error rate.
    public var flagged: Rate
    /// Cells that were called a regression, of those on which the machine was quiet (`quietDeviation`).
    public var regressionsWhereQuiet: Rate
    /// Cells whose confirmation would also say so if another cell shared the error rate with them.
    public var regressionsBesideAnother: Rate
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
    /// The longest that a gate took without its confirmation.
    public var screenSecondsMost: Double
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
    let quiet = cells.filter { ($0.deviationOfSlices ?? .infinity) <= Self.quietDeviation }
    let deviations = cells.compactMap(\.deviationOfSlices)
    return Row(
      kind: key.kind, edition: key.edition, cpu: key.cpu, dose: key.dose,
      neighbour: key.neighbour, trials: trials.count, decisions: cells.count,
      regressions: rate(.regression), passes: rate(.pass), inconclusive: rate(.inconclusive),
      improvements: rate(.improvement),
      flagged: Rate(cells.count { !$0.confirmation.isEmpty }, of: cells.count),
      regressionsWhereQuiet: Rate(
        quiet.count { $0.verdict == .regression }, of: quiet.count),
      regressionsBesideAnother: Rate(
        trials.reduce(0) { $0 + $1.regressionsBesideAnother }, of: cells.count),
      failedControls: Rate(trials.count { !$0.failedControls.isEmpty }, of: trials.count),
      coverage: Rate(
        intervals.count { $0.low <= key.dose && key.dose <= $0.high }, of: intervals.count),
      secondsMedian: trials.map(\.seconds).median,
      confirmationSecondsMedian: confirmations.isEmpty ? nil : confirmations.median,
      confirmationSecondsMost: confirmations.max(),
      screenSecondsMost: trials.map { $0.seconds - $0.confirmationSeconds }.max() ?? 0,
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
}

extension GateTrial {
  /// Cells whose confirmation would call them a regression if one cell more shared the error rate.
  fileprivate var regressionsBesideAnother: Int {
    let level = suiteErrorRate / Double(1 + (confirmedCells ?? 1))
    return cells.count { cell in
      cell.verdict == .regression
        && SignFlipTest.probability(cell.confirmation, above: log1p(tolerance)) <= level
    }
  }
}
