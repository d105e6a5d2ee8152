import LayerSpec

/// Writes a page as one HTML file that needs nothing but itself.
///
/// There is no script in it and nothing is fetched: a Content-Security-Policy forbids both, and
/// admits the file's own style sheets by their hashes, so that not even a string that got past every
/// escape could load or run anything.
public enum HTMLPage {
  /// The page as an HTML document.
  public static func render(_ page: Page) -> String {
    var body = HTMLBody()
    for block in page.blocks { body.append(block) }
    let document = Markup.element("html", ["lang": "en"]) {
      head(title: body.title, drawings: body.drawings)
      body.markup
    }
    return "<!doctype html>\n" + document.render(as: .html) + "\n"
  }

  private static func head(title: String, drawings: [Markup]) -> Markup {
    .element("head") {
      Markup.element("meta", ["charset": "utf-8"])
      // The policy stands before everything that it governs.
      Markup.element(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": policy(styles: [StyleSheet.page] + drawings.flatMap(\.styleSheets)),
        ])
      Markup.element(
        "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
      Markup.element("meta", ["name": "color-scheme", "content": "light dark"])
      Markup.element("meta", ["name": "referrer", "content": "no-referrer"])
      Markup.element("title") { title }
      Markup.element("style") { Markup.verbatim(StyleSheet.page) }
    }
  }

  /// Nothing may be loaded, run, framed or sent; style sheets only those whose hashes are named
  /// (Content Security Policy Level 3, sections 6.1 and 6.3).
  private static func policy(styles: [String]) -> String {
    let hashes = styles.map { "'sha256-\(SHA256.base64(of: $0))'" }.uniqued()
    return "default-src 'none'; script-src 'none'; img-src 'none'; "
      + "style-src \(hashes.joined(separator: " ")); base-uri 'none'; form-action 'none'"
  }
}

extension Markup {
  /// The text of every style element in the tree.
  var styleSheets: [String] {
    switch self {
    case .text, .verbatim: []
    case .element("style", _, let content): [content.map { $0.render(as: .html) }.joined()]
    case .element(_, _, let content): content.flatMap(\.styleSheets)
    }
  }

  /// The tree with `prefix` before every id and before whatever refers to one.
  ///
  /// Two drawings in one document may then use the same ids.
  func prefixingIDs(_ prefix: String) -> Markup {
    guard case .element(let name, let attributes, let content) = self else { return self }
    let renamed = attributes.map { attribute in
      let value = attribute.value
      switch attribute.name {
      case "id": return Attribute(name: "id", value: prefix + value)
      case "aria-labelledby", "aria-describedby":
        let ids = value.split(separator: " ").map { prefix + $0 }
        return Attribute(name: attribute.name, value: ids.joined(separator: " "))
      case "href" where value.hasPrefix("#"):
        return Attribute(name: "href", value: "#" + prefix + value.dropFirst())
      case _ where value.hasPrefix("url(#"):
        return Attribute(name: attribute.name, value: "url(#" + prefix + value.dropFirst(5))
      default: return attribute
      }
    }
    return .element(name, renamed, content.map { $0.prefixingIDs(prefix) })
  }
}
