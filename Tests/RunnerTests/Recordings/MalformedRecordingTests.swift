import Statistics
import Testing

@testable import Runner

/// What is no recording gets one sentence that names the line.
@Suite struct MalformedRecordingTests {
  private static let manyIDs = (0...4096).map { String($0 % 4096) }.joined(separator: ",")

  static let mistakes: [(text: String, line: Int?, fragment: String)] = [
    ("", nil, "no token"), (" \n\r\n\t", nil, "no token"), ("\u{FEFF}", nil, "no token"),
    ("# only a comment\n", nil, "no token"), ("expert_0,expert_1\n", nil, "no token"),
    ("{\"counts\":[0,0]}", nil, "no token"), ("{\"experts\":[]}", 1, "no expert"),
    ("[1,2]\n[]", 2, "no expert"), ("[]", 1, "no expert"), ("[[]]", 1, "no expert"),
    ("PK\u{3}\u{4}abc", nil, "torch.save"), ("PAR1", nil, "Parquet"), ("\u{1}\u{2}", nil, "binary"),
    ("[1,2]\n[1,\u{0}2]", nil, "binary"),
    ("[1,2]\n[3,3]", 2, "expert 3 twice"), ("7,1,7", 1, "expert 7 twice"),
    ("[1,2]\n\n[3]", 3, "experts of this token: 1, of that on line 1: 2"),
    ("1,2\n1,2,3\n", 2, "experts of this token: 3"),
    ("[1,-1]", 1, "negative"), ("1,-1", 1, "negative"), ("[1,2.0]", 1, "2.0 is no whole number"),
    ("[1,1e2]", 1, "1e2 is no whole number"), ("1,2.5", 1, "2.5 is no whole number"),
    ("[1,4096]", 1, "4096 is too large"), ("[1,18446744073709551616]", 1, "too large"),
    ("[1," + String(repeating: "9", count: 1000) + "]", 1, "999…"),
    ("[1,+2]", 1, "no whole number"), ("[1,\"2\"]", 1, "'\"' stands where an expert"),
    ("[1,null]", 1, "'n' stands where an expert"), ("[1,2", 1, "cut off"), ("[1,", 1, "cut off"),
    ("[[1,2],[3,4]", 1, "cut off"), ("[1,2],", 1, "',' stands where '{' or '['"),
    ("[1,2]]", 1, "']' stands"), ("[1 2]", 1, "'2' stands where ']'"),
    ("[1,2]\n3,4", 2, "'3' stands where '{' or '['"), ("[1,2]\n[[3,4],5]", 2, "'5' stands"),
    ("[[[1,2]]]", 1, "'[' stands where an expert"), ("nonsense", 1, "no column of experts"),
    ("{\"token\":1}", 1, "neither 'experts' nor 'counts'"), ("{}", 1, "neither"),
    ("{\"experts\":[1],\"counts\":[1]}", 1, "both"),
    ("{\"experts\":[1],\"topk_ids\":[1]}", 1, "given twice"),
    ("{\"layer\":1,\"layer\":2,\"experts\":[1]}", 1, "given twice"),
    ("{\"layer\":-1,\"experts\":[1]}", 1, "negative"),
    ("{\"layer\":\"3\",\"experts\":[1]}", 1, "layer"),
    ("{\"layer\":4096,\"experts\":[1]}", 1, "too large"), ("{\"experts\" [1]}", 1, "':'"),
    ("{\"experts\":[1]", 1, "cut off"), ("{\"a\":[[}", 1, "cut off"),
    ("{\"a\":\"b\n\"}", 1, "'\"'"),
    ("{\"a\":}", 1, "a value"), ("{experts:[1]}", 1, "'\"'"), ("{\"experts\":7}", 1, "'['"),
    ("[1,2]\n{\"layer\":0,\"experts\":[1,2]}", 2, "named here, but not on line 1"),
    ("{\"layer\":0,\"experts\":[1]}\n[1]", 2, "not here, but on line 1"),
    ("[1,2]\n{\"counts\":[1,2]}", 2, "mixed"), ("{\"counts\":[1,2]}\n[1,2]", 2, "mixed"),
    ("{\"counts\":[1,2]}\n{\"counts\":[1]}", 2, "experts with counts: 1, on line 1: 2"),
    ("{\"counts\":[]}", 1, "no counts"),
    ("{\"counts\":[[1],[2]],\"layer\":0}", 1, "leave 'layer' out"),
    ("{\"counts\":[[[1,2]],[[1]]]}", 1, "same shape"), ("{\"counts\":[1.5]}", 1, "no whole number"),
    ("{\"counts\":[1099511627777]}", 1, "too large"),
    ("{\"counts\":[1099511627776]}\n{\"counts\":[1]}", 2, "more than 1099511627776"),
    ("{\"counts\":[[[1099511627776]],[[1099511627776]],[[1099511627776]]]}", 1, "more than"),
    ("{\"counts\":[" + manyIDs + "]}", 1, "more than 4096 experts"),
    ("[" + manyIDs + "]", 1, "expert 0 twice"), (manyIDs, 1, "more than 4096 experts"),
    (manyIDs.replacing(",", with: " ") + " 1", 1, "more than 4096 experts"),
    ("layer,token\n1,2\n", 1, "no column of experts"),
    ("layer,layer,expert_0\n1,2,3\n", 1, "two columns for a layer"),
    ("expert_0,expert_1,count\n1,2,3", 1, "2 columns of experts beside a count"),
    ("expert_0,expert_1\n1,2,3", 2, "more values than the 2 columns"),
    ("expert_0,expert_1\n1", 2, "1 values where the header names 2"),
    ("expert,count\n\"1 2\",4", 2, "2 are named"), ("expert,count\n1,x", 2, "a count"),
    ("layer,expert_0\nx,1", 2, "a layer"), ("token,experts\n0,\"[1, 2", 2, "cut off"),
    ("token,experts\n0,\"1, 2\n", 2, "'\"' after a value"), ("token,experts\n0,[1 2\n", 2, "']'"),
    ("1,2,\n", 1, "an expert"), (",1\n", 1, "',' stands where an expert"),
    ("1,2\r3,4", 1, "byte 0x0d"), ("1,\u{FF}", 1, "byte 0xc3"),
    ("layer,token,expert\n0,0,1\n0,0,1\n", 2, "expert 1 twice"),
    (
      "layer,token,expert\n0,0,1\n0,0,2\n0,1,1\n", 4,
      "experts of this token: 1, of that on line 2: 2"
    ),
  ]

