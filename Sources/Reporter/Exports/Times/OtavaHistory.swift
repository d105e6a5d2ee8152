import FoundationEssentials
import ModelSpec

/// The times of one machine, run by run, for Apache Otava, which finds the commits at which they changed.
///
/// Otava has no answer for a table with holes: an empty field ends the analysis, and a `nan` spoils its
/// series. So a row is a run that ended, and a column is a series that every row has; `notes` tell what that
/// leaves out. Rows ascend by time, because Otava takes them as they stand. Of another machine no row is
/// accepted, for its times would be a change that no commit made.
public struct OtavaHistory: Sendable {
  /// A run as the user names it.
  public struct Source: Sendable {
    /// The file's path, or another name that tells runs apart.
    public let name: String
    /// Its times.
    public let run: MeasuredRun
    /// Whether it came to its end.
    public let isComplete: Bool

    /// A run and its name.
    public init(name: String, run: MeasuredRun, isComplete: Bool) {
      self.name = name
      self.run = run
      self.isComplete = isComplete
    }
  }

  /// What no row or no column was made of, each as a sentence.
  public let notes: [String]
  /// The machine that all rows are of.
  public let fingerprint: String
  private let rows: [Row]
  private let metrics: [Metric]

  private struct Row {
    let date: Date
    let run: MeasuredRun
    let values: [String: Double]
  }

  /// A column with numbers.
  private struct Metric {
    /// Its name in the file, and in what Otava prints.
    let column: String
    /// Its series in a run (`MeasuredRun.Series.name`, `.ratioName`).
    let series: String
    /// 1 where larger is better, -1 where smaller is.
    let direction: Int
  }

  /// A history of runs in any order.
  ///
  /// - Throws: `OtavaError` for runs of two machines, a time that is none, or runs without a cell in common.
  public init(_ sources: [Source]) throws(OtavaError) {
    guard let first = sources.first else { throw .nothingInCommon([]) }
    fingerprint = first.run.machine.fingerprint
    var rows: [Row] = []
    var notes: [String] = []
    let hasComplete = sources.contains(where: \.isComplete)
    for source in sources {
      let own = source.run.machine.fingerprint
      guard own == fingerprint else {
        throw .otherMachine(first.name, fingerprint, source.name, own)
      }
      guard let date = RFC3339.date(source.run.created) else {
        throw .noTime(source.name, source.run.created)
      }
      guard source.isComplete || !hasComplete else {
        notes.append("\(source.name) did not come to its end and is no row")
        continue
      }
      rows.append(Row(date: date, run: source.run, values: Self.values(of: source.run)))
    }
    self.rows = rows.sorted { $0.date < $1.date }
    var lacking: [String] = []
    var taken: Set<String> = Set(Self.attributes + [Self.timeColumn])
    metrics = Self.columns(of: rows.map(\.run)).compactMap { name, direction in
      guard rows.allSatisfy({ $0.values[name] != nil }) else {
        lacking.append(name)
        return nil
      }
      return Metric(
        column: Escaping.numbered(SpreadsheetText.plain(name), besides: &taken), series: name,
        direction: direction)
    }
    guard !metrics.isEmpty else { throw .nothingInCommon(sources.map(\.name)) }
    if !lacking.isEmpty {
      let named = lacking.prefix(Self.mostNamed).joined(separator: ", ")
      let more = lacking.count - Self.mostNamed
      notes.append(
        "\(Figures.count(lacking.count, "column")) \(lacking.count == 1 ? "is" : "are") left out, for not "
          + "every run has them: \(named)" + (more > 0 ? " and \(more) more" : ""))
    }
    self.notes = notes
  }

  /// Columns that a note names.
  private static let mostNamed = 3

  /// Seconds and ratios by the names of their series.
  private static func values(of run: MeasuredRun) -> [String: Double] {
    var values: [String: Double] = [:]
    for series in run.series {
      values[series.name] = series.seconds.value
      if let ratio = series.timeRatio { values[series.ratioName] = ratio.value }
    }
    return values
  }

