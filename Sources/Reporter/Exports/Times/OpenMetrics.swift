import FoundationEssentials
import ModelSpec

/// Writes times as OpenMetrics text (version 1.0.0), for Prometheus' textfile collector and its push gateway.
///
/// All families are gauges, but for `tenfold_run_info` and the verdicts, which are state sets. Only finite
/// values are written; what is not known has no line.
public enum OpenMetrics {
  /// The times of one run's cells, with a side where a cell has two, and ratios.
  public static func render(_ run: MeasuredRun) -> String {
    text(header(run) + seconds(run.series) + ratios(run.series) + work(run))
  }

  /// What two builds differ by: seconds of both, changes, verdicts, and counts of a pass.
  public static func render(_ report: ChangeReport) -> String {
    let cells = ChangedSeries.all(of: report)
    let sides = cells.flatMap { cell in
      [(cell, "base", cell.cell.base), (cell, "head", cell.cell.head)].compactMap {
        cell, side, estimate in estimate.map { (labels: cell.labels + [("side", side)], $0) }
      }
    }
    var families = header(report.run)
    families += estimates("tenfold_pass", "seconds", "Median seconds of one pass.", sides)
    families += estimates(
      "tenfold_change", "ratio", "How much longer a pass of the head takes, as a fraction.",
      cells.compactMap { cell in
        cell.cell.change.flatMap { Estimate($0.median, low: $0.low, high: $0.high) }
          .map { (cell.labels, $0) }
      })
    families.append(
      verdicts(
        "tenfold_cell_verdict", "What the measurements say of a cell.",
        cells.map { ($0.labels, $0.cell.verdict) }))
    families.append(
      verdicts("tenfold_verdict", "What all cells say together.", [([], report.verdict)]))
    families.append(
      Family(
        "tenfold_work", help: "How often a pass does something.",
        samples: cells.flatMap(\.work)))
    return text(families)
  }

  /// A cell of a report under a name that no other has.
  private struct ChangedSeries {
    let cell: ChangeReport.Cell
    let labels: [Label]

    static func all(of report: ChangeReport) -> [ChangedSeries] {
      var taken: Set<String> = []
      return report.cells.map { cell in
        let name = Escaping.numbered(Escaping.terminal(cell.id), besides: &taken)
        return ChangedSeries(cell: cell, labels: [("cell", name)])
      }
    }

    var work: [Sample] {
      var taken: Set<String> = []
      return cell.work.flatMap { count -> [Sample] in
        let name = Escaping.numbered(Escaping.terminal(count.name), besides: &taken)
        return [("base", count.base), ("head", count.head)].compactMap { side, count in
          count.map { Sample(labels + [("side", side), ("work", name)], "\($0)") }
        }
      }
    }
  }

  private static func seconds(_ series: [MeasuredRun.Series]) -> [Family] {
    estimates(
      "tenfold_pass", "seconds", "Median seconds of one pass.",
      series.map { ($0.labels, $0.seconds) })
  }

  private static func ratios(_ series: [MeasuredRun.Series]) -> [Family] {
    estimates(
      "tenfold_time", "ratio", "Seconds of the baseline over seconds of the candidate.",
      series.compactMap { series in
        series.timeRatio.map { ([("cell", series.cell)], $0) }
      })
  }

  private static func work(_ run: MeasuredRun) -> [Family] {
    let samples = run.series.flatMap { series in
      series.work.map { Sample(series.labels + [("work", $0.name)], "\($0.count)") }
    }
    return [Family("tenfold_work", help: "How often a pass does something.", samples: samples)]
  }

  /// When the run began, and of what.
  private static func header(_ run: MeasuredRun) -> [Family] {
    let info = Sample(
      [
        ("command", run.title), ("commit", run.commit ?? MachineIdentity.unknown),
        ("cpu", run.machine.cpu), ("fingerprint", run.machine.fingerprint),
      ], "1", suffix: "_info")
    var families = [
      Family("tenfold_run", type: "info", help: "The build and the machine.", samples: [info])
    ]
    if let date = RFC3339.date(run.created) {
      families.append(
        Family(
          "tenfold_run_created_seconds", unit: "seconds",
          help: "When measuring began, in seconds since 1970.",
          samples: [Sample([], "\(date.timeIntervalSince1970)")]))
    }
    return families
  }

  /// Three gauges of one quantity: the value and both ends of its interval.
  private static func estimates(
    _ name: String, _ unit: String, _ help: String, _ values: [(labels: [Label], Estimate)]
  ) -> [Family] {
    func family(_ part: String, _ help: String, _ value: (Estimate) -> Double?) -> Family {
      Family(
        "\(name)\(part)_\(unit)", unit: unit, help: help,
        samples: values.compactMap { labels, estimate in
          value(estimate).map { Sample(labels, "\($0)") }
        })
    }
    return [
      family("", help) { $0.value },
      family("_low", "Lower end of its interval.") { $0.interval?.low },
      family("_high", "Upper end of its interval.") { $0.interval?.high },
    ]
  }

  private static func verdicts(
    _ name: String, _ help: String, _ verdicts: [([Label], CompareVerdict)]
  ) -> Family {
    Family(
      name, type: "stateset", help: help,
      samples: verdicts.flatMap { labels, verdict in
        CompareVerdict.allCases.map { state in
          Sample(labels + [(name, state.rawValue)], state == verdict ? "1" : "0")
        }
      })
  }

  private static func text(_ families: [Family]) -> String {
    families.map(\.text).joined() + "# EOF\n"
  }
}

private typealias Label = (name: String, value: String)

/// A line of a family: labels in order, and the value's characters.
private struct Sample {
  let labels: [Label]
  let value: String
  let suffix: String

  init(_ labels: [Label], _ value: String, suffix: String = "") {
    self.labels = labels
    self.value = value
    self.suffix = suffix
  }

  /// Escaped as the specification says (OpenMetrics 1.0.0, "escaped-string"); line ends are spaces already.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in Escaping.terminal(text).unicodeScalars {
      if scalar == "\\" || scalar == "\"" { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  func line(of family: String) -> String {
    let labels = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    return "\(family)\(suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
  }
}

/// Samples of one name with what they mean; without samples, nothing is written.
private struct Family {
  let name: String
  let type: String
  let unit: String?
  let help: String
  let samples: [Sample]

  init(
    _ name: String, type: String = "gauge", unit: String? = nil, help: String, samples: [Sample]
  ) {
    self.name = name
    self.type = type
    self.unit = unit
    self.help = help
    self.samples = samples
  }

  var text: String {
    guard !samples.isEmpty else { return "" }
    return "# TYPE \(name) \(type)\n" + (unit.map { "# UNIT \(name) \($0)\n" } ?? "")
      + "# HELP \(name) \(help)\n" + samples.map { $0.line(of: name) }.joined()
  }
}

extension MeasuredRun.Series {
  fileprivate var labels: [Label] {
    [("cell", cell)] + (side.map { [("side", $0)] } ?? [])
  }
}
