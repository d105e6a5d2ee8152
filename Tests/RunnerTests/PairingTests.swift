import LayerSpec
import ModelSpec
import Testing

@testable import Runner

@Suite struct PairingTests {
  private func known(_ id: String) throws -> Architecture {
    try #require(Catalogue.architecture(id: id))
  }

  @Test func theUsualWorkloadIsTheFirstOfTheTable() {
    #expect(Workloads.usual.kind == .usual)
    #expect(Workloads.table.allSatisfy { $0.kind.traits != nil }, "each is described")
    #expect(Set(Workloads.table.map(\.kind)).count == Workloads.table.count)
  }

  @Test func theDefaultSuiteHoldsThePublishedPairings() throws {
    let pairs = Suite.standard().pairings.map { "\($0.candidate.id) \($0.baseline.id)" }
    #expect(
      pairs == [
        "muse-spark-open-816b-a42b llama4-maverick", "mixtral-8x7b llama2-70b",
        "olmoe-1b-7b iso-active", "olmoe-1b-7b iso-total",
        "qwen3-30b-a3b iso-active", "qwen3-30b-a3b iso-total",
      ])
  }

  /// OLMoE activates 8 experts of width 1024: the dense counterpart is 8192 wide, all 64 are 65536.
  @Test(arguments: [(Baseline.isoActive, 8192), (.isoTotal, 65536)])
  func denseCounterpartsHaveEqualParameters(baseline: Baseline, units: Int) throws {
    let pairing = Pairing(
      candidate: try known("olmoe-1b-7b"), baseline: baseline, routings: [.uniform])
    let layers = try FeedForwardWorkload().layers(of: pairing)
    let expected = try FeedForwardSpec(width: 2048, intermediate: units)
    #expect(layers.baseline.map(\.count) == [1])
    #expect(layers.baseline[0].layer as? FeedForwardLayer == FeedForwardLayer(.dense(expected)))
  }

  @Test func namedModelsBringAllTheirLayers() throws {
    let pairing = Pairing(
      candidate: try known("mixtral-8x7b"), baseline: .named(try known("llama4-maverick")),
      routings: [.uniform])
    let layers = try FeedForwardWorkload().layers(of: pairing)
    #expect(layers.candidate.map(\.count) == [32])
    #expect(layers.baseline.map(\.count).sorted() == [24, 24])
  }

  @Test func aDenseCandidateHasNoDenseCounterpart() throws {
    let pairing = Pairing(
      candidate: try known("llama2-70b"), baseline: .isoTotal, routings: [.uniform])
    #expect(
      throws: PlanError.unpairable(
        reason:
          "llama2-70b routes no tokens, so it has no iso-total counterpart; name another model "
          + "with --baseline")
    ) {
      try FeedForwardWorkload().layers(of: pairing)
    }
  }

  /// A claim without conditions of its own is met by what is measured unless asked otherwise, so printed
  /// commands leave the tokens unsaid.
  @Test(arguments: Claim.InferencePhase.allCases)
  func everyPhaseHasSomeOfTheUsualTokens(_ phase: Claim.InferencePhase) {
    #expect(RunRequest.defaultTokens.contains(where: phase.rows.contains))
  }

  /// Printed commands ask for no workload that the tool would refuse.
  @Test func whatArchitecturesAreMeasuredByIsKnownToReports() {
    let kinds = WorkloadTraits.known.filter(\.isOfArchitectures).map(\.kind)
    #expect(kinds == Workloads.table.map(\.kind))
  }

  @Test func withoutBaselinesBothCounterpartsAreTaken() throws {
    let suite = Suite(
      candidates: [try known("olmoe-1b-7b")], baselines: [], routings: [.uniform])
    #expect(suite.pairings.map(\.baseline) == [.isoActive, .isoTotal])
    #expect(suite.name == "custom")
  }
}
