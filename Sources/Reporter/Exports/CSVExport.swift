import ModelSpec

/// Writes the cells of records as comma-separated values (RFC 4180), for spreadsheets and scripts.
///
/// One row for each cell of all records. Verdicts are not in it, for they are not of one cell; the
/// JSON report has them. Lines end with CR LF. A number has all of its digits and a point, in the
/// unit that the column's name ends with; one that does not exist is an empty field. Text is on one
/// line, without invisible characters, and never a formula.
public enum CSVExport {
  /// A header row with the names of the columns, then the cells in the reader's order.
  public static func render(_ records: [NamedRecord]) -> String {
    let table = CSVTable(columns: columns(of: records.map(\.record)))
    return table.render(
      records.flatMap { named in named.record.cells.map { CSVRow(named: named, cell: $0) } })
  }

  private typealias Column = CSVTable<CSVRow>.Column

  /// All columns in order.
  ///
  /// Columns may be added at the end of a group; none changes its name or meaning.
  private static func columns(of records: [Record]) -> [Column] {
    [
      origin, conditions(of: records), ratios, sides, shares, explanation(in: records), notes,
    ].flatMap { $0 }
  }

  private static let origin = [
    Column("record") { .text($0.named.name) },
    Column("created") { .text($0.record.created) },
    Column("status") { .text($0.record.status.rawValue) },
    Column("tool_version") { .text($0.record.tool.version) },
    Column("tool_commit") { .text($0.record.tool.commit) },
    Column("cpu") { .text($0.record.machine.cpu) },
    Column("operating_system") { .text($0.record.machine.operatingSystem) },
  ]

  private static let pairing = [
    Column("candidate") { .text($0.cell.candidate) },
    Column("baseline") { .text($0.cell.baseline) },
  ]

  /// The conditions that every record has had since the first, in the order that they then had.
  private static let usualConditions: [Conditions.Name] = [
    .workload, .size(.tokens), .threads, .engine, .precision,
  ]

  /// The conditions of cells: the usual ones, the routing, and others that any cell has.
  private static func conditions(of records: [Record]) -> [Column] {
    let present = Set(records.flatMap(\.cells).flatMap(\.conditions.parts).map(\.name))
    let others = Conditions.Name.all.filter {
      $0 != .routing && !usualConditions.contains($0) && present.contains($0)
    }
    return pairing + usualConditions.map(condition) + routing + others.map(condition)
  }

  private static func condition(_ name: Conditions.Name) -> Column {
    Column("\(name)") { row in
      .text(row.cell.conditions.parts.first { $0.name == name }.map { "\($0.value)" } ?? "")
    }
  }

  private static let routing = [
    Column("routing") { .text($0.cell.routing?.kind ?? "") },
    Column("routing_source") { .text($0.cell.routing?.source ?? "") },
    Column("routing_alpha") { .number($0.cell.routing?.alpha) },
    Column("routing_seed") { .text($0.cell.routing.map { "\($0.seed)" } ?? "") },
    Column("distinct_experts") { .number($0.cell.routing?.distinctExperts) },
    Column("max_over_mean") { .number($0.cell.routing?.maxOverMean) },
    Column("gini") { .number($0.cell.routing?.gini) },
  ]

  private static let ratios = [
    Column("flop_ratio") { .number($0.cell.flopRatio) },
    Column("roofline_ratio") { .number($0.cell.rooflineRatio) },
    Column("time_ratio_median") { .number($0.cell.timeRatio.median) },
    Column("time_ratio_low") { .number($0.cell.timeRatio.low) },
    Column("time_ratio_high") { .number($0.cell.timeRatio.high) },
    Column("time_ratio_confidence") { .number($0.cell.timeRatio.confidence) },
    Column("rounds") { .count($0.cell.timeRatio.rounds) },
    Column("realised_share") { .number($0.cell.realisedShare) },
  ]

