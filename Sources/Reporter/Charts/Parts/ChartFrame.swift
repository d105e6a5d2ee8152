/// What every picture has around it: its size, its names for screen readers, its style and paper.
struct ChartFrame {
  /// Unique among the pictures of a page.
  let id: String
  /// What is drawn.
  let title: String
  /// What the picture says.
  let summary: String

  /// Units across every picture.
  static let width = 560.0
  /// Units of all text.
  ///
  /// A phone of 360 pixels leaves a picture some 336, on which 15 of 560 units are 9 pixels: the
  /// smallest text that can be read. On a desktop a unit is at most 640/560 of a pixel, and text 17.
  static let fontSize = 15.0
  /// From one line of text to the next.
  static let lineHeight = 20.0
  /// Free at every edge.
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
        TextWidth.of(longer, size: headingSize) > room
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
