import ModelSpec

/// The picture of a scenario: its cases in rows, what each comes to by several ways on one axis.
public struct ScenarioChart: Sendable {
  /// The finished picture with its table.
  public let chart: Chart

  /// The picture of what a scenario found; `nil` where it has none, or no case with two amounts.
  public init?(
    _ document: ScenarioDocument, id: String = "scenario", command: Reproduction? = nil
  ) {
    guard let picture = document.picture else { return nil }
    let unit = AmountUnit(picture.unit)
    let rows = picture.rows.compactMap { AmountRow($0, unit: unit) }
    let values = rows.flatMap(\.values) + (unit.isRatio ? [1] : [])
    guard !rows.isEmpty,
      let scale = LogScale(
        showing: values, from: Self.labelWidth, to: ChartFrame.width - Self.labelWidth)
    else { return nil }
    let frame = ChartFrame(
      id: id, title: picture.title, summary: Self.summary(document, unit: unit))
    let (legend, top) = Legend(Self.ways(rows).map(\.legend)).markup(top: 0)
    var y = top + 8
    var body: [Markup] = []
    for row in rows {
      let drawn = row.markup(scale: scale, top: y)
      body += drawn.markup
      y = drawn.bottom
    }
    let axis =
      unit.isRatio
      ? Axis.ratios(scale, atMost: 7).below(top: top + 6, bottom: y, title: Axis.ratioTitle(scale))
      : Axis(scale, scale.ticks(atMost: 7), text: unit.number)
        .below(top: top + 6, bottom: y, title: unit.name)
    chart = Chart(
      id: id, title: picture.title, summary: frame.summary, table: Self.table(rows, unit: unit),
      command: command, drawing: frame.drawing(height: y + Axis.heightBelow, axis + legend + body))
  }

  /// Units kept free at both ends of the axis for the numbers of the outermost marks.
  private static let labelWidth = 72.0

  private static func summary(_ document: ScenarioDocument, unit: AmountUnit) -> String {
    let unit = AmountUnit(document.unit ?? "")
    let number = unit.number(document.value.median) + (unit.isRatio ? "" : " \(unit.name)")
    return "\(number): \(document.valueName), of \(document.candidate)"
      + (document.baseline.map { " against \($0)" } ?? "") + "."
  }

  /// Every way once, in the order of the rows.
  private static func ways(_ rows: [AmountRow]) -> [ScenarioPicture.Amount] {
    var names: Set<String> = []
    return rows.flatMap(\.amounts).filter { names.insert($0.name).inserted }
  }

  private static func table(_ rows: [AmountRow], unit: AmountUnit) -> Table {
    let names = ways(rows).map(\.name)
    return Table(
      columns: [.init("case")]
        + names.map { .init(unit.isRatio ? $0 : "\($0), \(unit.name)", .right) },
      rows: rows.map { row in
        Table.Row(
          [.init(row.name)]
            + names.map { name in
              .init(row.amounts.first { $0.name == name }.map { unit.written($0.value) } ?? "-")
            })
      })
  }
}

/// How the amounts of a picture are written.
private struct AmountUnit {
  /// The unit in words; empty for ratios.
  let name: String

  init(_ name: String) { self.name = name }

  var isRatio: Bool { name.isEmpty }

  func number(_ value: Double) -> String {
    isRatio ? Figures.ratio(value) : Figures.significant(value, trimmed: true)
  }

  /// The number with its interval where it has one.
  func written(_ value: Quantity) -> String {
    number(value.median)
      + (value.low < value.high ? " \(Figures.interval(value.low, value.high))" : "")
  }
}

/// One case with the amounts that have a place on a logarithmic scale.
private struct AmountRow {
  let name: String
  let amounts: [ScenarioPicture.Amount]
  private let unit: AmountUnit

  /// `nil` where less than two amounts can be drawn: one alone is held against nothing.
  init?(_ row: ScenarioPicture.Row, unit: AmountUnit) {
    name = row.name
    self.unit = unit
    amounts = row.amounts.filter { amount in
      [amount.value.low, amount.value.median, amount.value.high].allSatisfy(\.isDrawable)
    }
    guard amounts.count > 1 else { return nil }
  }

  var values: [Double] { amounts.flatMap { [$0.value.low, $0.value.median, $0.value.high] } }

  /// From the top of the row to the middle of its marks.
  private static let markY = 34.0
  private static let height = 50.0

  /// The row from `top` down, and where it ends.
  func markup(scale: LogScale, top: Double) -> (markup: [Markup], bottom: Double) {
    let y = top + Self.markY
    var result = [
      TextMark(name, width: ChartFrame.width - 2 * ChartFrame.margin).markup(
        at: Point(ChartFrame.margin, top + 14), isOverLines: true)
    ]
    let places = amounts.map { scale.position($0.value.median) }
    if let first = places.min(), let last = places.max() {
      result.append(Line.markup([Point(first, y), Point(last, y)], .line))
    }
    var labels = LabelPlacement(
      within: Box(minX: 2, minY: top + 18, maxX: ChartFrame.width - 2, maxY: top + 2 * Self.height),
      slack: 1.15)
    for (amount, x) in zip(amounts, places) {
      let place = Point(x, y)
      result += amount.mark(
        at: place, on: scale, text: "\(amount.name) \(unit.written(amount.value))")
      labels.keepFree(Box(around: place, width: 14, height: 14))
    }
    var bottom = top + Self.height
    for index in amounts.indices {
      let text = TextMark(unit.number(amounts[index].value.median))
      // Below its mark, so that no number seems to be its neighbour's; beside it only outwards.
      let mark = Point(places[index], y)
      let around = LabelPlacement.around(mark, distance: 12)
      let below = around.filter { $0.place.y > mark.y + TextMark.rise }
      let outwards = around.filter { $0.place.y == mark.y + TextMark.rise }.filter {
        $0.anchor == .start ? mark.x == places.max() : mark.x == places.min()
      }
      let lower = below.prefix(1).map {
        LabelPlacement.Position(
          place: Point($0.place.x, $0.place.y + ChartFrame.lineHeight - 4), anchor: $0.anchor)
      }
      guard let position = labels.place(text, at: below.prefix(1) + outwards + lower) else {
        continue
      }
      result.append(text.markup(at: position.place, position.anchor, isOverLines: true))
      bottom = max(bottom, position.place.y + TextMark.descent + 6)
    }
    return (result, bottom)
  }
}

extension ScenarioPicture.Amount {
  /// Its mark and what it stands for.
  fileprivate var legend: Legend.Entry {
    let sign = source.sign
    return .shape(sign.shape, sign.colour, isHollow: sign.isHollow, name)
  }

  /// The mark with its interval.
  fileprivate func mark(at place: Point, on scale: LogScale, text: String) -> [Markup] {
    let sign = source.sign
    let mark = sign.shape.markup(at: place, sign.colour, isHollow: sign.isHollow, title: text)
    guard value.low < value.high else { return [mark] }
    let interval = Line.interval(
      from: Point(scale.position(value.low), place.y),
      to: Point(scale.position(value.high), place.y), isUpright: false, sign.colour)
    return [interval, mark]
  }
}

extension ScenarioPicture.Source {
  /// The mark by which pictures show it.
  fileprivate var sign: (shape: MarkShape, colour: ChartColour, isHollow: Bool) {
    switch self {
    case .given: (.square, .soft, false)
    case .claimed: (.diamond, .ink, true)
    case .counted: (.square, .flops, false)
    case .measured: (.circle, .measured, false)
    case .priced: (.bar, .measured, false)
    case .baseline: (.bar, .line, false)
    }
  }
}