  /// The names of all series, each with its direction; ascending, so that rows of runs that are written one by
  /// one have the same columns at the same places.
  private static func columns(of runs: [MeasuredRun]) -> [(name: String, direction: Int)] {
    var seen: Set<String> = []
    return runs.flatMap(\.series).flatMap { series in
      [(series.name, -1)] + (series.timeRatio == nil ? [] : [(series.ratioName, 1)])
    }.filter { seen.insert($0.0).inserted }.sorted { $0.0 < $1.0 }
  }

  private static let timeColumn = "time"
  private static let attributes = ["commit", "fingerprint"]
}

extension OtavaHistory {
  /// The table: a header, then a row for each run, all lines ending with CR LF.
  public var csv: String {
    let origin: [CSVTable<Row>.Column] = [
      .init(Self.timeColumn) { .text(RFC3339.text($0.date)) },
      .init("commit") { .text($0.run.commit ?? MachineIdentity.unknown) },
      .init("fingerprint") { .text($0.run.machine.fingerprint) },
    ]
    return CSVTable(
      columns: origin
        + metrics.map { metric in .init(metric.column) { .number($0.values[metric.series]) } }
    ).render(rows)
  }

  /// What Otava is to make of the table in `file`, as YAML.
  ///
  /// Metrics are a dictionary with a direction each, for in a list all would be better when larger; the
  /// character of quotes has the name that Otava's code reads, not the one in its manual.
  public func configuration(file: String) -> String {
    let columns = metrics.map { metric in
      "      \(YAML.key(metric.column))\n        column: \(YAML.text(metric.column))\n"
        + "        direction: \(metric.direction)\n        scale: 1\n"
    }
    return """
      tests:
        tenfold-\(fingerprint):
          type: csv
          file: \(YAML.text(file))
          time_column: \(Self.timeColumn)
          attributes: [\(Self.attributes.joined(separator: ", "))]
          csv_options:
            delimiter: ","
            quote_char: "\\""
          metrics:

      """ + columns.joined()
  }

  /// The name of the table's file where the user gives none.
  public var fileName: String { "tenfold-\(fingerprint).csv" }
}

/// Why runs make no history.
public enum OtavaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two names of runs with the fingerprints of their machines.
  case otherMachine(String, String, String, String)
  /// A run, and what it says of when it was measured.
  case noTime(String, String)
  /// The runs that have no cell with times that all have.
  case nothingInCommon([String])

  /// What is wrong and what to do; strings from files are made safe to print.
  public var description: String {
    switch self {
    case .otherMachine(let first, let fingerprint, let second, let other):
      "\(Escaping.sentence(first)) is of the machine \(fingerprint) and \(Escaping.sentence(second)) of "
        + "\(other); make a history of each machine by itself"
    case .noTime(let name, let created):
      "\(Escaping.sentence(name)) was created at '\(Escaping.sentence(created))', which is no time; give it "
        + "as RFC 3339 has it, such as 2026-11-21T15:00:00Z"
    case .nothingInCommon(let names):
      "no cell has times in all of \(Escaping.sentence(names.joined(separator: ", "))); give records of the same "
        + "cells"
    }
  }
}

/// Times as RFC 3339 writes them.
enum RFC3339 {
  /// The time, `nil` for text that is none.
  static func date(_ text: String) -> Date? {
    (try? Date(text, strategy: .iso8601))
      ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
  }

  /// The time in UTC to a second: `2026-11-21T15:00:00Z`.
  static func text(_ date: Date) -> String { date.ISO8601Format() }
}

/// Text in a YAML document.
private enum YAML {
  /// A key with its colon; one that is longer than a key on one line may be (section 7.4.2) is marked as one.
  static func key(_ text: String) -> String {
    let key = self.text(text)
    return key.utf8.count > 1000 ? "? \(key)\n      :" : "\(key):"
  }

  /// A double-quoted scalar of ASCII characters alone (YAML 1.2, section 7.3.1).
  static func text(_ text: String) -> String {
    var result = "\""
    for scalar in Escaping.terminal(text).unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let isLong = scalar.value > 0xFFFF
        let zeros = String(repeating: "0", count: (isLong ? 8 : 4) - digits.count)
        result += (isLong ? "\\U" : "\\u") + zeros + digits
      }
    }
    return result + "\""
  }
}
