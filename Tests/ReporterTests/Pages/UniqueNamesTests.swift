import Testing

@testable import Reporter

@Suite("Names for ids and files")
struct UniqueNamesTests {
  @Test(
    "keep letters and digits only",
    arguments: [
      ("Mixtral-8x7B against llama2-70b", "mixtral-8x7b-against-llama2-70b"), ("", ""), ("...", ""),
      ("../../etc/passwd", "etc-passwd"), ("-rf", "rf"), ("a\u{0}b\n", "a-b"), ("Größe 數", "gr-e"),
      ("  a  ", "a"), ("İ", ""),
    ])
  func slug(_ text: String, _ slug: String) {
    #expect(UniqueNames.slug(text) == slug)
  }

  @Test("stay short")
  func length() {
    let slug = UniqueNames.slug(String(repeating: "ab ", count: 1000))
    #expect(slug.utf8.count <= 100)
    #expect(!slug.hasSuffix("-"))
  }

  @Test("are given out once")
  func unique() {
    var names = UniqueNames(reserved: ["main"])
    let texts = ["Main", "a", "A", "a-2", "?", "!"]
    #expect(
      texts.map { names.name(for: $0, otherwise: "section") }
        == ["main-2", "a", "a-2", "a-2-2", "section", "section-2"])
  }
}
