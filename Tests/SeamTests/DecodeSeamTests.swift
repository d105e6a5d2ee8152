import FoundationEssentials
import LayerSpec
import MoEKernel
import ModelSpec
import Reporter
import Runner
import Testing

/// A routed workload of sequences and context alone goes through curves, claims and commands as one of
/// tokens does.
extension SeamTests {
  private static let sizes = WorkloadSizes(
    tokens: [1], sequences: [1, 2, 4, 8], context: [3, 6, 12])

  /// A record of the toy as if its figures could be relied on.
  private func decodeRecord() throws -> Record {
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    var record = try record(
      ToyDecode(), .f32, baseline: .named(larger), sizes: Self.sizes)
    #expect(record.options.effort == "token")
    record.options.effort = nil
    return record
  }

  /// Makes the toy known, as a program would that brings it.
  private func knowing<Value>(_ body: () throws -> Value) rethrows -> Value {
    try WorkloadTraits.$known.withValue(WorkloadTraits.known + [ToyDecode.traits], operation: body)
  }

  @Test func aWorkloadWithoutTokensHasCurvesOverItsOwnSizes() throws {
    let record = try decodeRecord()
    #expect(record.cells.count == 12)
    try knowing {
      let named = try NamedRecord(name: "toy", record: record)
      let curves = Curve.curves(of: record)
      #expect(
        curves.map(\.size) == Array(repeating: .sequences, count: 3)
          + Array(repeating: .context, count: 4))
      #expect(curves[0].points.map(\.value) == [1, 2, 4, 8])
      #expect(
        curves[3].conditions
          == "toy-decode, 1 sequence per pass, uniform routing, tile, f32, 1 thread")
      let text = try text(record)
      #expect(text.contains("Saving over sequences per pass"))
      #expect(!text.contains("tokens per pass"), "no pass of it has tokens")
      #expect(text.contains("A toy says nothing of models."))
      let page = HTMLPage.render(Report(records: [named]).illustratedPage)
      let words = page.replacing(/<[^>]*>/, with: " ").split(separator: /\s+/)
        .joined(separator: " ")
      #expect(words.contains("Saving over tokens of context: small against larger"))
      #expect(words.contains("--sequences 1,2,4,8 --context 3,6,12"))
      #expect(!words.contains("--tokens"))
      let csv = CSVExport.render([named])
      #expect(csv.contains("sequences,context"))
    }
  }

  /// The JSON names places and curves by the sizes that the workload has.
  @Test func aWorkloadWithoutTokensIsJudgedByItsRows() throws {
    let record = try decodeRecord()
    var claim = try #require(ClaimLedger.claim(id: "qwen3-next-decode-4x-4k"))
    claim.modelID = "small"
    claim.baselineID = "larger"
    var criteria = try #require(claim.test.criteria)
    criteria.workload = ToyDecode.name
    func verdict(leastRows: Int) throws -> (Verdict, String) {
      criteria.leastRows = leastRows
      claim.test = .cells(criteria)
      let named = try NamedRecord(name: "toy", record: record)
      let report = Report(records: [named], claims: [claim])
      let json = try DocumentCoding.encoder.encode(report.document)
      return (
        try #require(report.sections[0].verdicts.first), String(decoding: json, as: UTF8.self)
      )
    }
    try knowing {
      let (decided, json) = try verdict(leastRows: 4)
      #expect(decided.verdict != .notMeasured, "\(decided.reason)")
      let best = try #require(decided.best)
      #expect(best.conditions["tokens"] == nil)
      #expect(best.conditions["workload"] == .word("toy-decode"))
      #expect([.count(4), .count(8)].contains(best.conditions["sequences"]))
      #expect(json.contains("\"sequences\"") && !json.contains("\"tokens\""))

      let (missing, _) = try verdict(leastRows: 32)
      #expect(missing.verdict == .notMeasured)
      #expect(
        missing.reason.contains(
          "32 to 64 sequences per pass, and the record has 1, 2, 4, 8"), "\(missing.reason)")
      #expect(missing.reason.contains("--sequences 32"), "\(missing.reason)")

      criteria.leastContext = 4_096
      let (short, _) = try verdict(leastRows: 4)
      #expect(short.verdict == .notMeasured)
      #expect(short.reason.contains("4096 tokens of context or more"), "\(short.reason)")
      #expect(short.reason.contains("3 tokens of context"), "\(short.reason)")
      #expect(short.reason.contains("--context 4096"), "\(short.reason)")
    }
    #expect(
      try verdict(leastRows: 4).0.verdict == .notMeasured,
      "what this version does not know decides nothing")
  }

  /// A refusal for want of memory names the sizes that can be made smaller.
  @Test func aRefusalNamesTheSizesOfTheWorkload() throws {
    let small = try Self.model("small", experts: 4, vocabulary: 160)
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    func refusal(_ sizes: WorkloadSizes) throws -> String {
      let request = RunRequest(
        suite: Suite(
          candidates: [small], baselines: [.named(larger)], routings: [.uniform],
          workload: ToyDecode()),
        workload: ToyDecode(), sizes: sizes, threads: 1, memoryBytes: 1 << 30)
      let engine = OpenedEngine(try TileEngine(forcedLevel: nil))
      let error = #expect(throws: PlanError.self) {
        try RunPlan(request, engine: engine, machine: machine)
      }
      return try #require(error).description
    }
    try knowing {
      let both = try refusal(
        WorkloadSizes(tokens: [1], sequences: [1000], context: [100_000]))
      #expect(both.contains(/--sequences of at most \d+ or --context of at most \d+, or --memory/))
      let neither = try refusal(
        WorkloadSizes(tokens: [1], sequences: [1_000_000], context: [100_000_000]))
      #expect(neither.contains("give smaller --sequences and --context, or --memory"))
    }
    #expect(
      try refusal(WorkloadSizes(tokens: [2], sequences: [1])).contains("has no tokens"))
  }
}
