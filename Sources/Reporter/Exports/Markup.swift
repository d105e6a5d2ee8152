/// A piece of HTML, SVG or XML as a tree, so that no string reaches a document unescaped.
///
/// It is written here because the available HTML libraries pull in all of Foundation with some 30
/// MB of Unicode tables, and reports must render from a small executable.
indirect enum Markup: Hashable, Sendable {
  /// Characters, escaped when written.
  case text(String)
  /// An element with its attributes in order and what is in it.
  case element(String, [Attribute], [Markup])
  /// Trusted characters of this program, such as a style sheet: never anything from a file.
  case verbatim(String)

  /// An attribute, whose value is escaped when it is written.
  struct Attribute: Hashable, Sendable {
    let name: String
    let value: String
  }

  /// An element; attributes without a value are left out.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:],
    @MarkupBuilder _ content: () -> [Markup] = { [] }
  ) -> Markup {
    .element(
      name,
      attributes.compactMap { name, value in value.map { Attribute(name: name, value: $0) } },
      content())
  }
}

extension Markup {
  /// How an element without content is closed.
  enum Dialect {
    /// HTML: void elements have no end, all others have one.
    case html
    /// XML and SVG: whatever is empty closes itself.
    case xml
  }

  /// The tree as text, to which no white space is added.
  func render(as dialect: Dialect) -> String {
    var text = ""
    write(to: &text, as: dialect)
    return text
  }

  private func write(to text: inout String, as dialect: Dialect) {
    switch self {
    case .text(let characters): text += Escaping.markup(characters)
    case .verbatim(let characters): text += characters
    case .element(let name, let attributes, let content):
      text += "<\(name)"
      for attribute in attributes {
        text += " \(attribute.name)=\"\(Escaping.markup(attribute.value))\""
      }
      if content.isEmpty, dialect == .xml {
        text += "/>"
        return
      }
      text += ">"
      if dialect == .html, Self.voidElements.contains(name) { return }
      // An SVG drawing within a page follows the rules of XML, which HTML parsers accept.
      for part in content { part.write(to: &text, as: name == "svg" ? .xml : dialect) }
      text += "</\(name)>"
    }
  }

  /// Elements of HTML that have no content and no end (HTML Living Standard, section 13.1.2), as far
  /// as pages use them.
  private static let voidElements: Set<String> = ["br", "col", "hr", "link", "meta"]
}

/// Lets the content of an element be written as a list of pieces, with conditions and loops.
@resultBuilder
enum MarkupBuilder {
  static func buildExpression(_ piece: Markup) -> [Markup] { [piece] }
  static func buildExpression(_ pieces: [Markup]) -> [Markup] { pieces }
  static func buildExpression(_ text: String) -> [Markup] { [.text(text)] }
  static func buildBlock(_ parts: [Markup]...) -> [Markup] { parts.flatMap { $0 } }
  static func buildOptional(_ part: [Markup]?) -> [Markup] { part ?? [] }
  static func buildEither(first part: [Markup]) -> [Markup] { part }
  static func buildEither(second part: [Markup]) -> [Markup] { part }
  static func buildArray(_ parts: [[Markup]]) -> [Markup] { parts.flatMap { $0 } }
}
