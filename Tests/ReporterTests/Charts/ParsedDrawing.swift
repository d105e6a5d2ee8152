import Foundation
import FoundationXML
import Testing

@testable import Reporter

/// An SVG file as a real XML parser reads it.
struct ParsedDrawing {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// Names of the elements around it, outermost first.
    let parents: [String]
    /// The characters directly in it.
    var text = ""
    /// The text of its own `title`, shown when pointed at.
    var hint: String?

    func number(_ name: String) -> Double? { attributes[name].flatMap(Double.init) }
  }

  /// All elements in the order of their beginnings.
  let elements: [Element]

  /// Reads a document, `nil` when it is not well-formed.
  init?(_ svg: String) {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    guard parser.parse() else { return nil }
    elements = reader.elements
  }

  func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// What is written in the picture.
  var texts: [String] { named("text").map(\.text) }

  /// What marks say when they are pointed at.
  var hints: [String] { elements.filter { $0.name != "text" }.compactMap(\.hint) }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      elements.append(
        Element(name: name, attributes: attributes, parents: open.map { elements[$0].name }))
      open.append(elements.count - 1)
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      let closed = open.removeLast()
      if name == "title", let parent = open.last, elements[parent].name != "svg" {
        elements[parent].hint = elements[closed].text
      }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if let current = open.last { elements[current].text += text }
    }
  }
}

/// What must hold of every picture, whatever is drawn.
func expectSound(_ chart: Chart, _ location: SourceLocation = #_sourceLocation) {
  guard let parsed = ParsedDrawing(chart.svg) else {
    Issue.record("\(chart.id) is not well-formed", sourceLocation: location)
    return
  }
  let allowed: Set = ["svg", "title", "desc", "style", "rect", "g", "text", "path", "circle"]
  for element in parsed.elements {
    #expect(allowed.contains(element.name), sourceLocation: location)
    let attributes = element.attributes.filter { $0.key != "xmlns" }
    #expect(attributes["style"] == nil && attributes["href"] == nil, sourceLocation: location)
    #expect(!attributes.keys.contains { $0.hasPrefix("on") }, sourceLocation: location)
    #expect(!attributes.values.contains { $0.contains("url(") }, sourceLocation: location)
    for name in (attributes["class"] ?? "").split(separator: " ") {
      #expect(name.hasPrefix("tf-"), sourceLocation: location)
    }
  }
  #expect(parsed.named("style").map(\.text) == [ChartStyle.sheet], sourceLocation: location)
  let ids = parsed.elements.compactMap { $0.attributes["id"] }
  #expect(ids == ["\(chart.id)-title", "\(chart.id)-desc"], sourceLocation: location)
  #expect(parsed.elements[0].attributes["aria-labelledby"] == ids.joined(separator: " "))
  for row in chart.table.rows {
    #expect(row.entries.count == chart.table.columns.count, sourceLocation: location)
  }
  expectTextWithin(parsed, location)
}

/// No upright text lies over another by the estimate of their sizes.
func expectApart(_ chart: Chart, _ location: SourceLocation = #_sourceLocation) throws {
  let parsed = try #require(ParsedDrawing(chart.svg), sourceLocation: location)
  let boxes = parsed.named("text").filter { $0.attributes["font-size"] == nil }
    .filter { text in text.parents.count { $0 == "g" } < 2 }
    .compactMap { text -> (String, Box)? in
      guard let x = text.number("x"), let y = text.number("y") else { return nil }
      let anchor = text.attributes["text-anchor"].flatMap(TextMark.Anchor.init) ?? .start
      return (text.text, TextMark(text.text).box(at: Point(x, y), anchor))
    }
  for (index, (text, box)) in boxes.enumerated() {
    for (other, another) in boxes[..<index] {
      #expect(!box.overlaps(another), "\(text) over \(other)", sourceLocation: location)
    }
  }
}

/// No text leaves the picture by the estimate of its width; titles of their own are no text.
private func expectTextWithin(_ parsed: ParsedDrawing, _ location: SourceLocation) {
  for text in parsed.named("text") {
    guard let x = text.number("x") else {
      Issue.record("text without a place", sourceLocation: location)
      continue
    }
    // Turned text is placed by its own coordinates.
    guard text.parents.filter({ $0 == "g" }).count < 2 else { continue }
    let width = TextWidth.measure(text.text, size: text.number("font-size") ?? ChartFrame.fontSize)
    let left: Double =
      switch text.attributes["text-anchor"] {
      case "middle": x - width / 2
      case "end": x - width
      default: x
      }
    #expect(left >= -0.1, "\(text.text)", sourceLocation: location)
    #expect(left + width <= ChartFrame.width + 0.1, "\(text.text)", sourceLocation: location)
  }
}
