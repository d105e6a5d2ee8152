#if canImport(Glibc)
  import Glibc
#endif

/// What `RooflineChart` draws within its frame.
struct RooflinePlot {
  private let roofs: [Roof]
  private let points: [RooflinePoint]
  private let across: LogScale
  private let upwards: LogScale
  private let top: Double
  private let legend: [Markup]

  private static let left = 114.0
  private static let right = ChartFrame.width - ChartFrame.margin
  private static let plotHeight = 330.0
  /// Points that are named at most: a picture full of names shows nothing.
  private static let mostNames = 10
  /// Points for whose names room is sought at most, so that a record of many cells takes no time.
  private static let mostTried = 100
  /// Units that an architecture's name takes at most.
  private static let nameWidth = 150.0

  /// Units from the legend to the bottom of the axis, and of the names that have no room above it.
  var height: Double { footer(labels.numbered).bottom }
  private var floor: Double { top + Self.plotHeight }

  init?(roofs: [Roof], points: [RooflinePoint]) {
    let legend = Legend([
      .shape(.square, .ink, isHollow: true, "baseline"),
      .shape(.circle, .measured, "candidate"),
    ]).markup(top: 0)
    top = legend.bottom + 24
    self.legend = legend.markup
    let intensities = points.map(\.intensity)
    guard let lowest = intensities.min(),
      let across = LogScale(
        showing: intensities + roofs.map(\.ridge), minimumFactor: 10, from: Self.left,
        to: Self.right),
      let upwards = LogScale(
        showing: points.map(\.flopsPerSecond)
          + roofs.flatMap { [$0.ceiling.peakFlopsPerSecond, $0.flopsPerSecond(at: lowest)] },
        minimumFactor: 10, from: top + Self.plotHeight, to: top)
    else { return nil }
    self.roofs = roofs
    self.points = points
    self.across = across
    self.upwards = upwards
  }

  var markup: [Markup] {
    let labels = labels
    return legend + axes + roofs.flatMap(line) + marks + labels.markup
      + footer(labels.numbered).markup
  }

  private var axes: [Markup] {
    let rates = Axis(upwards, upwards.ticks(atMost: 8)) { Figures.rate(flopsPerSecond: $0) }
    let intensities = Axis(across, across.ticks(atMost: 8)) {
      Figures.significant($0, trimmed: true)
    }
    return rates.leftOf(Self.left, right: Self.right)
      + intensities.below(
        top: top, bottom: floor, title: "FLOP per byte that a pass reads and writes")
  }

  private func line(_ roof: Roof) -> [Markup] {
    [
      Line.markup(
        corners(roof), roof.isUsed ? .ink : .line, width: roof.isUsed ? 2 : 1.5,
        dash: roof.isUsed ? nil : .dashed)
    ]
  }

  /// Where the roof begins, bends and ends within the plot.
  private func corners(_ roof: Roof) -> [Point] {
    let bandwidth = roof.ceiling.readBytesPerSecond
    let lowest = max(across.value(at: across.start), upwards.value(at: upwards.start) / bandwidth)
    let highest = across.value(at: across.end)
    return [lowest, roof.ridge, highest].filter(\.isDrawable).map { intensity in
      Point(
        across.position(intensity), upwards.position(roof.flopsPerSecond(at: intensity)))
    }
  }

  private var marks: [Markup] {
    points.map { point in
      let title =
        "\(point.name), \(point.side.rawValue), \(point.conditions): "
        + "\(Figures.rate(flopsPerSecond: point.flopsPerSecond)) at "
        + "\(Figures.significant(point.intensity, trimmed: true)) FLOP/byte"
        + (point.marks.isEmpty ? "" : " \(point.marks)")
      let mark =
        point.side == .baseline
        ? MarkShape.square.markup(
          at: place(point), radius: 5, .ink, isHollow: true, title: title)
        : MarkShape.circle.markup(at: place(point), radius: 5, .measured, title: title)
      return point.marks.isEmpty ? mark : .element("g", ["opacity": "0.5"]) { [mark] }
    }
  }

  private func place(_ point: RooflinePoint) -> Point {
    Point(across.position(point.intensity), upwards.position(point.flopsPerSecond))
  }

  // MARK: - Labels

  /// All labels, none over another.
  ///
  /// First those of the roofs, then those of the points that are furthest below their roofline. A point
  /// whose name finds no room gets a number, and its name is among `numbered`.
  private var labels: (markup: [Markup], numbered: [String]) {
    // The highest roof's name stands above the plot.
    var placement = LabelPlacement(
      within: Box(
        minX: Self.left + 2, minY: top - ChartFrame.lineHeight, maxX: Self.right, maxY: floor),
      slack: 1.15)
    for point in points { placement.keepFree(Box(around: place(point), width: 14, height: 14)) }
    for roof in roofs { placement.keepFree(along: corners(roof)) }
    var markup = slopeName(&placement)
    // The roof that points go by is named first, and the others where there is room.
    for roof in roofs.filter(\.isUsed).reversed() + roofs.filter({ !$0.isUsed }).reversed() {
      markup += name(of: roof, &placement)
    }
    var numbered: [String] = []
    for (name, mark) in named {
      if let label = label(TextMark(name), at: mark, .soft, &placement) {
        markup.append(label)
      } else if let number = label(TextMark("\(numbered.count + 1)"), at: mark, .ink, &placement) {
        markup.append(number)
        numbered.append(name)
      }
    }
    return (markup, numbered)
  }

