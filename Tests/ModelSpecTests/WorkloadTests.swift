import ModelSpec
import Testing

@Suite struct WorkloadTests {
  private let kind = WorkloadKind(rawValue: "expert-parallel")

  @Test func everyCombinationIsAPassAndNoneComesBeforeOneThatItExceeds() {
    let sizes = WorkloadSizes(tokens: [4, 1], sequences: [2, 1], context: [0, 64], ranks: [1])
    let passes = sizes.workloads(kind)
    #expect(passes.count == 8 && Set(passes).count == 8)
    for (index, pass) in passes.enumerated() {
      #expect(!passes[index...].contains { pass.exceeds($0) }, "\(pass)")
      #expect(pass == sizes.largest(kind) || sizes.largest(kind).exceeds(pass))
    }
    #expect(passes.first == Workload(kind, tokens: 1))
    #expect(sizes.largest(kind) == Workload(kind, tokens: 4, sequences: 2, context: 64))
  }

  @Test func ofNothingThereIsNoPass() {
    #expect(WorkloadSizes(tokens: []).workloads(kind).isEmpty)
    #expect(WorkloadSizes(tokens: []).largest(kind).tokens == 0)
  }

  /// What was asked for is told from what a pass does not have.
  @Test func sizesOfAbsenceAreNotGiven() {
    #expect(WorkloadSizes(tokens: [1]).given == [])
    #expect(WorkloadSizes(tokens: [1, 2]).given == [.tokens])
    #expect(WorkloadSizes(tokens: [1], sequences: [1], context: [0, 8]).given == [.context])
  }

  /// More of one size and less of another is neither larger nor smaller; nor is another kind.
  @Test func onlyAPassThatIsNowhereSmallerExceeds() {
    let pass = Workload(kind, tokens: 4, sequences: 2)
    #expect(pass.exceeds(Workload(kind, tokens: 4)))
    #expect(!pass.exceeds(pass))
    #expect(!pass.exceeds(Workload(kind, tokens: 2, sequences: 3)))
    #expect(!pass.exceeds(Workload(.feedForward, tokens: 1)))
  }

  /// Every token of every sequence is a row.
  @Test func rowsAreTokensOfSequences() {
    #expect(Workload(kind, tokens: 3, sequences: 4).rows == 12)
    #expect(Workload(.feedForward, tokens: 7).rows == 7)
    #expect(Workload(kind, tokens: .max, sequences: 2).rows == .max)
  }

  @Test func sizesAreWordsOfIdsAndSentences() {
    let pass = Workload(kind, tokens: 1, sequences: 8, context: 4096, ranks: 2)
    #expect(pass.sizesInWords == "1 token, 8 sequences, 4096 tokens of context, 2 ranks")
    let conditions = Conditions(
      workload: pass, threads: 1, engine: "tile", format: .f32, routing: nil)
    #expect(
      conditions.id
        == "expert-parallel/1-tokens/8-sequences/4096-context/2-ranks/tile/f32/1-threads")
    #expect(
      conditions.parts.compactMap(\.option?.name) == [
        "--workload", "--tokens", "--sequences", "--context", "--ranks", "--engine", "--precision",
        "--threads",
      ])
  }

  /// Each kind is described once, and the usual one is among them.
  @Test func kindsAreKnownOnce() {
    let kinds = WorkloadTraits.known.map(\.kind)
    #expect(Set(kinds).count == kinds.count)
    #expect(WorkloadKind.usual.traits != nil)
    #expect(kind.traits == nil, "a kind of a later version is not known")
    #expect(Set(Phase.known).count == Phase.known.count)
  }
}