  /// Each figure of the baseline, then the same of the candidate.
  private static let sides =
    both("flops") { side, _ in .count(side.flops) }
    + both("bytes") { side, _ in .count(side.bytes) }
    + both("seconds") { side, _ in .number(side.secondsMedian) }
    + both("roofline_share") { side, _ in .number(side.rooflineShare) }
    + both("scaled") { side, _ in .text(side.scaled ?? "") }
    + both("resident_experts") { side, _ in .text(side.residentExperts ?? "") }

  private static let shares =
    [
      Column("peak_flops_per_second") { .number($0.ceiling?.peakFlopsPerSecond) },
      Column("read_bytes_per_second") { .number($0.ceiling?.readBytesPerSecond) },
    ] + both("s_mfu") { .number($0.modelFLOPsUtilisation(under: $1)) }
    + both("s_mbu") { .number($0.modelBandwidthUtilisation(under: $1)) }

  /// The factors of the chain, by the names that they have in records.
  ///
  /// Those of the usual workload are always there, so that columns do not come and go with records. A cause
  /// of a later version may be called like a column that is there, and is then numbered.
  private static func explanation(in records: [Record]) -> [Column] {
    let rest = "factor_rest"
    var names = [rest]
    let all = Explanation.Cause.causes(of: .usual) + Explanation.Cause.all(in: records)
    let causes = all.uniqued().map { cause in
      let name = "factor_" + cause.rawValue.split(separator: "-").joined(separator: "_")
      names.append(unique(name, besides: names))
      return Column(names[names.count - 1]) { .number($0.cell.explanation?.factor(of: cause)) }
    }
    return causes + [Column(rest) { .number($0.cell.explanation?.rest) }]
  }

  /// The name as a file has it, with a number where another has that name.
  private static func unique(_ name: String, besides others: [String]) -> String {
    let name = Escaping.terminal(name)
    guard others.contains(name) else { return name }
    var number = 2
    while others.contains("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }

  private static let notes = [
    Column("cautions") { .text($0.cell.cautions.joined(separator: "; ")) },
    Column("marks") { .text(CellMarks.letters(of: $0.cell)) },
    Column("other_fraction") { .text($0.cell.fractionCheck?.scaled ?? "") },
    Column("other_fraction_log_difference") { row in
      .number(row.cell.fractionCheck?.logDifference(from: row.cell.rounds))
    },
  ]

  private static func both(
    _ name: String, _ value: @escaping @Sendable (Side, Ceiling?) -> CSVValue
  ) -> [Column] {
    [
      Column("baseline_" + name) { value($0.cell.sides.baseline, $0.ceiling) },
      Column("candidate_" + name) { value($0.cell.sides.candidate, $0.ceiling) },
    ]
  }
}

/// A cell and the record that it is in.
private struct CSVRow {
  let named: NamedRecord
  let cell: Cell
  var record: Record { named.record }

  /// The ceiling of the cell's threads and weight format, `nil` without one.
  var ceiling: Ceiling? { record.ceilings.ceiling(decidingFor: cell) }
}

extension CSVExport {
  /// A header row, then a row for each verdict, in the same manner.
  public static func render(verdicts: [Verdict]) -> String {
    let table = CSVTable<Verdict>(columns: [
      .init("claim") { .text($0.claim) }, .init("scope") { .text($0.scope.rawValue) },
      .init("candidate") { .text($0.candidate ?? "") },
      .init("baseline") { .text($0.baseline ?? "") },
      .init("claimed") { .number($0.claimed) }, .init("qualifier") { .text($0.qualifier.rawValue) },
      .init("analytic") { .number($0.analytic) },
      .init("analytic_low") { .number($0.analyticInterval?.low) },
      .init("analytic_high") { .number($0.analyticInterval?.high) },
      .init("roofline") { .number($0.roofline) },
      .init("measured") { .number($0.measured?.median) },
      .init("measured_low") { .number($0.measured?.low) },
      .init("measured_high") { .number($0.measured?.high) },
      .init("left_to_explain") { .number($0.leftToExplain) },
      .init("verdict") { .text($0.verdict.rawValue) },
      .init("basis") { .text($0.basis?.rawValue ?? "") },
      .init("reason") { .text($0.reason) }, .init("record") { .text($0.record ?? "") },
    ])
    return table.render(verdicts)
  }
}
