import Testing

@testable import Reporter

@Suite("Markup")
struct MarkupTests {
  @Test("escapes text and attributes, and leaves out attributes without a value")
  func escaping() {
    let markup = Markup.element("p", ["title": "a\"<'&", "lang": nil]) { "<b>&\u{1B}[1m\u{FFFE}" }
    #expect(
      markup.render(as: .html) == "<p title=\"a&quot;&lt;&#39;&amp;\">&lt;b&gt;&amp;</p>")
  }

  @Test("ends elements as each dialect wants it")
  func dialects() {
    let markup = Markup.element("div") {
      Markup.element("br")
      Markup.element("td")
      Markup.element("svg") { Markup.element("g") }
    }
    #expect(markup.render(as: .html) == "<div><br><td></td><svg><g/></svg></div>")
    #expect(markup.render(as: .xml) == "<div><br/><td/><svg><g/></svg></div>")
  }

  @Test("is built by conditions and loops")
  func building() {
    let isShown = false
    let markup = Markup.element("ul") {
      for index in 1...2 { Markup.element("li") { "\(index)" } }
      if isShown { "hidden" }
      if isShown { "hidden" } else { "shown" }
    }
    #expect(markup.render(as: .xml) == "<ul><li>1</li><li>2</li>shown</ul>")
  }

  @Test("finds the style sheets that a policy must admit")
  func styleSheets() {
    let markup = Markup.element("svg") {
      Markup.element("style") { Markup.verbatim("a{b:c}") }
      Markup.element("g") { Markup.element("style") { Markup.verbatim("d>e{f:g}") } }
    }
    #expect(markup.styleSheets == ["a{b:c}", "d>e{f:g}"])
  }

  @Test("renames ids together with all that refers to them")
  func prefixes() {
    let markup = Markup.element("svg", ["aria-labelledby": "t d"]) {
      Markup.element("title", ["id": "t"]) { "id" }
      Markup.element("path", ["clip-path": "url(#c)", "fill": "red"])
      Markup.element("use", ["href": "#u"])
      Markup.element("a", ["href": "https://example.org"])
    }
    #expect(
      markup.prefixingIDs("x--").render(as: .xml)
        == "<svg aria-labelledby=\"x--t x--d\"><title id=\"x--t\">id</title>"
        + "<path clip-path=\"url(#x--c)\" fill=\"red\"/><use href=\"#x--u\"/>"
        + "<a href=\"https://example.org\"/></svg>")
  }
}
