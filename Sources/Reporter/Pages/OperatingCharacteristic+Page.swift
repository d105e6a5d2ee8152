import ModelSpec

extension OperatingCharacteristic {
  /// The characteristic as a page.
  public var page: Page {
    var blocks: [Page.Block] = [
      .title("Operating characteristic of the gate"),
      .paragraph(
        "What gates said whose right answer is known, on real machines; every trial is in "
          + "Results/calibration. Behind each number of cells or trials is the exact 95 % interval of the "
          + "probability (Clopper and Pearson). Noise is the standard deviation between neighbouring slices of "
          + "the two sides, the median over cells; *quiet* are cells with at most 4 %. *Flagged* cells were "
          + "confirmed and share the error rate; *beside another* tells how often the same pairs would have found a "
          + "regression if one more cell had been flagged. *Screen* is a gate without its confirmation."
      ),
    ]
    let document = document
    let groups = Dictionary(grouping: document.rows) { "\($0.cpu), protocol edition \($0.edition)" }
    for (title, rows) in groups.sorted(by: { $0.key < $1.key }) {
      blocks += [
        .heading(title), .table(Self.verdicts(rows)), .table(Self.times(rows)),
      ]
    }
    if let comparisons = document.comparisons {
      blocks += [
        .heading("Comparisons of two records"),
        .paragraph(
          "What compare said of two records of one build, measured one after the other, as if they were of two: "
            + "as they are, and with one candidate pass in ten of the later one counted twice."),
        .table(Self.verdicts(comparisons)),
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
      columns: trialColumns + [
        .init("regression"), .init("pass"), .init("open"), .init("flagged"),
        .init("regression, quiet"), .init("regression, beside another"),
      ],
      rows: rows.map { row in
        Table.Row(
          trial(row) + [
            .init(row.regressions.text), .init(row.passes.text), .init(row.inconclusive.text),
            .init(row.flagged.text), .init(row.regressionsWhereQuiet.text),
            .init(row.regressionsBesideAnother.text),
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
        .init("gate, s", .right), .init("longest screen, s", .right),
        .init("confirmation, s", .right), .init("longest, s", .right),
      ],
      rows: rows.map { row in
        Table.Row(
          trial(row) + [
            .init(row.coverage.text), .init(row.failedControls.text),
            .init(row.deviationOfSlices.map(Figures.percent) ?? "-"),
            .init(seconds(row.secondsMedian)), .init(seconds(row.screenSecondsMost)),
            .init(seconds(row.confirmationSecondsMedian)),
            .init(seconds(row.confirmationSecondsMost)),
          ])
      })
  }
}
