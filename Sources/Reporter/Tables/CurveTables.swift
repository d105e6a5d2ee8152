import ModelSpec

/// How the saving of a record's pairings changes over a size of passes, such as their tokens.
struct CurveTables {
  private let series: [CellSeries]
  private let names: CellNames

  init(_ record: Record) {
    series = CellSeries.series(of: record)
    names = CellNames(record.cells)
  }

  /// The fewest points of a curve that has a table of its own, which replaces the rows of its cells
  /// in other tables.
  ///
  /// The three token counts of the default suite are read more easily in those rows.
  private static let fewestRows = 4

  private var tabled: [CellSeries] { series.filter { $0.cells.count >= Self.fewestRows } }

  /// The cells that the tables show.
  var cells: Set<Cell> { Set(tabled.flatMap(\.cells)) }

  /// The cells that the tables of curves over one size show.
  func cells(over size: Workload.Size) -> Set<Cell> {
    Set(tabled.filter { $0.curve.size == size }.flatMap(\.cells))
  }

  /// What each curve with a table of its own says, in the order of the record.
  var sentences: [String] { tabled.map { "\(name(of: $0)): \(CurveSentence($0.curve).text)" } }

  /// Size by size a heading and a sentence for each curve, with a table from `fewestRows` points on; a
  /// shorter one is left out where there is no saving to realise.
  var blocks: [Page.Block] { Workload.Size.allCases.flatMap { blocks(over: $0) } }

  /// The blocks of curves over one size.
  func blocks(over size: Workload.Size) -> [Page.Block] {
    let tabled = tabled.filter { $0.curve.size == size }
    let brief = series.filter {
      $0.curve.size == size && $0.cells.count < Self.fewestRows
        && CurveSentence($0.curve).hasSaving
    }
    guard !tabled.isEmpty || !brief.isEmpty else { return [] }
    var blocks: [Page.Block] = [.heading("Saving over \(size.title)")]
    if !tabled.isEmpty { blocks.append(.paragraph(legend(of: tabled))) }
    if tabled.count > 1 {
      blocks += [.paragraph(overviewLegend(size)), .table(overview(of: tabled))]
    }
    blocks += tabled.flatMap(section)
    if !brief.isEmpty {
      blocks.append(.list(brief.map { "\(name(of: $0)): \(CurveSentence($0.curve).text)" }))
    }
    return blocks
  }

  /// The pairing with the conditions that other curves do not share.
  private func name(of series: CellSeries) -> String {
    series.cells.first.map { names.pairing(of: $0, over: series.curve.size) } ?? ""
  }

  private func legend(of tabled: [CellSeries]) -> String {
    let cells = tabled.flatMap(\.cells)
    let confidence = cells.map(\.timeRatio.confidence).min() ?? 0
    return
      "Ratios are baseline / candidate of one pass, so above 1x the candidate saves: FLOPs are "
      + "counted, roofline is what this machine's ceilings allow, measured is the median of paired "
      + "rounds with its interval of at least \(Figures.percent(confidence)) confidence. Realised is "
      + "measured / FLOPs. Experts is how many different ones a layer reads, each for so many tokens. "
      + "S-MFU and S-MBU are the candidate's FLOPs and bytes a second as shares of the machine's "
      + "ceilings, with the experts that were really read (MoE-CAP, arXiv 2412.07067)."
  }

  private func overviewLegend(_ size: Workload.Size) -> String {
    let many = "how many \(size.counted("").dropFirst())"
    return "Bottom is the measured ratio in the valley, and at \(many) it lies; enough is from "
      + "\(many) on \(Figures.percent(Curve.sufficientShare)) of the FLOP ratio is realised, and "
      + "roofline from how many on the ceilings allow it."
  }

