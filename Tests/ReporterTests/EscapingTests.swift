import Testing

@testable import Reporter

@Suite("Escaping")
struct EscapingTests {
  @Test(
    "leaves nothing that moves a cursor, colours or turns the reading direction",
    arguments: [
      ("plain", "plain"), ("", ""), ("a\u{1B}[31mred\u{1B}[0m", "ared"), ("a\u{9B}31mb", "ab"),
      ("two\nlines\tand\r\n", "two lines and  "), ("bell\u{7}\u{0}", "bell"),
      ("\u{202E}evil\u{2066}\u{200B}\u{FEFF}", "evil"), ("unfinished \u{1B}[12", "unfinished "),
      ("end\u{1B}", "end"), ("\u{1B}]0;title\u{7}x", "0;titlex"), ("sep\u{2028}x", "sep x"),
      ("größer 数", "größer 数"),
    ])
  func terminal(_ input: String, _ output: String) {
    #expect(Escaping.terminal(input) == output)
  }

  @Test(
    "leaves nothing that Markdown reads as markup",
    arguments: [
      ("a|b", "a\\|b"), ("`code`", "\\`code\\`"), ("<script>", "&lt;script&gt;"),
      ("a&lt;", "a&amp;lt;"),
      ("one\ntwo", "one two"), ("[x](y)", "\\[x\\](y)"), ("a_b*c", "a\\_b\\*c"), ("\\|", "\\\\\\|"),
    ])
  func markdown(_ input: String, _ output: String) {
    #expect(Escaping.markdown(input) == output)
  }

  @Test("keeps prose from becoming a list")
  func prose() {
    let page = Page([
      .paragraph("- no"), .paragraph("1. no"), .paragraph("+ no"), .paragraph("2 yes"),
    ])
    #expect(MarkdownPage.render(page) == "\\- no\n\n1\\. no\n\n\\+ no\n\n2 yes\n")
  }
}
