import ModelSpec

/// What `ValleyChart` draws within its frame.
struct ValleyPlot {
  private let size: Workload.Size
  private let points: [Curve.Point]
  /// The ratio that the roofline predicts, ascending; empty without a prediction.
  private let prediction: [(value: Int, ratio: Double)]
  private let bottom: Curve.Point?
  private let sufficientValue: Int?
  private let across: LogScale
  private let upwards: LogScale

  private static let left = 58.0
  /// The names of the curves stand right of it, at their ends.
  private static let right = ChartFrame.width - 104
  private static let top = 34.0
  private static let floor = top + 300
  /// Units from the top of the first label to the bottom of the axis.
  static let height = floor + Axis.heightBelow

  /// What the marked value realises: `90 % of the FLOP saving`, or of the FLOP ratio where
  /// the candidate needs more FLOPs.
  static func goal(_ points: [Curve.Point]) -> String {
    "90 % of the FLOP \(points.allSatisfy { $0.flopRatio > 1 } ? "saving" : "ratio")"
  }

  /// The plot of drawable points, `nil` when there are none.
  init?(
    size: Workload.Size, points: [Curve.Point], prediction: [(value: Int, ratio: Double)],
    bottom: Curve.Point?, sufficient: Int?
  ) {
    let prediction = prediction.filter { $0.value > 0 && $0.ratio.isDrawable }
    let values = points.map { Double($0.value) } + [sufficient].compactMap { $0.map(Double.init) }
    var ratios = points.flatMap {
      [$0.flopRatio, $0.timeRatio.low, $0.timeRatio.high] + ($0.drawableRoofline.map { [$0] } ?? [])
    }
    ratios += prediction.map(\.ratio) + [1]
    guard let across = LogScale(showing: values, from: Self.left, to: Self.right),
      let upwards = LogScale(showing: ratios, from: Self.floor, to: Self.top)
    else { return nil }
    self.size = size
    self.points = points
    self.prediction = prediction
    self.bottom = bottom
    sufficientValue = sufficient
    self.across = across
    self.upwards = upwards
  }

  var markup: [Markup] { sufficient + axes + curves + estimates + names + valley }

  private var axes: [Markup] {
    let values = Axis(across, across.powersOfTwo(atMost: 9)) {
      Figures.significant($0, digits: 6, trimmed: true)
    }
    return Axis.ratios(upwards, atMost: 8).leftOf(Self.left, right: Self.right)
      + values.below(
        top: Self.floor, bottom: Self.floor, title: "baseline / candidate, over \(size.title)")
  }

  private var curves: [Markup] {
    [
      Line.markup(points.map { place($0, $0.flopRatio) }, .flops, width: 2, dash: .dashed)
    ] + roofline
  }

  /// The predicted line where there is one, else the roofline's ratio at each measured point.
  private var roofline: [Markup] {
    prediction.count > 1
      ? [Line.markup(predictedLine, .roofline, width: 2.5)]
      : points.compactMap { point in
        point.drawableRoofline.map {
          MarkShape.diamond.markup(at: place(point, $0), radius: 4, .roofline)
        }
      }
  }

  private var predictedLine: [Point] {
    prediction.map {
      Point(across.position(Double($0.value)), upwards.position($0.ratio))
    }
  }

  private var estimates: [Markup] {
    points.flatMap { point in
      let estimate = point.timeRatio
      return [
        Line.interval(
          from: place(point, estimate.low), to: place(point, estimate.high), isUpright: true,
          .measured),
        MarkShape.circle.markup(
          at: place(point, estimate.median), radius: 4.5, .measured,
          isHollow: !point.marks.isEmpty,
          title:
            "\(size.counted(point.value)): FLOPs \(Figures.ratio(point.flopRatio)), "
            + "roofline \(point.drawableRoofline.map(Figures.ratio) ?? "-"), "
            + "measured \(Figures.estimate(Verdict.Measured(estimate)))"
            + (point.marks.isEmpty ? "" : " \(point.marks)")),
      ]
    }
  }

