import Foundation
import Testing

@testable import ModelSpec

/// No bytes make a reader trap.
@Suite struct JSONInputTests {
  private func text(_ json: String) throws -> String {
    String(decoding: try JSONInput(Array(json.utf8)).data, as: UTF8.self)
  }

  @Test func wordsThatJSONDoesNotHaveBecomeTexts() throws {
    #expect(try text("[NaN, Infinity,-Infinity]") == #"["NaN", "Infinity","-Infinity"]"#)
    #expect(try text(#"{"NaN": "Infinity \" NaN"}"#) == #"{"NaN": "Infinity \" NaN"}"#)
    #expect(try text(#""\\" "#) == #""\\" "#)
  }

  @Test(arguments: ["[1,]", "{\"a\":1 ,\n}", "[[1],\t]"])
  func aCommaAtTheEndIsRefused(json: String) {
    #expect(throws: RecordError.self) { try text(json) }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try text(nested(128)) == nested(128))
    let error = #expect(throws: RecordError.self) { try text(nested(129)) }
    #expect(try #require(error).description.contains("128 levels at byte 128"))
  }

  @Test(
    arguments: [
      ([0xF8], 0), ([0x7B, 0xC3, 0x28], 1), ([0x61, 0xE2, 0x82], 1), ([0xED, 0xA0, 0x80], 0),
    ] as [([UInt8], Int)])
  func bytesThatAreNoUTF8AreNamed(bytes: [UInt8], offset: Int) throws {
    let error = #expect(throws: RecordError.self) { try JSONInput(bytes) }
    #expect(try #require(error).description.hasPrefix("byte \(offset) is no UTF-8"))
  }

  /// What ended in SIGILL: a word of JSON5, and a byte that begins no character where a key is expected.
  @Test func aWordOfJSON5BesideABrokenByteIsRefused() {
    for byte: UInt8 in 0xF8...0xFF {
      let bytes = Array(#"{"x":NaN,"#.utf8) + [byte] + Array("a:1}".utf8)
      #expect(throws: ConfigError.self) { try ConfigValue.object(parsing: bytes) }
    }
  }

  /// Some thousand damaged documents are each read or refused.
  @Test func damagedDocumentsAreReadOrRefused() {
    let whole = Array(
      #"{"model_type": "mixtral", "x": [NaN, -Infinity, 1e9], "é": {"a": null, "b": "\u00e9"}}"#
        .utf8)
    let inserts: [[UInt8]] = [
      [0xF8], [0xFF], Array("Infinity".utf8), Array("'".utf8), Array("/*".utf8), [0x5C], [0x22],
      [0x00], Array("+1".utf8), Array("0x1".utf8),
    ]
    var read = 0
    for place in whole.indices {
      var variants = inserts.map { Array(whole[..<place]) + $0 + Array(whole[place...]) }
      variants.append(Array(whole[..<place]))
      for bit in 0..<8 {
        var flipped = whole
        flipped[place] ^= 1 << UInt8(bit)
        variants.append(flipped)
      }
      for bytes in variants where (try? ConfigValue.object(parsing: bytes)) != nil { read += 1 }
    }
    #expect(read > 0 && read < whole.count * 19)
  }
}
