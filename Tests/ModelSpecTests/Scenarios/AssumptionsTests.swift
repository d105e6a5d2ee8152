import Testing

@testable import ModelSpec

@Suite struct AssumptionsTests {
  private func sentence(_ settings: [(String, String)]) -> String? {
    do {
      _ = try Assumptions(of: ImageTokens(), settings: settings)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func usualValuesStandUntilTheyAreSet() throws {
    let assumptions = try Assumptions(
      of: ImageTokens(), settings: [("share", "0.25"), ("patches", "1")])
    #expect(assumptions["share"] == 0.25)
    #expect(assumptions.count("patches") == 1)
    #expect(assumptions.count("layers") == 50)
    #expect(assumptions.all.filter { !$0.isUsual }.map(\.assumption.key) == ["share", "patches"])
    #expect(sentence([]) == nil)
  }

  /// What is refused is named, with what would be possible.
  @Test func whatCannotBeIsRefused() {
    #expect(sentence([("shares", "1")])?.contains("did you mean share?") == true)
    #expect(sentence([("zzz", "1")])?.contains("there are: share, tokens") == true)
    #expect(sentence([("share", "1"), ("share", "1")])?.contains("twice") == true)
    for value in ["-0.1", "1.1", "nan", "inf", "", "half", "1e400"] {
      #expect(sentence([("share", value)])?.contains("from 0 to 1") == true, "\(value)")
    }
    for value in ["0", "-1", "1.5", "1e9"] {
      #expect(sentence([("tokens", value)])?.contains("a whole number from 1") == true, "\(value)")
    }
  }

  @Test func scenariosAreFoundByName() throws {
    #expect(try Scenarios.scenario(named: "bill").name == "bill")
    let names = Scenarios.table.map(\.name)
    #expect(Set(names).count == names.count)
    #expect {
      _ = try Scenarios.scenario(named: "bil")
    } throws: { "\($0)".contains("did you mean bill?") }
    for scenario in Scenarios.table {
      let keys = scenario.assumptions.map(\.key)
      #expect(Set(keys).count == keys.count)
      #expect(scenario.assumptions.allSatisfy { $0.range.contains($0.usual) })
      #expect(scenario.question.hasSuffix("?"))
    }
  }
}