  private func label(
    _ text: TextMark, at mark: Point, _ colour: ChartColour, _ placement: inout LabelPlacement
  ) -> Markup? {
    // Farther away it would be taken for another mark's.
    placement.place(text, at: LabelPlacement.around(mark)).map {
      text.markup(at: $0.place, $0.anchor, colour, isOverLines: true)
    }
  }

  /// The names behind the numbers, below the axis, and where they end.
  private func footer(_ names: [String]) -> (markup: [Markup], bottom: Double) {
    let below = floor + Axis.heightBelow
    guard !names.isEmpty else { return ([], below) }
    return Legend(names.enumerated().map { .number($0.offset + 1, $0.element) }).markup(
      top: below + 10)
  }

  /// The peak above or below the flat part of a roof, wherever there is room.
  private func name(of roof: Roof, _ placement: inout LabelPlacement) -> [Markup] {
    let peak = Figures.rate(flopsPerSecond: roof.ceiling.peakFlopsPerSecond)
    let flat = corners(roof).suffix(2)
    guard let bend = flat.first else { return [] }
    let places: [(Double, TextMark.Anchor)] = [
      (Self.right - 2, .end), ((bend.x + Self.right) / 2, .middle), (bend.x + 6, .start),
    ]
    let y = upwards.position(roof.ceiling.peakFlopsPerSecond)
    let positions = [y - 8, y + 6 + TextMark.ascent].flatMap { y in
      places.map { LabelPlacement.Position(place: Point($0.0, y), anchor: $0.1) }
    }
    for text in ["\(roof.name): \(peak)", peak].map({ TextMark($0) }) {
      guard let position = placement.place(text, at: positions) else { continue }
      return [
        text.markup(
          at: position.place, position.anchor, roof.isUsed ? .ink : .soft, isOverLines: true)
      ]
    }
    return []
  }

  /// The bandwidth along the slope of the highest roof.
  private func slopeName(_ placement: inout LabelPlacement) -> [Markup] {
    guard let roof = roofs.last(where: \.isUsed) ?? roofs.last else { return [] }
    let corners = corners(roof)
    let (start, bend) = (corners[0], corners[1])
    let text = TextMark(Figures.rate(bytesPerSecond: roof.ceiling.readBytesPerSecond))
    let length = hypot(bend.x - start.x, bend.y - start.y)
    guard length > text.width + 20 else { return [] }
    let degrees = atan2(bend.y - start.y, bend.x - start.x) * 180 / .pi
    let middle = Point((start.x + bend.x) / 2, (start.y + bend.y) / 2)
    // The letters stand above the line, at a right angle to it.
    let (along, across) = (
      Point((bend.x - start.x) / length, (bend.y - start.y) / length), 8 + TextMark.ascent / 2
    )
    for step in stride(from: -text.width / 2, through: text.width / 2, by: 6) {
      let letter = Point(
        middle.x + step * along.x + across * along.y, middle.y + step * along.y - across * along.x)
      placement.keepFree(Box(around: letter, width: 16, height: 16))
    }
    return [
      .element(
        "g",
        [
          "transform": "translate(\(middle.x.coordinate) \(middle.y.coordinate)) "
            + "rotate(\(degrees.coordinate))"
        ]
      ) { text.markup(at: Point(0, -8), .middle, isOverLines: true) }
    ]
  }

  /// What is to be named and where, those furthest below their roofline first; each name once.
  private var named: [(name: String, mark: Point)] {
    var done: Set<RooflinePoint> = []
    var told: Set<String> = []
    var result: [(String, Point)] = []
    let lowest = points.sorted { $0.share ?? .infinity < $1.share ?? .infinity }
    for point in lowest.prefix(Self.mostTried) where result.count < Self.mostNames {
      let cluster = points.filter { isNear($0, point) }
      guard done.isDisjoint(with: cluster), let name = name(of: cluster),
        told.insert(name).inserted
      else { continue }
      done.formUnion(cluster)
      result.append((name, place(point)))
    }
    return result
  }

  /// What points so near to each other have in common, `nil` when that is not even their sizes.
  private func name(of cluster: [RooflinePoint]) -> String? {
    guard let first = cluster.first, cluster.allSatisfy({ $0.sizes == first.sizes }) else {
      return nil
    }
    return cluster.allSatisfy { $0.name == first.name }
      ? "\(TextWidth.fit(first.name, into: Self.nameWidth)), \(first.sizes)"
      : "\(cluster.count) sides, \(first.sizes)"
  }

  /// Whether the marks of two points touch.
  private func isNear(_ one: RooflinePoint, _ other: RooflinePoint) -> Bool {
    let (a, b) = (place(one), place(other))
    return hypot(a.x - b.x, a.y - b.y) < 12
  }
}
