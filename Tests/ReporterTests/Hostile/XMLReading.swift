import Foundation
import FoundationXML

/// What a parser of others finds in an XML document.
final class XMLReading: NSObject, XMLParserDelegate {
  /// Names of elements, in the order in which they begin.
  private(set) var elements: [String] = []
  /// Names and values of all attributes.
  private(set) var attributes: [(name: String, value: String)] = []
  /// Texts of all elements, each with its element's name.
  private(set) var texts: [(element: String, text: String)] = []
  private var open: [Int] = []

  /// Reads a document.
  ///
  /// - Throws: what the parser found wrong.
  init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
  }

  /// The texts of elements of one name.
  func texts(of element: String) -> [String] {
    texts.filter { $0.element == element }.map(\.text)
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(name)
    self.attributes += attributes.map { ($0.key, $0.value) }
    open.append(texts.count)
    texts.append((name, ""))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { texts[last].text += text }
  }
}
