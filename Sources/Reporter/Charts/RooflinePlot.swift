#if canImport(Glibc)
  import Glibc
#endif

/// The body of a roofline's picture.
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

  /// Units from the legend to the bottom of the axis.
  var height: Double { floor + Axis.heightBelow }
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

  var markup: [Markup] { legend + axes + roofs.flatMap(line) + marks + roofNames + names }

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
      return point.side == .baseline
        ? MarkShape.square.markup(
          at: place(point), radius: 5, .ink, isHollow: true, title: title)
        : MarkShape.circle.markup(at: place(point), radius: 5, .measured, title: title)
    }
  }

  private func place(_ point: RooflinePoint) -> Point {
    Point(across.position(point.intensity), upwards.position(point.flopsPerSecond))
  }

  /// The peak above the flat part of every roof, the bandwidth along the slope of the highest.
  private var roofNames: [Markup] {
    let flat = roofs.map { roof in
      let text = TextMark(
        "\(roof.name): \(Figures.rate(flopsPerSecond: roof.ceiling.peakFlopsPerSecond))")
      return text.markup(
        at: Point(Self.right - 2, upwards.position(roof.ceiling.peakFlopsPerSecond) - 7), .end,
        roof.isUsed ? .ink : .soft, isOverLines: true)
    }
    guard let highest = roofs.last else { return flat }
    return flat + slopeName(of: highest)
  }

  private func slopeName(of roof: Roof) -> [Markup] {
    let corners = corners(roof)
    let (start, bend) = (corners[0], corners[1])
    let text = TextMark(Figures.rate(bytesPerSecond: roof.ceiling.readBytesPerSecond))
    let length = hypot(bend.x - start.x, bend.y - start.y)
    guard length > text.width + 20 else { return [] }
    let degrees = atan2(bend.y - start.y, bend.x - start.x) * 180 / .pi
    let middle = Point((start.x + bend.x) / 2, (start.y + bend.y) / 2)
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

  /// Names of the points that are furthest below their roofline, as far as there is room.
  private var names: [Markup] {
    var labels = LabelPlacement(
      within: Box(minX: Self.left + 2, minY: top, maxX: Self.right, maxY: floor))
    for point in points { labels.keepFree(Box(around: place(point), width: 14, height: 14)) }
    for roof in roofs { labels.keepFree(along: corners(roof)) }
    var named: Set<RooflinePoint> = []
    var told: Set<String> = []
    var result: [Markup] = []
    let lowest = points.sorted { $0.share ?? .infinity < $1.share ?? .infinity }
    for point in lowest.prefix(Self.mostTried) {
      guard result.count < Self.mostNames else { break }
      let cluster = points.filter { isNear($0, point) }
      guard named.isDisjoint(with: cluster), let name = name(of: cluster), !told.contains(name)
      else { continue }
      named.formUnion(cluster)
      let text = TextMark(name)
      guard let position = labels.place(text, at: LabelPlacement.around(place(point))) else {
        continue
      }
      told.insert(name)
      result.append(
        text.markup(at: position.place, position.anchor, .soft, isOverLines: true))
    }
    return result
  }

  /// What points so near to each other have in common, `nil` when that is not even their tokens.
  private func name(of cluster: [RooflinePoint]) -> String? {
    guard let first = cluster.first, cluster.allSatisfy({ $0.tokens == first.tokens }) else {
      return nil
    }
    let tokens = Figures.count(first.tokens, "token")
    return cluster.allSatisfy { $0.name == first.name }
      ? "\(TextWidth.fit(first.name, into: Self.nameWidth)), \(tokens)"
      : "\(cluster.count) sides, \(tokens)"
  }

  /// Whether the marks of two points touch.
  private func isNear(_ one: RooflinePoint, _ other: RooflinePoint) -> Bool {
    let (a, b) = (place(one), place(other))
    return hypot(a.x - b.x, a.y - b.y) < 12
  }
}
