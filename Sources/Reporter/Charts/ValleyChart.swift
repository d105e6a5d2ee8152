import ModelSpec

/// One pairing over a size of passes: the FLOP ratio, what the roofline allows and what was measured.
///
/// Over tokens per pass, between few, when both sides read little, and many, when both compute, lies the *batch
/// valley*: a sparse layer reads nearly all of its experts for few tokens each. The line is what
/// the roofline predicts; measured points are not joined.
public struct ValleyChart: Sendable {
  /// The finished picture with its table.
  public let chart: Chart

  /// The picture of a curve, `nil` when less than two of its points can be drawn.
  ///
  /// - Parameters:
  ///   - bottom: the point of the smallest saving, `nil` when the curve has no valley.
  ///   - sufficient: the value from which on 90 % of the FLOP saving is realised, `nil` when none
  ///     reaches that.
  ///   - prediction: the roofline's ratio at ascending values, empty where it cannot be counted.
  public init?(
    curve: Curve, bottom: Curve.Point?, sufficient: Int?,
    prediction: [(value: Int, ratio: Double)] = [], id: String = "valley",
    command: Reproduction? = nil
  ) {
    let points = curve.points.filter(\.isDrawable)
    let sufficient = sufficient.flatMap { $0 > 0 ? $0 : nil }
    let low = bottom.flatMap { $0.isDrawable ? $0 : nil }
    guard Set(points.map(\.value)).count > 1,
      let plot = ValleyPlot(
        size: curve.size, points: points, prediction: prediction, bottom: low,
        sufficient: sufficient)
    else { return nil }
    let frame = ChartFrame(
      id: id,
      title: "Saving over \(curve.size.title): \(curve.candidate) against \(curve.baseline), "
        + curve.conditions,
      summary: Self.summary(curve.size, points, bottom: low, sufficient: sufficient))
    chart = Chart(
      id: id, title: frame.title, summary: frame.summary, table: Self.table(curve.size, points),
      command: command, drawing: frame.drawing(height: ValleyPlot.height, plot.markup))
  }

  private static func summary(
    _ size: Workload.Size, _ points: [Curve.Point], bottom: Curve.Point?, sufficient: Int?
  ) -> String {
    var sentences: [String] = []
    if let bottom {
      sentences.append(
        "The valley's bottom is at \(size.perPass(bottom.value)): "
          + "\(Figures.measuredRatio(bottom.timeRatio.median)) measured, where FLOPs say "
          + "\(Figures.ratio(bottom.flopRatio)).")
    }
    if let sufficient {
      let goal = ValleyPlot.goal(points)
      sentences.append(
        sufficient <= (points.map(\.value).min() ?? 0)
          ? "Realises \(goal) at every \(size.nameOfValue) that was measured."
          : "Needs at least \(size.perPass(sufficient)) here for \(goal).")
    } else if let most = points.map(\.value).max() {
      sentences.append(
        "Does not realise \(ValleyPlot.goal(points)) with up to "
          + "\(size.perPass(most)).")
    }
    if points.contains(where: { !$0.marks.isEmpty }) {
      sentences.append("Hollow: measured in part (\(CellMarks.meaningInPictures)).")
    }
    return sentences.joined(separator: " ")
  }

  private static func table(_ size: Workload.Size, _ points: [Curve.Point]) -> Table {
    let hasUtilisation = points.contains {
      $0.modelFLOPsUtilisation != nil || $0.modelBandwidthUtilisation != nil
    }
    var columns: [Table.Column] = [
      .init(size.rawValue, .right), .init("FLOPs", .right), .init("roofline", .right),
      .init("measured", .right), .init("interval"),
    ]
    if hasUtilisation { columns += [.init("S-MFU", .right), .init("S-MBU", .right)] }
    return Table(
      columns: columns,
      rows: points.map { point in
        var entries: [Table.Entry] = [
          .init("\(point.value)"), .init(Figures.ratio(point.flopRatio)),
          .init(point.drawableRoofline.map(Figures.ratio) ?? "-"),
          .init(
            Figures.measuredRatio(point.timeRatio.median)
              + (point.marks.isEmpty ? "" : " \(point.marks)")),
          .init(Figures.interval(point.timeRatio.low, point.timeRatio.high)),
        ]
        if hasUtilisation {
          entries += [point.modelFLOPsUtilisation, point.modelBandwidthUtilisation].map {
            .init($0.map(Figures.percent) ?? "-")
          }
        }
        return Table.Row(entries)
      })
  }
}

extension Curve.Point {
  /// Whether the point has a place on logarithmic scales of sizes and ratios.
  var isDrawable: Bool {
    value > 0 && flopRatio.isDrawable && timeRatio.isDrawable
  }

  /// The roofline's ratio where it has a place on the scale.
  var drawableRoofline: Double? { rooflineRatio.flatMap { $0.isDrawable ? $0 : nil } }
}

extension RatioEstimate {
  /// Whether the estimate has a place on a scale and its interval encloses it.
  var isDrawable: Bool {
    [low, median, high].allSatisfy(\.isDrawable) && low <= median && median <= high
  }
}
