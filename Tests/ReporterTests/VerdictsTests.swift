import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

@Suite("Verdicts")
struct VerdictsTests {
  private func verdicts(
    _ cells: [Cell], candidates: [String] = [], analytic: AnalyticRatios = .none
  ) throws -> [String: Verdict] {
    let record = Sample.record(cells, candidates: candidates)
    let all = try Verdicts.judging(NamedRecord(name: "r", record: record), analytic: analytic)
    return Dictionary(uniqueKeysWithValues: all.map { ($0.claim, $0) })
  }

  @Test("go by the most favourable workload and name the least favourable")
  func bestAndWorst() throws {
    let all = try verdicts(Sample.suite.cells)
    let verdict = try #require(all["mixtral-8x7b-6x-llama2-70b"])
    #expect(verdict.verdict == .fallsShort)
    #expect(verdict.claimed == 6 && verdict.analytic == 5.33)
    #expect(verdict.measured == Verdict.Measured(Sample.suite.cells[0]))
    #expect(verdict.measured?.median == 4.9 && verdict.measured?.scaled == "1/8")
    #expect(
      verdict.best?.conditions["tokens"] == .count(1)
        && verdict.worst?.conditions["tokens"] == .count(16))
    #expect(
      verdict.reason == """
        Reaches 4.9x at best (1 token per pass, scaled up from 1/8 of the width), 1.3x at worst (16 \
        tokens per pass, scaled up from 1/8 of the width); FLOPs allow 5.33x in these feed-forward layers; at 16 tokens per pass, time follows the bytes read \
        (1.35x), not FLOPs: 7.92 experts per layer are read.
        """)
  }

  @Test("say of a claimed count whether it holds, and judge the time all the same")
  func counts() throws {
    let five = try #require(verdicts(Sample.suite.cells)["mixtral-8x7b-5x-active"])
    #expect(five.verdict == .fallsShort)
    #expect(five.reason.contains("so the count of operations holds"))
    let ten = try #require(
      verdicts(Sample.suite.cells, analytic: Sample.analytic)["seed-10x-lower-inference-cost"])
    #expect(ten.verdict == .fallsShort)
    #expect(ten.analytic == 0.41 && ten.analyticWholeModel == 0.36)
    #expect(
      ten.reason.contains("0.36x in the whole model, so even the count of operations falls short"))
  }

  @Test("leave training claims open and say what is left to explain")
  func training() throws {
    let muse = try #require(
      verdicts(Sample.suite.cells, analytic: Sample.analytic)["meta-muse-10x-pretrain"])
    #expect(muse.verdict == .notAKernelClaim)
    #expect(muse.analytic == 0.36 && muse.analyticFeedForward == 0.41)
    #expect(abs(try #require(muse.leftToExplain) - 27.78) < 0.01)
    #expect(
      muse.reason == """
        Compute to reach a quality needs training runs of both recipes, not passes of a layer; \
        6 × 17B × 22T = 2.24e24 FLOP for the baseline, and a saving of 10x leaves 42B active \
        parameters 890B tokens, 4.05 % of the baseline's; how many tokens it was trained with is \
        unpublished; per token FLOPs give 0.36x (feed-forward layers alone 0.41x) and the feed-forward layers measured 0.372x \
        (1 token per pass); 10x over 0.36x leaves a factor 28 to explain by training data, \
        algorithm and optimisation.
        """)
    // Without a catalogue the record's own FLOP ratio stands in.
    let alone = try #require(verdicts(Sample.suite.cells)["meta-muse-10x-pretrain"])
    #expect(alone.analytic == 0.41 && alone.analyticWholeModel == nil)
    #expect(alone.reason.contains("10x over 0.41x leaves a factor 24"))
  }

  @Test("say when FLOPs allow more than a training claim takes")
  func lessThanFLOPs() throws {
    let cell = Sample.cell(
      "switch-c-2048e", "t5-xxl", tokens: 1, flopRatio: 6.75, Sample.estimate(2, 2.1, 2.2))
    let verdict = try #require(verdicts([cell])["switch-4x-t5-xxl"])
    #expect(verdict.verdict == .notAKernelClaim)
    #expect(verdict.reason.hasSuffix("the claimed 4x is less than the 6.75x that FLOPs allow."))
  }

  @Test("never call false what a kernel cannot test", arguments: ClaimLedger.claims)
  func neverFalse(_ claim: Claim) throws {
    let candidate = claim.modelID ?? "a"
    let cell = Sample.cell(
      candidate, claim.baselineID ?? "b", tokens: 4096, flopRatio: 0.02,
      Sample.estimate(0.01, 0.011, 0.012))
    var named = claim
    named.modelID = candidate
    let record = try NamedRecord(name: "r", record: Sample.record([cell]))
    let verdict = try #require(Verdicts.judging(record, claims: [named]).first)
    switch claim.test {
    case .cells: break
    case .scenario, .none:
      #expect(verdict.verdict == (claim.scope.isOfPasses ? .notMeasured : .notAKernelClaim))
      #expect(verdict.basis == nil)
    case .count: #expect(verdict.basis == .counted && verdict.measured == nil)
    }
    // What holds more than a kernel or a count may be open, and is never judged by either.
    if claim.scope.remainderOfCounts != nil, claim.test.criteria == nil {
      #expect(![.delivered, .exceeded, .fallsShort].contains(verdict.verdict))
    }
    // One sentence.
    #expect(verdict.reason.hasSuffix(".") && !verdict.reason.contains(". "))
  }

  @Test("are decided by matching cells when the claim states its conditions")
  func conditions() throws {
    func cell(_ tokens: Int) -> Cell {
      Sample.cell(
        "qwen3-next-80b-a3b", "qwen3-32b", tokens: tokens, flopRatio: 9.6,
        Sample.estimate(6.5, 6.6, 6.7))
    }
    let short = try verdicts([cell(1), cell(256)])
    #expect(short["qwen3-next-decode-4x-4k"]?.verdict == .exceeded)
    #expect(short["qwen3-next-decode-4x-4k"]?.worst == nil)
    #expect(short["qwen3-next-prefill-7x-4k"]?.verdict == .notMeasured)
    #expect(
      short["qwen3-next-prefill-7x-4k"]?.reason == """
        The claim speaks of prefill, 2048 tokens per pass or more, and the record has 1, 256; \
        tenfold run qwen3-next-80b-a3b --baseline qwen3-32b --tokens 2048 --engine blas measures it; \
        297 TFLOP against 32.9 TFLOP for 4,096 tokens is 9.021x by all pairs of tokens and 8.934x by \
        those that see each other; the claimed 7x is less than what is counted; not counted: the time \
        that a FLOP takes on either side.
        """)
    #expect(try verdicts([cell(4096)])["qwen3-next-prefill-7x-4k"]?.verdict == .delivered)
  }

  @Test("say how to measure a pair that the record lacks")
  func notMeasured() throws {
    let verdict = try #require(
      verdicts([], candidates: ["mixtral-8x7b"])["mixtral-8x7b-12b-speed"])
    #expect(verdict.verdict == .notMeasured && verdict.measured == nil)
    #expect(
      verdict.reason == """
        The record does not hold mixtral-8x7b against iso-active; \
        tenfold run mixtral-8x7b --baseline iso-active --engine blas measures it.
        """)
  }

  @Test("name the engine and the routing where cells differ in them")
  func engines() throws {
    let all = try verdicts([
      Sample.cell(
        "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5.33, Sample.estimate(4, 4.1, 4.2),
        engine: "blas"),
      Sample.cell(
        "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5.33, Sample.estimate(6, 6.1, 6.2),
        engine: "tile", routing: "zipf", alpha: 0.8),
    ])
    let verdict = try #require(all["mixtral-8x7b-6x-llama2-70b"])
    #expect(verdict.verdict == .delivered && verdict.best?.conditions["engine"] == .word("tile"))
    #expect(
      verdict.reason.hasPrefix(
        "Reaches 6.1x at best (1 token per pass, zipf:0.8 routing, tile), "
          + "4.1x at worst (1 token per pass, uniform routing, blas)"))
  }

  @Test("say that an interval contains the claim")
  func undecided() throws {
    let cell = Sample.cell(
      "mixtral-8x7b", "llama2-70b", tokens: 1, flopRatio: 5.33, Sample.estimate(5.9, 6, 6.1))
    let verdict = try #require(verdicts([cell])["mixtral-8x7b-6x-llama2-70b"])
    #expect(verdict.verdict == .undecided)
    #expect(verdict.reason.contains("and its interval [5.90, 6.10] contains 6x"))
  }

  @Test("ignore models without claims")
  func withoutClaims() throws {
    let unknown = Sample.cell(
      "my/config.json", "iso-active", tokens: 1, flopRatio: 1, Sample.estimate(1, 1, 1))
    #expect(try verdicts([unknown]).isEmpty)
  }

  /// What this version does not know is named wherever it is not judged, and so are phases.
  @Test func cellsOfAnUnknownKindAreLeftOutByName() throws {
    var record = Sample.suite
    for index in record.cells.indices {
      record.cells[index].precision = WeightFormat(named: "zeta-9")
      record.cells[index].sides.candidate.phases = PhaseSeconds(
        productSeconds: 1, productBusySeconds: 1, productWaitingSeconds: 0,
        others: [Phase(rawValue: "zeta-phase"): 1])
    }
    #expect(record.unknownValues.contains("the phase zeta-phase"))
    let named = try NamedRecord(name: "zeta", record: record)
    let compared = try RecordComparison(base: named, head: named, tolerance: 0.03).document
    #expect(compared.leftOut.count == record.cells.count)
    let report = Report(records: [named])
    #expect(report.document.records.map(\.cellsLeftOut) == [record.cells.count])
    let verdicts = report.document.verdicts
    #expect(verdicts.allSatisfy { $0.measured == nil })
    #expect(verdicts.contains { $0.reason.contains("in cells that nothing is judged by") })
  }

  /// A cell of another workload that would decide everything, were it of the claims' kind.
  private func product(_ candidate: String, _ baseline: String) -> Cell {
    var cell = Sample.cell(
      candidate, baseline, tokens: 1, flopRatio: 50, Sample.estimate(40, 41, 42))
    cell.workload = Workload(.matrixProduct, tokens: 1)
    cell.routing = nil
    return cell
  }

  @Test("are served by cells of the workload that the claim speaks of, and by no other")
  func otherWorkloads() throws {
    let muse = product("muse-spark-open-816b-a42b", "llama4-maverick")
    let mixtral = product("mixtral-8x7b", "llama2-70b")
    let mixed = try verdicts(Sample.suite.cells + [muse, mixtral])
    let own = try verdicts(Sample.suite.cells)
    for claim in ["meta-muse-10x-pretrain", "mixtral-8x7b-6x-llama2-70b"] {
      let (verdict, alone) = (try #require(mixed[claim]), try #require(own[claim]))
      #expect(verdict.measured == alone.measured && verdict.analytic == alone.analytic)
      #expect(verdict.analyticFeedForward == alone.analyticFeedForward)
      #expect(verdict.leftToExplain == alone.leftToExplain)
    }
    let products = try verdicts([muse, mixtral])
    let training = try #require(products["meta-muse-10x-pretrain"])
    #expect(training.measured == nil && training.analytic == nil && training.leftToExplain == nil)
    let missing = try #require(products["mixtral-8x7b-6x-llama2-70b"])
    #expect(missing.verdict == .notMeasured)
    #expect(
      missing.reason.hasPrefix(
        "The record holds mixtral-8x7b against llama2-70b in cells of another workload; tenfold run"
      ))
  }

  @Test("take only feed-forward layers for what feed-forward layers allow")
  func otherCounts() throws {
    var claim = try #require(ClaimLedger.claim(id: "mixtral-8x7b-6x-llama2-70b"))
    var criteria = try #require(claim.test.criteria)
    criteria.workload = .matrixProduct
    claim.test = .cells(criteria)
    let record = Sample.record([product("mixtral-8x7b", "llama2-70b")])
    let verdict = try #require(
      Verdicts.judging(NamedRecord(name: "r", record: record), claims: [claim]).first)
    #expect(verdict.verdict == .exceeded)
    #expect(verdict.analytic == 50 && verdict.analyticFeedForward == nil)
  }

  /// What measures a pair that the record lacks measures it as the record was measured.
  @Test func missingPairsAreMeasuredAsTheRecordWas() throws {
    func command(_ change: (inout Record) -> Void) throws -> String {
      var record = Sample.record([], candidates: ["mixtral-8x7b", "qwen3-next-80b-a3b"])
      record.options.engines = ["tile"]
      change(&record)
      let verdicts = Verdicts.judging(try NamedRecord(name: "r", record: record))
      let verdict = try #require(verdicts.first { $0.claim == "mixtral-8x7b-12b-speed" })
      let start = "The record does not hold mixtral-8x7b against iso-active; "
      #expect(verdict.reason.hasPrefix(start))
      return String(verdict.reason.dropFirst(start.count))
    }
    let pair = "tenfold run mixtral-8x7b --baseline iso-active"
    #expect(try command { _ in } == "\(pair) measures it.")
    let own = try command {
      $0.options.instructionSet = "v3"
      $0.options.precision = .bf16
      $0.options.threads = 1
    }
    #expect(own == "TENFOLD_ISA=v3 \(pair) --threads 1 --precision bf16 measures it.")
    let library = try command {
      $0.options.engines = ["blas"]
      $0.options.blas = "/opt/my blas.so"
    }
    #expect(library == "\(pair) --engine blas --blas '/opt/my blas.so' measures it.")
    let both = try command { $0.options.engines = ["tile", "blas"] }
    #expect(both == "\(pair) --engine both measures it.")
    // What this version does not know it is not told to measure with.
    let later = try command {
      $0.options.engines = ["zeta-9"]
      $0.options.precision = WeightFormat(named: "zeta-9")
    }
    #expect(later == "\(pair) measures it.")
  }

  /// Token counts that no default has are asked for, so that what is measured decides the claim.
  @Test func missingPairsAreMeasuredAtTheTokensOfTheClaim() throws {
    let verdict = try #require(
      verdicts([], candidates: ["qwen3-next-80b-a3b"])["qwen3-next-prefill-7x-4k"])
    #expect(verdict.reason.contains("--baseline qwen3-32b --tokens 2048 --engine blas measures it"))
  }
}
