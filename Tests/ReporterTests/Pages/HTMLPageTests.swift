import Testing

@testable import Reporter

@Suite("Pages in HTML")
struct HTMLPageTests {
  /// The text between two marks, the first such.
  private func part(_ html: String, from start: String, to end: String) throws -> String {
    let tail = try #require(html.firstRange(of: start).map { html[$0.upperBound...] })
    return try String(#require(tail.firstRange(of: end).map { tail[..<$0.lowerBound] }))
  }

  private func main(_ blocks: Page.Block...) throws -> String {
    let html = HTMLPage.render(Page([.title("t"), .heading("H")] + blocks))
    return try part(html, from: "<h2 id=\"h\">H</h2>", to: "</section>")
  }

  @Test("are whole, even when empty")
  func empty() {
    let html = HTMLPage.render(Page())
    #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"))
    #expect(html.hasSuffix("</body></html>\n"))
    #expect(html.contains("<title>Tenfold</title>"))
    #expect(html.contains("<main id=\"main\"></main>"))
    #expect(!html.contains("<nav"))
  }

  @Test("admit their own style sheets and nothing else")
  func policy() throws {
    let html = HTMLPage.render(Page([.chart(Sample.chart()), .chart(Sample.chart())]))
    let policy = try part(html, from: "Content-Security-Policy\" content=\"", to: "\">")
    let styles = [StyleSheet.page, "rect{fill:red}"].map {
      " &#39;sha256-\(SHA256.base64(of: $0))&#39;"
    }
    #expect(
      policy
        == "default-src &#39;none&#39;; script-src &#39;none&#39;; img-src &#39;none&#39;; style-src"
        + styles.joined() + "; base-uri &#39;none&#39;; form-action &#39;none&#39;")
    #expect(html.contains("<style>\(StyleSheet.page)</style>"))
    for word in ["<script", "style=", "url(", "@import", "http:", "https:"] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  @Test("list their headings, and link to each under a name of its own")
  func contents() throws {
    let html = HTMLPage.render(
      Page([
        .title("T"), .paragraph("lede"), .heading("Same"), .heading("Same", level: 2),
        .heading("<b>", level: 3), .heading("Main"),
      ]))
    #expect(
      try part(html, from: "<h2 id=\"contents\">Contents</h2>", to: "</nav>")
        == "<ol><li><a href=\"#same\">Same</a><ol><li><a href=\"#same-2\">Same</a></li></ol></li>"
        + "<li><a href=\"#main-2\">Main</a></li></ol>")
    #expect(try part(html, from: "<header>", to: "</header>") == "<h1>T</h1><p>lede</p>")
    #expect(
      try part(html, from: "<main id=\"main\">", to: "</main>")
        == "<section aria-labelledby=\"same\"><h2 id=\"same\">Same</h2>"
        + "<h3 id=\"same-2\">Same</h3><h4 id=\"b\">&lt;b&gt;</h4></section>"
        + "<section aria-labelledby=\"main-2\"><h2 id=\"main-2\">Main</h2></section>")
  }

  @Test("lay out prose, lists, facts, warnings and commands")
  func blocks() throws {
    #expect(try main(.paragraph("a<")) == "<p>a&lt;</p>")
    #expect(
      try main(.warning("w"))
        == "<p class=\"warning\"><strong>Caution: </strong>w</p>")
    #expect(
      try main(.list(["a", "b"], isNumbered: true))
        == "<ol class=\"points\"><li>a</li><li>b</li></ol>")
    #expect(try main(.list([])) == "<ul class=\"points\"></ul>")
    #expect(
      try main(.facts([.init("n", "v")])) == "<dl><div><dt>n</dt><dd>v</dd></div></dl>")
    #expect(
      try main(.command("a  'b'"))
        == "<p class=\"command\"><code><span>a</span> <span></span> <span>&#39;b&#39;</span></code></p>"
    )
    #expect(
      try main(.folded("more", [.paragraph("p"), .heading("h")]))
        == "<details><summary>more</summary><p>p</p><p class=\"lead\">h</p></details>")
  }

  @Test("give tables a caption, scopes, a frame that scrolls and tones with a name")
  func table() throws {
    let table = Table(
      columns: [.init("name"), .init("n", .right)],
      rows: [
        .init(["a", .init("1", tone: .bad)], detail: "because"), .init(["", .init("2")]),
      ])
    #expect(
      try main(.table(table))
        == "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"H, table\"><table>"
        + "<caption>H</caption><thead><tr><th scope=\"col\">name</th>"
        + "<th scope=\"col\" class=\"number\">n</th></tr></thead><tbody>"
        + "<tr class=\"detailed\"><th scope=\"row\" class=\"short\">a</th><td class=\"short number bad\">1</td></tr>"
        + "<tr class=\"detail\"><td colspan=\"2\"><p>because</p></td></tr>"
        + "<tr><td class=\"short\"></td><td class=\"short number\">2</td></tr></tbody></table></div>"
    )
  }

  @Test("show each chart with its summary, its figures and its command")
  func chart() throws {
    let html = try main(
      .chart(Sample.chart(command: .command("tenfold run"))), .chart(Sample.chart()))
    #expect(html.contains("<figure id=\"c\"><figcaption>"))
    #expect(html.contains("<figure id=\"c-2\">"))
    #expect(
      html.contains("aria-labelledby=\"c--c-title\"><title id=\"c--c-title\">A chart</title>"))
    #expect(html.contains("aria-labelledby=\"c-2--c-title\"><title id=\"c-2--c-title\">"))
    #expect(html.components(separatedBy: "<summary>The figures</summary>").count == 3)
    #expect(
      html.components(separatedBy: "<code><span>tenfold</span> <span>run</span></code>").count == 2)
  }

  @Test("keep the folded in place where nothing folds")
  func elsewhere() {
    let page = Page([.folded("More", [.paragraph("a"), .command("b --c")])])
    #expect(TextPage.render(page) == "More\n\na\n\n  b --c\n")
    #expect(MarkdownPage.render(page) == "**More**\n\na\n\n    b --c\n")
  }
}

extension Sample {
  /// A chart of nothing.
  static func chart(id: String = "c", command: Reproduction? = nil) -> Chart {
    Chart(
      id: id, title: "A chart", summary: "Says nothing.",
      table: Table(columns: [.init("n")], rows: [.init(["1"])]), command: command,
      drawing: .element("svg", ["aria-labelledby": "\(id)-title"]) {
        Markup.element("title", ["id": "\(id)-title"]) { "A chart" }
        Markup.element("style") { Markup.verbatim("rect{fill:red}") }
      })
  }
}
