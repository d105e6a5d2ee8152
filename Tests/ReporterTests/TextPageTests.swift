import Testing

@testable import Reporter

@Suite("Text pages")
struct TextPageTests {
  @Test("count columns as a terminal does")
  func displayWidth() {
    #expect("abc".displayWidth == 3)
    #expect("数据".displayWidth == 4)
    #expect("e\u{301}".displayWidth == 1)
    #expect("👩‍👩‍👧".displayWidth == 2)
    #expect("".displayWidth == 0)
  }

  @Test("shorten in the middle, to the column")
  func elided() {
    #expect("mixtral-8x7b".elided(columns: 12) == "mixtral-8x7b")
    #expect("mixtral-8x7b".elided(columns: 9) == "mix...x7b")
    #expect("数据数据".elided(columns: 6) == "数...")
    #expect("abcdef".elided(columns: 2) == "ab")
  }

  @Test("wrap at spaces, and break only words that are longer than a line")
  func wrapped() {
    #expect("".wrapped(columns: 10).isEmpty)
    #expect("one two three".wrapped(columns: 7) == ["one two", "three"])
    #expect("abcdefgh ij".wrapped(columns: 4) == ["abcd", "efgh", "ij"])
    #expect("数据数据".wrapped(columns: 5) == ["数据", "数据"])
    #expect("abcd".wrapped(columns: 4) == ["abcd"])
  }

  @Test("align columns and put details below their row")
  func table() {
    let table = Table(
      columns: [.init("name"), .init("ratio", .right)],
      rows: [.init(["a", "10x"], detail: "why it is so"), .init(["longer", "5x"])])
    #expect(
      TextPage.render(Page([.table(table)]), width: 40) == """
        name    ratio
        a         10x
            why it is so
        longer     5x

        """)
  }

  @Test("colour only when asked, and then change no visible character")
  func colours() {
    let page = Page([
      .title("T"), .heading("H"),
      .table(Table(columns: [.init("v")], rows: [.init([.init("x", tone: .bad)])])),
    ])
    let plain = TextPage.render(page)
    let coloured = TextPage.render(page, style: .coloured)
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.contains("\u{1B}[31mx\u{1B}[0m"))
    #expect(
      coloured.split(separator: "\n").map { Escaping.terminal(String($0)) }
        == plain.split(separator: "\n").map(String.init))
  }

  @Test("stay within their width whatever a file says", arguments: [40, 100])
  func width(_ width: Int) {
    let long = String(repeating: "数x", count: 500)
    let page = Page([
      .title(long), .heading(long), .heading(long, level: 2), .paragraph(long), .warning(long),
      .facts([.init(long, long), .init("short", "a \(long)")]),
      .list([long, "b"]), .list([long], isNumbered: true),
      .table(
        Table(
          columns: [.init("a"), .init(long, .right), .init("c")],
          rows: [.init([.init(long), .init(long), "1"], detail: long)])),
    ])
    for line in TextPage.render(page, width: width).split(separator: "\n") {
      #expect(String(line).displayWidth <= width)
    }
  }

  @Test("render nothing as nothing")
  func empty() {
    #expect(TextPage.render(Page()) == "")
    #expect(TextPage.render(Page([.table(Table(columns: []))])) == "\n")
  }
}