  /// The names of the curves, each joined to the right end of its curve.
  private var names: [Markup] {
    guard let last = points.last else { return [] }
    var names: [(text: String, value: Double, colour: ChartColour)] = [
      ("FLOPs", last.flopRatio, .flops), ("measured", last.timeRatio.median, .measured),
    ]
    if let roofline = prediction.last?.ratio ?? last.drawableRoofline {
      names.append(("roofline", roofline, .roofline))
    }
    let x = across.position(Double(last.value))
    let heights = LabelPlacement.spread(
      names.map { upwards.position($0.value) }, gap: ChartFrame.lineHeight - 2, top: Self.top + 8,
      bottom: Self.floor - 4)
    return zip(names, heights).flatMap { name, height in
      let anchor = Self.right + 16
      return [
        Line.markup(
          [Point(x + 8, upwards.position(name.value)), Point(anchor - 4, height)], name.colour),
        TextMark(name.text, width: ChartFrame.width - anchor).markup(
          at: Point(anchor, height + TextMark.rise)),
      ]
    }
  }

  /// The values that realise 90 % of the saving.
  private var sufficient: [Markup] {
    guard let sufficientValue else { return [] }
    let x = across.position(Double(sufficientValue))
    let isEverywhere = sufficientValue <= (points.first?.value ?? 0)
    let text = TextMark(
      isEverywhere
        ? "\(Self.goal(points)) everywhere"
        : "needs at least \(size.counted(sufficientValue)) for \(Self.goal(points))")
    let isLeft = x - text.width > 2
    return [
      .element(
        "rect",
        [
          "x": x.coordinate, "y": (Self.top - 6).coordinate,
          "width": (Self.right - x).coordinate,
          "height": (Self.floor - Self.top + 6).coordinate, "opacity": "0.5",
          "class": "tf-fill-grid",
        ]),
      Line.markup([Point(x, Self.top - 6), Point(x, Self.floor)], .ink),
      text.markup(
        at: Point(isLeft ? x : ChartFrame.width - ChartFrame.margin, Self.top - 14), .end),
    ]
  }

  private var valley: [Markup] {
    guard let bottom else { return [] }
    let mark = place(bottom, bottom.timeRatio.median)
    var labels = LabelPlacement(
      within: Box(minX: Self.left, minY: Self.top, maxX: Self.right, maxY: Self.floor),
      slack: 1.15)
    labels.keepFree(Box(around: mark, width: 20, height: 20))
    for point in points {
      let (low, high) = (place(point, point.timeRatio.low), place(point, point.timeRatio.high))
      labels.keepFree(
        Box(minX: low.x - 6, minY: high.y - 6, maxX: low.x + 6, maxY: low.y + 6))
    }
    labels.keepFree(along: predictedLine)
    labels.keepFree(along: points.map { place($0, $0.flopRatio) })
    let parity = upwards.position(1)
    labels.keepFree(along: [Point(Self.left, parity), Point(Self.right, parity)])
    let text = TextMark(
      "bottom: \(Figures.measuredRatio(bottom.timeRatio.median)) at \(bottom.value)")
    // Below the valley, or within it where it is wide enough.
    let heights = stride(from: 14.0, through: 206, by: 16).flatMap {
      [mark.y + $0 + TextMark.ascent, mark.y - $0]
    }
    var positions = heights.map {
      LabelPlacement.Position(place: Point(mark.x, $0), anchor: .middle)
    }
    // A place beside the mark is better than one far above or below it.
    positions.insert(
      contentsOf: LabelPlacement.around(mark, distance: 14).filter { $0.anchor != .middle }, at: 2)
    let ring = MarkShape.circle.markup(at: mark, radius: 9, .ink, isHollow: true)
    let dot = MarkShape.circle.markup(
      at: mark, radius: 4.5, .measured, isHollow: !bottom.marks.isEmpty)
    guard let position = labels.place(text, at: positions) else {
      return [ring, dot]
    }
    let name = text.markup(at: position.place, position.anchor, isOverLines: true)
    guard position.anchor == .middle else { return [ring, dot, name] }
    let box = text.box(at: position.place, position.anchor)
    let isAbove = box.maxY < mark.y
    let leader = Line.markup(
      [
        Point(mark.x, isAbove ? mark.y - 10 : mark.y + 10),
        Point(mark.x, isAbove ? box.maxY : box.minY),
      ],
      .ink)
    return [leader, ring, dot, name]
  }

  private func place(_ point: Curve.Point, _ ratio: Double) -> Point {
    Point(across.position(Double(point.value)), upwards.position(ratio))
  }
}
