import Statistics
import Testing

@testable import Runner

/// A trace's tokens, as the text of a file says.
func tokens(_ text: String, layer: Int? = nil) throws -> [[Int]] {
  let recorded = try RecordedRouting(parsing: Array(text.utf8))
  let trace = try #require(try recorded.routing(ofLayer: layer, name: "test").trace)
  return (0..<trace.tokens).map { trace.experts(ofToken: $0).map(Int.init) }
}

/// The counts of a histogram, as the text of a file says.
func counts(_ text: String, layer: Int? = nil) throws -> [Int] {
  let recorded = try RecordedRouting(parsing: Array(text.utf8))
  guard case .histogram(let histogram) = try recorded.routing(ofLayer: layer, name: "test") else {
    Issue.record("no histogram")
    return []
  }
  return histogram.tokensPerExpert
}

@Suite struct RecordedRoutingTests {
  /// Every way to write two tokens, {3, 17} and then {0, 3}.
  static let forms = [
    "[3,17]\n[0,3]\n", "[3,17]\n[0,3]", " [ 3 , 17 ]\r\n\r\n[0,3]\r\n", "\u{FEFF}[3,17]\n[0,3]",
    "[3,17][0,3]", "[[3,17],[0,3]]", "[\n  [3, 17],\n  [0, 3]\n]\n",
    "{\"experts\":[3,17]}\n{\"experts\":[0,3]}",
    "{\"layer\":7,\"token\":0,\"experts\":[3,17]}\n{\"token\":1,\"experts\":[0,3],\"layer\":7}",
    "[{\"layer_id\":7,\"topk_ids\":[3,17]},{\"layer_idx\":7,\"expert_ids\":[0,3]}]",
    "{\"indices\":[3,17],\"scores\":[0.5,-1e-3],\"x\":{\"a\\\"]\":[null,true,{}]}}\n{\"indices\":[0,3]}",
    "{\"layer\":7,\"experts\":[[3,17],[0,3]]}",
    "3,17\n0,3\n", "3,17\r\n0,3\r\n", "\u{FEFF}3;17\n0;3", "3\t17\n0\t3", "3 17\n0 3",
    "# written by hand\n\n3, 17\n# the second\n0, 3\n",
    "expert_0,expert_1\n3,17\n0,3", "\"Expert_0\" , \"Expert_1\"\n\"3\",\"17\"\n0,3\n",
    "layer,token,expert_0,expert_1,expert_weight_0\n7,0,3,17,0.5\n7,1,0,3,\"a,b\"",
    "token,experts\n0,\"[3, 17]\"\n1,\"[0, 3]\"", "token,experts\n0,[3 17]\n1,3 0\n",
    "layer;token;experts\n7;0;3,17\n".replacing(";3,17", with: ";\"3,17\"") + "7;1;\"0;3\"\n",
    "layer,token,expert\n7,0,3\n7,0,17\n7,1,0\n7,1,3\n",
    "token\texpert_id\n5\t3\n5\t17\n6\t0\n6\t3",
  ]

  @Test(arguments: forms)
  func acceptedFormsSayTheSame(_ text: String) throws {
    #expect(try tokens(text).map(Set.init) == [[3, 17], [0, 3]])
  }

  /// Every way to write that experts 0, 1 and 2 had 5, 0 and 7 tokens.
  @Test(arguments: [
    "{\"counts\":[5,0,7]}", "{\"tokens_per_expert\":[5,0,7],\"model\":\"x\"}",
    "{\"logical_count\":[[5,0,7]]}", "{\"logical_count\":[[[2,0,3]],[[3,0,4]]]}",
    "{\"counts\":[2,0,7]}\n{\"counts\":[3,0,0]}", "expert,count\n0,5\n1,0\n2,7\n",
    "expert_id,count\n2,7\n0,5\n", "expert,count\n0,4\n2,7\n0,1\n",
  ])
  func acceptedCountsSayTheSame(_ text: String) throws {
    #expect(try counts(text) == [5, 0, 7])
  }

  @Test func layersAreToldApart() throws {
    let text = """
      {"layer":4,"experts":[1,2]}
      {"layer":9,"experts":[5,6]}
      {"layer":9,"experts":[6,7]}
      {"layer":4,"experts":[2,3]}
      """
    let recorded = try RecordedRouting(parsing: Array(text.utf8))
    #expect(recorded.layers.map(\.number) == [4, 9])
    #expect(recorded.layers.map(\.tokens) == [2, 2])
    #expect(try tokens(text, layer: 9) == [[5, 6], [6, 7]])
    #expect(try tokens(text) == [[1, 2], [2, 3]], "of equals the first")
    #expect(try tokens(text + "\n{\"layer\":9,\"experts\":[0,1]}").count == 3, "the largest")
  }

  /// SGLang's `logical_count`: steps × layers × experts.
  @Test func stepsAreAddedUpForEachLayer() throws {
    let text = "{\"logical_count\": [[[1,2],[3,4]],\n [[10,20],[30,40]]]}"
    #expect(try counts(text, layer: 0) == [11, 22])
    #expect(try counts(text, layer: 1) == [33, 44])
  }

  @Test(arguments: [
    ([9, 1, 3], "no token of layer 8; it has 3 layers, the first is 1 and the last 9"),
    ([1, 2, 3], "give one from #layer=1 to #layer=3"), ([4], "give #layer=4"),
    ([], "it names no layers"),
  ])
  func aLayerThatIsNotThereIsRefused(_ layers: [Int], _ fragment: String) throws {
    let lines = layers.map { "{\"layer\":\($0),\"experts\":[1]}" }
    let text = lines.isEmpty ? "[1]" : lines.joined(separator: "\n")
    let recorded = try RecordedRouting(parsing: Array(text.utf8))
    let error = #expect(throws: RecordingError.self) {
      try recorded.routing(ofLayer: 8, name: "test")
    }
    #expect(error?.description.contains(fragment) == true, "\(error?.description ?? "")")
  }

  @Test func theChecksumIsOfWhatWasReadAndNotOfItsForm() throws {
    func digest(_ text: String) throws -> String {
      try #require(
        try RecordedRouting(parsing: Array(text.utf8)).routing(ofLayer: nil, name: "a").source
      ).digest
    }
    #expect(try digest("[3,17]\n[0,3]") == digest("3,17\n0,3\n"))
    #expect(try digest("[3,17]\n[0,3]") != digest("[3,17]\n[0,4]"))
    #expect(try digest("[3,17]\n[0,3]") != digest("[3]\n[17]\n[0]\n[3]"), "K belongs to it")
    #expect(try digest("{\"counts\":[1,2]}") != digest("{\"counts\":[2,1]}"))
  }

  @Test func tracesOfOneNameAreEqualOnlyWithOneContent() throws {
    func routing(_ text: String, _ name: String = "a") throws -> Routing {
      try RecordedRouting(parsing: Array(text.utf8)).routing(ofLayer: nil, name: name)
    }
    #expect(try routing("[1,2]") == routing("1,2"))
    #expect(try routing("[1,2]") != routing("[1,3]"))
    #expect(try routing("[1,2]") != routing("[1,2]", "b"))
    #expect(try routing("[1,2]").description == "trace:a")
    #expect(try routing("{\"layer\":3,\"experts\":[1]}").description == "trace:a#layer=3")
  }

  /// RFC 9923 and its authors' test suite: the empty text, "a" and "foobar".
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
  ])
  func checksumsAreFNV1a(_ text: String, _ checksum: String) {
    var hash = FNV1a()
    for byte in text.utf8 { hash.append(byte) }
    #expect(hash.hexadecimal == checksum)
  }
}
