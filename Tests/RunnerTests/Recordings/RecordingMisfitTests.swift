import LayerSpec
import ModelSpec
import Statistics
import Testing

@testable import Runner

/// Recordings of another model are refused before anything is built.
@Suite struct RecordingMisfitTests {
  private func layer(
    experts: Int = 8, topK: Int = 2, groups: RouterPolicy.Groups? = nil
  ) throws -> SparseLayerSpec {
    try SparseLayerSpec(
      hidden: 16, experts: experts, topK: topK, expert: FeedForwardSpec(width: 16, intermediate: 8),
      router: RouterPolicy(groups: groups))
  }

  private func misfit(_ text: String, _ layer: SparseLayerSpec) throws -> String? {
    try RecordedRouting(parsing: Array(text.utf8)).routing(ofLayer: nil, name: "a")
      .misfit(with: RouterShape(layer), of: "m").map { "\($0)" }
  }

  @Test(arguments: ["[0,7]\n[1,2]", "{\"counts\":[1,1,1,1,1,1,1,1]}", "expert,count\n0,1\n1,1"])
  func whatFitsPasses(_ text: String) throws {
    #expect(try misfit(text, layer()) == nil)
  }

  @Test(arguments: [
    ("\n[0,1,2]", "line 2: a token has 3 experts, and the router of m chooses 2"),
    ("[0,1]\n[1,8]", "line 2: there is no expert 8 in m, whose router chooses among 0 to 7"),
    ("{\"counts\":[1,1,1]}", "counts 3 experts, and the router of m chooses among 8"),
    ("expert,count\n8,1\n1,1", "counts 9 experts"),
    ("expert,count\n3,10", "only 1 of its experts received tokens"),
    ("expert,count\n3,7\n4,2\n5,3", "expert 3 has 7 of 12 choices, more than the one in 2"),
  ])
  func whatDoesNotFitIsNamed(_ text: String, _ fragment: String) throws {
    let found = try #require(try misfit(text, layer()))
    #expect(found.contains(fragment), "\(found)")
  }

  /// Odd totals come from recorders that miss a token: 3 of 5 choices in pairs is possible, 4 is not.
  @Test func aChoiceThatWasNotCountedIsForgiven() throws {
    #expect(try misfit("expert,count\n3,3\n4,2", layer()) == nil)
    #expect(try misfit("expert,count\n3,4\n4,1", layer()) != nil)
  }

  @Test func groupsLimitWhereATokenMayGo() throws {
    let limited = try layer(groups: .init(count: 4, kept: 1, score: .maximum))
    #expect(try misfit("[0,1]\n[6,7]", limited) == nil)
    let found = try #require(try misfit("[0,1]\n[1,2]", limited))
    #expect(found.contains("token 2 goes to 2 groups of experts, and the router of m reaches 1"))
  }

  @Test func aPlanRefusesARecordingOfAnotherModel() throws {
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let routing = try RecordedRouting(parsing: Array("[0,1]".utf8)).routing(
      ofLayer: nil, name: "x/a.jsonl")
    let request = RunRequest(
      suite: Suite(candidates: [model], baselines: [.isoActive], routings: [routing]), threads: 1)
    let engine = try Engines.table[0].open(EngineSettings())
    let machine = MachineProbe(affinityCPUs: 1, read: { _ in nil }).identity
    let error = #expect(throws: PlanError.self) {
      _ = try RunPlan(request, engine: engine, machine: machine)
    }
    #expect(error?.isBadInput == true)
    #expect(error?.description.contains("the routing x/a.jsonl cannot be replayed: line 1") == true)
  }
}
