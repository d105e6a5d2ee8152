import LayerSpec
import MoEKernel
import ModelSpec
import Testing

@testable import Runner

@Suite struct SweepTests {
  private func known(_ id: String) throws -> Architecture {
    try #require(Catalogue.architecture(id: id))
  }

  /// The pairings, as `candidate baseline`.
  private func pairs(_ suite: Suite) -> [String] {
    suite.pairings.map { "\($0.candidate.id) \($0.baseline.id)" }
  }

  @Test func withoutListsItIsTheArchitectureItself() throws {
    let olmoe = try known("olmoe-1b-7b")
    let suite = try Suite.sweep(of: olmoe, routings: [.uniform])
    #expect(suite.name == "sweep")
    #expect(suite.sweep == SweepOptions(architecture: "olmoe-1b-7b"))
    #expect(
      suite.pairings
        == [Pairing(candidate: olmoe, baseline: .isoTotal, routings: [.uniform])])
  }

  @Test func everyNumberOfExpertsIsCombinedWithEveryTopK() throws {
    let suite = try Suite.sweep(
      of: try known("olmoe-1b-7b"), experts: [32, 16], topK: [4, 2],
      baselines: [.isoActive, .isoTotal], routings: [.uniform, .single])
    #expect(
      pairs(suite) == [
        "olmoe-1b-7b E=32 K=4 iso-active", "olmoe-1b-7b E=32 K=4 iso-total",
        "olmoe-1b-7b E=32 K=2 iso-active", "olmoe-1b-7b E=32 K=2 iso-total",
        "olmoe-1b-7b E=16 K=4 iso-active", "olmoe-1b-7b E=16 K=4 iso-total",
        "olmoe-1b-7b E=16 K=2 iso-active", "olmoe-1b-7b E=16 K=2 iso-total",
      ])
    #expect(suite.pairings.allSatisfy { $0.routings == [.uniform, .single] })
  }

  @Test func oneListNamesOneLetter() throws {
    let olmoe = try known("olmoe-1b-7b")
    #expect(
      pairs(try Suite.sweep(of: olmoe, experts: [32], routings: [.uniform]))
        == ["olmoe-1b-7b E=32 iso-total"])
    #expect(
      pairs(try Suite.sweep(of: olmoe, topK: [1, 2], routings: [.uniform]))
        == ["olmoe-1b-7b K=1 iso-total", "olmoe-1b-7b K=2 iso-total"])
  }

  @Test func whatCannotExistIsRefusedByName() throws {
    let olmoe = try known("olmoe-1b-7b")
    #expect(
      throws: PlanError.impossibleVariant(
        id: "olmoe-1b-7b", .init(experts: 4),
        reason: "top-k 8 exceeds the number of experts, 4")
    ) {
      try Suite.sweep(of: olmoe, experts: [8, 4], routings: [.uniform])
    }
    #expect(throws: PlanError.nothingToVary(id: "llama2-70b")) {
      try Suite.sweep(of: try known("llama2-70b"), topK: [1], routings: [.uniform])
    }
  }

  /// Points are measured curve by curve, few tokens first, so that weights serve many of them.
  @Test func aPlanGoesCurveByCurve() throws {
    let machine = MachineIdentity(
      cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 2, effectiveCPUs: 2,
      lastLevelCacheBytes: 1 << 20, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
      hypervisor: nil)
    let request = RunRequest(
      suite: try .sweep(
        of: try known("olmoe-1b-7b"), experts: [16, 8], routings: [.uniform, .single]),
      sizes: WorkloadSizes(tokens: [4, 1]), threads: 1)
    let plan = try RunPlan(
      request, engine: try Engines.table[0].open(EngineSettings()), machine: machine)
    #expect(plan.cellCount == 8)
    #expect(
      plan.cells.map(\.name) == [
        "olmoe-1b-7b E=16 against iso-total, 1 token, uniform",
        "olmoe-1b-7b E=16 against iso-total, 1 token, single",
        "olmoe-1b-7b E=16 against iso-total, 4 tokens, uniform",
        "olmoe-1b-7b E=16 against iso-total, 4 tokens, single",
        "olmoe-1b-7b E=8 against iso-total, 1 token, uniform",
        "olmoe-1b-7b E=8 against iso-total, 1 token, single",
        "olmoe-1b-7b E=8 against iso-total, 4 tokens, uniform",
        "olmoe-1b-7b E=8 against iso-total, 4 tokens, single",
      ])
  }

  @Test func runsShareTheBudget() throws {
    let request = RunRequest(
      suite: try .sweep(of: try known("olmoe-1b-7b"), routings: [.uniform]), threads: 1,
      budgetSeconds: 120)
    #expect(request.sharing(budgetAmong: 4).budgetSeconds == 30)
  }
}
