import Testing

@testable import Reporter

@Suite("Text in spreadsheets")
struct SpreadsheetTextTests {
  @Test(
    "is quoted where a field would end, and never a formula",
    arguments: [
      ("plain", "plain"), ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
      ("a;b", "\"a;b\""), ("a\r\nb", "a  b"), ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"),
      ("@x", "'@x"), ("\t=1", " '=1"), ("\r=1", " '=1"), ("  =1", "  '=1"), ("a=1", "a=1"),
      ("a;=1", "\"a;'=1\""), ("\"=1", "\"\"\"'=1\""), ("＝1", "'＝1"), ("\u{200B}=1", "'=1"),
      ("a - b", "a - b"),
    ])
  func field(_ text: String, _ field: String) {
    #expect(SpreadsheetText.field(text) == field)
  }
}
