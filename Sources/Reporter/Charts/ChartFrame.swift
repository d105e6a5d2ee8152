/// What every picture has around it: its size, its names for screen readers, its style and paper.
struct ChartFrame {
  /// Unique among the pictures of a page.
  let id: String
  /// What is drawn, also the name for screen readers.
  let title: String
  /// What the picture says, also the description for screen readers.
  let summary: String

  /// Units across every picture.
  static let width = 560.0
  /// Font size of all text, in units.
  ///
  /// A phone of 360 pixels leaves a picture some 336, on which 15 of 560 units are 9 pixels: the
  /// smallest text that can be read. On a desktop a unit is at most 640/560 of a pixel, and text 17.
  static let fontSize = 15.0
  /// From one line of text to the next.
  static let lineHeight = 20.0
  /// Units that stay free at every edge.
  static let margin = 12.0

  /// The picture, as high as its body and the margins.
  ///
  /// In the body y begins at 0.
  func drawing(height: Double, _ body: [Markup]) -> Markup {
    let (width, tall) = (Self.width.coordinate, (height + 2 * Self.margin).coordinate)
    return .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "tf-chart", "role": "img",
        "aria-labelledby": "\(id)-title \(id)-desc", "viewBox": "0 0 \(width) \(tall)",
        "width": width, "height": tall,
      ]
    ) {
      Markup.element("title", ["id": "\(id)-title"]) { title }
      Markup.element("desc", ["id": "\(id)-desc"]) { summary }
      Markup.element("style") { Markup.verbatim(ChartStyle.sheet) }
      Self.paper(top: 0, height: height + 2 * Self.margin)
      Markup.element("g", ["transform": "translate(0 \(Self.margin.coordinate))"]) { body }
    }
  }

  private static func paper(top: Double, height: Double) -> Markup {
    .element(
      "rect",
      [
        "y": top.coordinate, "width": width.coordinate, "height": height.coordinate,
        "class": "tf-fill-paper",
      ])
  }
}

// MARK: - Standing alone

extension ChartFrame {
  private static let headingSize = 17.0
  private static let headingLine = 23.0
  private static let mostHeadingLines = 3
  /// How much wider semi-bold letters are, rounded up.
  private static let boldness = 1.1

  /// A picture with its title above it, for where no page says what it shows.
  static func headed(_ drawing: Markup, _ title: String) -> Markup {
    guard case .element(let name, var attributes, let content) = drawing,
      let size = attributes.firstIndex(where: { $0.name == "height" }),
      let box = attributes.firstIndex(where: { $0.name == "viewBox" }),
      let height = Double(attributes[size].value)
    else { return drawing }
    let lines = headingLines(title)
    let room = margin + Double(lines.count) * headingLine
    attributes[size] = Markup.Attribute(name: "height", value: (height + room).coordinate)
    attributes[box] = Markup.Attribute(
      name: "viewBox",
      value: [0, -room, width, height + room].map(\.coordinate).joined(separator: " "))
    let heading = lines.enumerated().map { index, line in
      Markup.element(
        "text",
        [
          "x": margin.coordinate,
          "y": (margin + Double(index) * headingLine + headingSize - room).coordinate,
          "font-size": headingSize.coordinate, "class": "tf-fill-ink tf-strong",
        ]
      ) { line }
    }
    return .element(name, attributes, content + [paper(top: -room, height: room + 1)] + heading)
  }

  /// The title in as many lines as it takes, the last one elided when that is too many.
  private static func headingLines(_ title: String) -> [String] {
    let room = (width - 2 * margin) / boldness
    var lines: [String] = []
    var line = ""
    for word in TextWidth.visible(title).split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if !line.isEmpty, lines.count < mostHeadingLines - 1,
        TextWidth.measure(longer, size: headingSize) > room
      {
        lines.append(line)
        line = String(word)
      } else {
        line = longer
      }
    }
    return (lines + [line]).map { TextWidth.fit($0, into: room, size: headingSize) }
  }
}

/// Lines at round numbers, with the numbers beside them.
struct Axis {
  /// Where numbers stand.
  let scale: LogScale
  /// The numbers that get a line, with their text.
  let ticks: [(value: Double, text: String)]
  /// Numbers whose line stands out.
  let emphasised: Set<Double>

  init(
    _ scale: LogScale, _ ticks: [Double], emphasised: Set<Double> = [],
    text: (Double) -> String
  ) {
    self.scale = scale
    self.ticks = ticks.map { ($0, text($0)) }
    self.emphasised = emphasised
  }

  /// An axis of ratios on which 1x stands out: above it the candidate saves.
  static func ratios(_ scale: LogScale, atMost count: Int) -> Axis {
    Axis(scale, scale.ticks(atMost: count), emphasised: [1], text: Figures.ratio)
  }

  /// What an axis of ratios shows, and what 1x means where it is on it.
  static func ratioTitle(_ scale: LogScale) -> String {
    scale.contains(1)
      ? "baseline / candidate: right of 1x the candidate saves" : "baseline / candidate"
  }

  /// Upright lines from `top` to `bottom`, numbers below, then what they are.
  func below(top: Double, bottom: Double, title: String) -> [Markup] {
    let lines = ticks.map { tick in
      let x = scale.position(tick.value)
      return line([Point(x, top), Point(x, bottom)], at: tick.value)
    }
    let numbers = ticks.map { tick in
      centred(
        TextMark(tick.text), at: Point(scale.position(tick.value), bottom + 18),
        emphasised.contains(tick.value) ? .ink : .soft)
    }
    let middle = Point((scale.start + scale.end) / 2, bottom + 18 + ChartFrame.lineHeight)
    return lines + numbers + [centred(TextMark(title), at: middle, .soft)]
  }

  /// Text around a place, or as near to it as the edges of the picture let it.
  private func centred(_ text: TextMark, at place: Point, _ colour: ChartColour) -> Markup {
    let half = text.width / 2
    let x = max(half + 2, min(ChartFrame.width - half - 2, place.x))
    return text.markup(at: Point(x, place.y), .middle, colour)
  }

  /// Units that numbers and title take below the lines.
  static let heightBelow = 18 + ChartFrame.lineHeight + TextMark.descent

  /// Lines across from `left` to `right`, numbers at their left.
  func leftOf(_ left: Double, right: Double) -> [Markup] {
    ticks.flatMap { tick in
      let y = scale.position(tick.value)
      return [
        line([Point(left, y), Point(right, y)], at: tick.value),
        TextMark(tick.text, width: left - 8).markup(
          at: Point(left - 8, y + TextMark.rise), .end,
          emphasised.contains(tick.value) ? .ink : .soft),
      ]
    }
  }

  private func line(_ points: [Point], at value: Double) -> Markup {
    emphasised.contains(value)
      ? Line.markup(points, .line, width: 1.5) : Line.markup(points, .grid)
  }
}