  @Test(arguments: mistakes.indices)
  func aMistakeGetsItsSentence(_ index: Int) {
    let (text, line, fragment) = Self.mistakes[index]
    let error = #expect(throws: RecordingError.self, "\(text.prefix(80))") {
      _ = try RecordedRouting(parsing: Array(text.utf8))
    }
    guard let error else { return }
    #expect(error.line == line, "\(text.prefix(80)): \(error)")
    #expect(error.description.contains(fragment), "\(text.prefix(80)): \(error)")
    #expect(error.description.utf8.count < 300 && !error.description.contains("\n"))
  }

  /// Damaged files are refused, or read as something that makes sense; none ends the process.
  @Test(arguments: RecordedRoutingTests.forms.indices)
  func damageIsNoticedOrHarmless(_ form: Int) throws {
    let whole = Array(RecordedRoutingTests.forms[form].utf8)
    var generator = SeededGenerator(seed: UInt64(form), purpose: "damage")
    let alphabet = Array("[]{},:;\"\\ \t\r\n0123456789-.eE#layerxp\u{0}\u{80}".utf8)
    var refused = 0
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = alphabet.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      guard let recorded = try? RecordedRouting(parsing: bytes) else {
        refused += 1
        continue
      }
      for layer in recorded.layers where layer.choices > 0 {
        guard let trace = try recorded.routing(ofLayer: layer.number, name: "").trace else {
          continue
        }
        for token in 0..<trace.tokens {
          #expect(Set(trace.experts(ofToken: token)).count == trace.topK)
        }
        #expect(trace.tokens * trace.topK == layer.choices)
      }
    }
    #expect(refused > 50, "damage of four kinds must be noticed now and then")
  }
}
