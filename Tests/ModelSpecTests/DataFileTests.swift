import Foundation
import Testing

@testable import ModelSpec

/// The data files hold what their schemas say, and what their schemas say is what the code reads: a
/// misspelt key, which a decoder would pass over, is an error here.
@Suite("Data files")
struct DataFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/ModelSpec/Data")

  private func json(_ name: String) throws -> Any {
    try JSONSerialization.jsonObject(
      with: Data(contentsOf: Self.folder.appending(path: name)), options: .fragmentsAllowed)
  }

  private func schema(_ name: String) throws -> Schema {
    Schema(try #require(try json("\(name).schema.json") as? [String: Any]))
  }

  @Test("keep to their schemas", arguments: ["catalogue", "claims", "familyDefaults"])
  func files(_ name: String) throws {
    #expect(try schema(name).faults(in: json("\(name).json")) == [])
  }

  @Test("are embedded as they are")
  func embedded() throws {
    let embedded = [
      ("catalogue", EmbeddedText.catalogue), ("claims", EmbeddedText.claims),
      ("familyDefaults", EmbeddedText.familyDefaults),
    ]
    for (name, text) in embedded {
      let file = try String(
        contentsOf: Self.folder.appending(path: "\(name).json"), encoding: .utf8)
      #expect(text == file)
    }
  }

  @Test(
    "are refused with the place of what is wrong",
    arguments: [
      ("catalogue", #"[{"id": "a", "source": "b"}]"#, "[0] lacks provenance"),
      (
        "catalogue", #"[{"id": "A b", "source": "b", "provenance": "seen"}]"#,
        "[0].id is of another form"
      ),
      (
        "catalogue", #"[{"id": "a", "source": "b", "provenance": "seen", "note": "x"}]"#,
        "[0].note is not known"
      ),
      (
        "catalogue", #"[{"id": "a", "source": "", "provenance": "guess"}]"#,
        "[0].provenance is none of the choices; [0].source is too short"
      ),
      ("claims", #"{}"#, "is no array"),
      ("familyDefaults", #"{"a b": {"x": 1}}"#, "a b is of another form"),
      ("familyDefaults", #"{"a": {}, "b": 1}"#, ".a has too few members; .b is no object"),
    ])
  func damage(_ name: String, _ text: String, _ fault: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    #expect(try schema(name).faults(in: value).sorted().joined(separator: "; ") == fault)
  }

  @Test("a claim's test has one of its forms")
  func formsOfATest() throws {
    var claims = try #require(try json("claims.json") as? [[String: Any]])
    claims[0]["test"] = ["workload": "ffn-forward", "phase": "any", "reason": "both"]
    claims[1]["ratio"] = 0.0
    #expect(
      try schema("claims").faults(in: claims).sorted() == [
        "[0].test has none of the forms, or several", "[1].ratio is too small",
      ])
  }

  @Test("schemas list the choices that the code knows")
  func choices() throws {
    let claims = try schema("claims")
    #expect(claims.choices(of: "metric") == Claim.Metric.allCases.map(\.rawValue))
    #expect(claims.choices(of: "qualifier") == Claim.Qualifier.allCases.map(\.rawValue))
    #expect(claims.choices(of: "provenance") == Claim.Provenance.allCases.map(\.rawValue))
    #expect(claims.choices(of: "scope") == Claim.Scope.allCases.map(\.rawValue))
    let count = claims.definition("count")
    #expect(
      count?.choices(ofOwn: "quantity") == ClaimCount.Quantity.allCases.map(\.rawValue))
    #expect(
      claims.definition("side")?.choices(ofOwn: "form")
        == ClaimCount.Form.allCases.map(\.rawValue))
  }
}

/// As much of JSON Schema (draft 2020-12) as the data files' schemas use; a word beyond that is a fault,
/// so that none is taken for checked.
private struct Schema {
  private let words: [String: Any]
  /// What the file calls by a name: `#/$defs/count`.
  private let definitions: [String: Any]

  init(_ words: [String: Any], definitions: [String: Any]? = nil) {
    self.words = words
    self.definitions = definitions ?? words["$defs"] as? [String: Any] ?? [:]
  }

  /// The choices of a property of the array's objects.
  func choices(of property: String) -> [String]? {
    child("items").choices(ofOwn: property)
  }

  /// The choices of a property.
  func choices(ofOwn property: String) -> [String]? {
    child("properties").child(property).words["enum"] as? [String]
  }

  /// What the file calls by that name.
  func definition(_ name: String) -> Schema? {
    (definitions[name] as? [String: Any]).map { part($0) }
  }

  private func child(_ word: String) -> Schema { part(words[word] as? [String: Any] ?? [:]) }

  private func part(_ words: [String: Any]) -> Schema {
    Schema(words, definitions: definitions)
  }

  /// What is wrong with a value, each with its place.
  func faults(in value: Any, at place: String = "") -> [String] {
    func fault(_ sentence: String) -> String { place.isEmpty ? sentence : "\(place) \(sentence)" }
    var faults: [String] = []
    for (word, rule) in words {
      switch (word, rule, value) {
      case ("$schema", _, _), ("$defs", _, _), ("title", _, _), ("description", _, _): break
      case ("$ref", let path as String, _):
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        faults += definition(name)?.faults(in: value, at: place) ?? [fault("refers to nothing")]
      case ("type", let type as String, _):
        if !Self.isOf(type, value) { return [fault("is no \(type)")] }
      case ("enum", let choices as [String], _):
        if !choices.contains(value as? String ?? "") {
          faults.append(fault("is none of the choices"))
        }
      case ("minLength", let least as Int, let text as String):
        if text.count < least { faults.append(fault("is too short")) }
      case ("pattern", let pattern as String, let text as String):
        if text.range(of: pattern, options: .regularExpression) == nil {
          faults.append(fault("is of another form"))
        }
      case ("exclusiveMinimum", let bound as Double, let number as Double):
        if number <= bound { faults.append(fault("is too small")) }
      case ("required", let keys as [String], let object as [String: Any]):
        faults += keys.filter { object[$0] == nil }.map { fault("lacks \($0)") }
      case ("propertyNames", let rules as [String: Any], let object as [String: Any]):
        for key in object.keys { faults += part(rules).faults(in: key, at: key) }
      case ("minProperties", let least as Int, let object as [String: Any]):
        if object.count < least { faults.append(fault("has too few members")) }
      case ("additionalProperties", let rules as [String: Any], let object as [String: Any]):
        for (key, member) in object {
          faults += part(rules).faults(in: member, at: "\(place).\(key)")
        }
      case ("additionalProperties", false as Bool, let object as [String: Any]):
        let known = child("properties").words
        faults += object.keys.filter { known[$0] == nil }.map { "\(place).\($0) is not known" }
      case ("properties", let properties as [String: [String: Any]], let object as [String: Any]):
        for (key, rules) in properties {
          if let member = object[key] {
            faults += part(rules).faults(in: member, at: "\(place).\(key)")
          }
        }
      case ("items", let rules as [String: Any], let array as [Any]):
        for (index, member) in array.enumerated() {
          faults += part(rules).faults(in: member, at: "\(place)[\(index)]")
        }
      case ("oneOf", let forms as [[String: Any]], _):
        if forms.count(where: { part($0).faults(in: value, at: place).isEmpty }) != 1 {
          faults.append(fault("has none of the forms, or several"))
        }
      default:
        // A rule of text says nothing of what is no text; the type has been refused already.
        if !Self.wordsOfTypes.contains(word) { faults.append(fault("is under a rule \(word)")) }
      }
    }
    return faults
  }

  private static let wordsOfTypes: Set<String> = [
    "minLength", "pattern", "exclusiveMinimum", "required", "additionalProperties", "properties",
    "items", "propertyNames", "minProperties",
  ]

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "array": value is [Any]
    case "object": value is [String: Any]
    case "string": value is String
    case "number": value is Double
    case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
    default: false
    }
  }
}
