import ModelSpec

/// The measured ceilings of a machine over FLOPs per byte, and each side of each cell as a point
/// below them (Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009).
public struct RooflineChart: Sendable {
  /// The finished picture with its table.
  public let chart: Chart

  /// The picture of a record, `nil` without ceilings or without a cell that has a place below them.
  init?(_ record: Record, id: String = "roofline", command: Reproduction? = nil) {
    let roofs = Roof.all(of: record)
    let points = RooflinePoint.all(of: record)
    guard !roofs.isEmpty, !points.isEmpty,
      let plot = RooflinePlot(roofs: roofs, points: points)
    else { return nil }
    let frame = ChartFrame(
      id: id, title: "How near every pass came to the roof of this machine",
      summary: Self.summary(roofs, points))
    chart = Chart(
      id: id, title: frame.title, summary: frame.summary, table: Self.table(roofs, points),
      command: command, drawing: frame.drawing(height: plot.height, plot.markup))
  }

  private static func summary(_ roofs: [Roof], _ points: [RooflinePoint]) -> String {
    var sentences = [
      "Ceilings measured here: " + roofs.map(\.sentence).joined(separator: "; ") + "."
    ]
    for side in RooflinePoint.Side.allCases {
      let shares = points.filter { $0.side == side }.compactMap(\.share)
      guard let low = shares.min(), let high = shares.max() else { continue }
      sentences.append(
        "\(side.title)s reach \(Figures.percent(low)) to \(Figures.percent(high)) of their roofline."
      )
    }
    if points.contains(where: { !$0.marks.isEmpty }) {
      sentences.append("Fainter: measured in part (\(CellMarks.meaningInPictures)).")
    }
    return sentences.joined(separator: " ")
  }

  private static func table(_ roofs: [Roof], _ points: [RooflinePoint]) -> Table {
    let ceilings = roofs.map { roof in
      Table.Row([
        .init("ceilings of \(roof.name)"), "-", "-",
        .init(Figures.significant(roof.ridge, trimmed: true)),
        .init(Figures.rate(flopsPerSecond: roof.ceiling.peakFlopsPerSecond)),
        .init(Figures.rate(bytesPerSecond: roof.ceiling.readBytesPerSecond)),
      ])
    }
    let sides = points.map { point in
      Table.Row([
        .init(point.conditions + (point.marks.isEmpty ? "" : " \(point.marks)")),
        .init(point.side.rawValue), .init(point.name),
        .init(Figures.significant(point.intensity, trimmed: true)),
        .init(Figures.rate(flopsPerSecond: point.flopsPerSecond)),
        .init(point.share.map(Figures.percent) ?? "-"),
      ])
    }
    return Table(
      columns: [
        .init("conditions"), .init("side"), .init("architecture"), .init("FLOP/byte", .right),
        .init("speed", .right), .init("roofline share", .right),
      ], rows: ceilings + sides)
  }
}

/// The two ceilings of one number of threads and weight format as a line: it rises with the read
/// bandwidth and is flat at the peak.
struct Roof: Hashable, Sendable {
  let ceiling: Ceiling
  /// Whether the cells' own figures go by it.
  let isUsed: Bool
  /// Whether it is the median of what was probed beside the cells, and not the best of the run.
  var isBesideCells = false

  /// `2 threads, f32`, and of the median `beside the cells`.
  var name: String {
    "\(Figures.count(ceiling.threads, "thread")), \(ceiling.precision.name)"
      + (isBesideCells ? ", beside the cells" : "")
  }

  /// `2 threads, f32: 243 GFLOP/s, 39.1 GB/s`.
  var sentence: String {
    "\(name): \(Figures.rate(flopsPerSecond: ceiling.peakFlopsPerSecond)), "
      + Figures.rate(bytesPerSecond: ceiling.readBytesPerSecond)
  }

  /// The ridge point: FLOPs per byte from which on the peak bounds and no longer the bandwidth.
  var ridge: Double { ceiling.peakFlopsPerSecond / ceiling.readBytesPerSecond }

  /// The most FLOP/s at an arithmetic intensity, in FLOPs per byte.
  func flopsPerSecond(at intensity: Double) -> Double {
    min(ceiling.peakFlopsPerSecond, intensity * ceiling.readBytesPerSecond)
  }

  /// The roofs of a record, the highest last; of several for the same threads and weight format the
  /// first.
  ///
  /// Where cells have ceilings of their own, the median of these is a roof besides.
  static func all(of record: Record) -> [Roof] {
    var known: Set<String> = []
    return record.ceilings.flatMap { ceiling -> [Roof] in
      let cells = record.cells.filter {
        $0.threads == ceiling.threads && $0.precision == ceiling.precision
      }
      let beside = cells.typicalCeiling.map { Roof(ceiling: $0, isUsed: true, isBesideCells: true) }
      let best = Roof(ceiling: ceiling, isUsed: !cells.isEmpty && beside == nil)
      return [beside, best].compactMap(\.self)
    }.filter { $0.isDrawable && known.insert($0.name).inserted }
      .sorted { $0.ceiling.peakFlopsPerSecond < $1.ceiling.peakFlopsPerSecond }
  }

  private var isDrawable: Bool {
    ceiling.threads > 0 && ridge.isDrawable
      && [ceiling.peakFlopsPerSecond, ceiling.readBytesPerSecond].allSatisfy(\.isDrawable)
  }
}

/// One side of one cell as a point below the ceilings.
struct RooflinePoint: Hashable, Sendable {
  /// Which side of the cell it is.
  enum Side: String, CaseIterable {
    case baseline, candidate

    var title: String { self == .baseline ? "Baseline" : "Candidate" }
  }

  let side: Side
  /// Id of the side's architecture.
  let name: String
  /// `16 tokens per pass, uniform routing`.
  let conditions: String
  /// `16 tokens`.
  let sizes: String
  /// Arithmetic intensity: FLOPs of a pass / bytes of a pass.
  let intensity: Double
  let flopsPerSecond: Double
  /// Roofline seconds / measured seconds, `nil` when the record has none.
  let share: Double?
  /// The letters of what was measured in part (`CellMarks`).
  let marks: String

  /// Both sides of every cell, in the order of the record.
  static func all(of record: Record) -> [RooflinePoint] {
    let names = CellNames(record.cells)
    return record.cells.flatMap { cell in
      let sides: [(Side, String, ModelSpec.Side)] = [
        (.baseline, cell.baseline, cell.sides.baseline),
        (.candidate, cell.candidate, cell.sides.candidate),
      ]
      return sides.compactMap { side, name, work -> RooflinePoint? in
        let point = RooflinePoint(
          side: side, name: name, conditions: names.conditions(of: cell),
          sizes: cell.workload.sizesInWords,
          intensity: Double(work.flops) / Double(work.bytes), flopsPerSecond: work.flopsPerSecond,
          share: work.rooflineShare, marks: CellMarks.letters(of: cell))
        return point.intensity.isDrawable && point.flopsPerSecond.isDrawable ? point : nil
      }
    }
  }
}
