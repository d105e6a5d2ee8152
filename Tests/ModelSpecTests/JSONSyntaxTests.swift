import Foundation
import Testing

@testable import ModelSpec

/// Where a document stops being JSON, for a reader with an editor.
@Suite struct JSONSyntaxTests {
  @Test(arguments: [
    ("", 0), ("  ", 2), (#"{"a": [1, 2"#, 11), (#"{"a": [1 2]}"#, 9), (#"{"a": 1} x"#, 9),
    (#"{"a" 1}"#, 5), (#"{a: 1}"#, 1), (#"{"a": 1,}"#, 8), ("[1,]", 3), ("[01]", 2), ("[1.]", 3),
    ("[-]", 2), ("[1e]", 3), ("[+1]", 1), ("[.5]", 1), ("[tru]", 1), ("]", 0), ("[}", 1),
    (#"{"a": "x"#, 8), ("[\"a\u{1}\"]", 3), (#"["\x"]"#, 2), ("[1]]", 3), ("[truee]", 1),
  ])
  func theFirstByteThatCannotBeThereIsFound(_ text: String, _ offset: Int) {
    #expect(JSONSyntax.firstFault(in: Array(text.utf8)) == offset)
  }

  @Test(arguments: [
    "1", "-0.5e+3", "true", #""""#, "[]", "{}", #" {"a": [1, {"b": null}], "c": "\u00e9\""} "#,
    "[NaN, Infinity, -Infinity]", "[0, 10, 1E5]",
  ])
  func whatIsJSONHasNone(_ text: String) {
    #expect(JSONSyntax.firstFault(in: Array(text.utf8)) == nil)
  }

  /// A record that was cut anywhere ends where it was cut, and says so.
  @Test func aTruncatedRecordSaysWhereItEnds() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "tenfoldTests/Data/record.json")
    let bytes = Array(try Data(contentsOf: file))
    let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
    for length in stride(from: 0, through: end, by: 97) {
      let error = #expect(throws: RecordError.self) {
        try Record(decoding: Array(bytes[..<length]))
      }
      let sentence = try #require(error).description
      #expect(sentence.contains("byte \(length)"), "\(sentence)")
    }
  }
}