  /// One row a curve, where there are several: the FLOP ratio, the valley's bottom and where it is, and
  /// from where on the saving is realised, as measured and by the roofline.
  private func overview(of tabled: [CellSeries]) -> Table {
    var columns: [Table.Column] = [.init("candidate"), .init("baseline")]
    if names.distinguishesRoutings { columns.append(.init("routing")) }
    if names.distinguishesEngines { columns.append(.init("engine")) }
    columns += [
      .init("FLOPs", .right), .init("bottom", .right), .init("at", .right),
      .init("enough", .right), .init("roofline", .right),
    ]
    return Table(
      columns: columns,
      rows: tabled.map { series in
        let curve = series.curve
        let bottom = curve.bottom
        var row: [Table.Entry] = [.init(curve.candidate), .init(curve.baseline)]
        if let cell = series.cells.first {
          if names.distinguishesRoutings { row.append(.init(names.routing(of: cell))) }
          if names.distinguishesEngines { row.append(.init(names.engine(of: cell))) }
        }
        row += [
          .init(curve.points.last.map { Figures.ratio($0.flopRatio) } ?? "-"),
          .init(bottom.map { Figures.measuredRatio($0.timeRatio.median) } ?? "-"),
          .init(bottom.map { "\($0.value)" } ?? "-"),
          .init(curve.sufficient.map(String.init) ?? "never"),
          .init(
            curve.hasRoofline ? curve.predictedSufficient.map(String.init) ?? "never" : "-"),
        ]
        return Table.Row(row)
      })
  }

  private func section(_ series: CellSeries) -> [Page.Block] {
    let curve = series.curve
    var shares: [Page.Fact] = []
    if curve.hasRoofline {
      shares.append(
        .init("Roofline", Sparkline.text(curve.points.map { $0.realisableShare ?? 0 })))
    }
    shares.append(
      .init(
        "Realised",
        "\(Sparkline.text(curve.points.map(\.realisedShare))) of the FLOP ratio, "
          + curve.size.counted(
            "\(curve.points.first?.value ?? 0) to \(curve.points.last?.value ?? 0)")))
    let notes = CellNotes.along(curve.size, of: series.cells)
    return [
      .heading(name(of: series), level: 2), .paragraph(CurveSentence(curve).text), .facts(shares),
      .table(table(of: curve)),
    ] + (notes.isEmpty ? [] : [.list(notes)])
  }

  private func table(of curve: Curve) -> Table {
    Table(
      columns: [
        .init(curve.size.rawValue, .right), .init("experts", .right), .init("each for", .right),
        .init("FLOPs", .right), .init("roofline", .right), .init("measured", .right),
        .init("interval"), .init("realised", .right), .init("S-MFU", .right),
        .init("S-MBU", .right),
      ],
      rows: curve.points.map { point in
        Table.Row([
          .init("\(point.value)"),
          .init(point.distinctExperts.map { Figures.significant($0, trimmed: true) } ?? "-"),
          .init(point.tokensPerExpert.map { Figures.significant($0, trimmed: true) } ?? "-"),
          .init(Figures.ratio(point.flopRatio)),
          .init(point.rooflineRatio.map(Figures.ratio) ?? "-"),
          .init(Figures.measuredRatio(point.timeRatio.median)),
          .init(Figures.interval(point.timeRatio.low, point.timeRatio.high)),
          .init(
            Figures.percent(point.realisedShare),
            tone: point.realisedShare >= Curve.sufficientShare
              ? .good : point == curve.bottom ? .bad : .plain),
          .init(point.modelFLOPsUtilisation.map(Figures.percent) ?? "-"),
          .init(point.modelBandwidthUtilisation.map(Figures.percent) ?? "-"),
        ])
      })
  }
}

/// A row of bars as high as a character.
enum Sparkline {
  /// Eighths of a character's height (Unicode block elements, U+2581 to U+2588).
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One bar for each share: the lowest for 0, the full one from 7/8 on.
  static func text(_ shares: [Double]) -> String {
    String(
      shares.map { share in
        let eighths = (share.isNaN ? 0 : min(max(share, 0), 1)) * Double(bars.count)
        return bars[min(Int(eighths), bars.count - 1)]
      })
  }
}
