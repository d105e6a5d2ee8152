import LayerSpec
import MoEKernel
import ModelSpec
import Reporter
import Runner
import Testing

/// A workload and a weight format that nothing under Sources/ or Kernels/ knows go from plan to record to
/// report, through public seams alone.
@Suite(.serialized) struct SeamTests {
  static func model(_ id: String, experts: Int, vocabulary: Int) throws -> Architecture {
    let config = """
      {"model_type": "mixtral", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": \(vocabulary),
       "num_local_experts": \(experts), "num_experts_per_tok": 2, "tie_word_embeddings": false}
      """
    return try Architecture(configJSON: Array(config.utf8), id: id)
  }

  let machine = MachineIdentity(
    cpu: "test", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 1, effectiveCPUs: 1,
    lastLevelCacheBytes: 64 << 10, memoryBytes: 1 << 34, operatingSystem: "test", kernel: "6",
    hypervisor: nil)

  /// Plans, measures, writes and reads a record.
  func record(
    _ workload: any MeasurableWorkload, _ format: WeightFormat, baseline: Baseline,
    sizes: WorkloadSizes = WorkloadSizes(tokens: [1, 3]), routings: [Routing]? = nil,
    engine: (any Engine)? = nil
  ) throws -> Record {
    let codecs: [any WeightCodec] = [ToyCodec(), OddCodec()]
    let engine = OpenedEngine(
      try engine ?? TileEngine(forcedLevel: nil, codecs: codecs), instructionSet: "toy")
    let suite = Suite(
      candidates: [try Self.model("small", experts: 4, vocabulary: 160)], baselines: [baseline],
      routings: routings ?? (workload.routes ? [.uniform] : []))
    let request = RunRequest(
      suite: suite, workload: workload, formats: FormatPlan(format), sizes: sizes, threads: 1,
      budgetSeconds: 1, memoryBytes: 1 << 30, effort: .token)
    var measurement = Measurement(
      plans: [try RunPlan(request, engine: engine, machine: machine)])
    measurement.run()
    #expect(measurement.ending == nil)
    let record = measurement.record(
      of: [request],
      tool: ToolIdentity(version: "0", commit: "test", build: "release", swift: "6"),
      machine: machine, engines: [engine])
    return try Record(decoding: record.encoded())
  }

  func text(_ record: Record) throws -> String {
    TextPage.render(Report(records: [try NamedRecord(name: "toy", record: record)]).page)
  }

  @Test func aWorkloadOfItsOwnIsMeasuredAndShownByName() throws {
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    let record = try record(ToyWorkload(), .f32, baseline: .named(larger))
    #expect(record.cells.map(\.workload.kind.rawValue) == ["toy-head", "toy-head"])
    #expect(record.cells.map(\.tokens) == [1, 3])
    let cell = try #require(record.cells.first)
    #expect(cell.flopRatio == 4)
    #expect(cell.sides.candidate.bytes == 160 * 64 * 4)
    #expect(cell.sides.candidate.layers.map(\.layer) == ["head V=160"])
    #expect(cell.rooflineRatio != nil)
    let causes = try #require(cell.explanation).factors.map(\.name.rawValue)
    let ofProducts = Explanation.Cause.ofProducts.map(\.rawValue)
    #expect(causes == ofProducts + ["toy-staging"], "its own phases are its causes, and no other's")
    #expect(cell.sides.candidate.phases?.others.keys.map(\.rawValue) == ["toy-staging"])
    let text = try text(record)
    #expect(text.contains("small against larger (toy-head)"))
    #expect(text.contains("toy staging") && !text.contains("dispatch and combine"))
    let csv = CSVExport.render([try NamedRecord(name: "toy", record: record)])
    #expect(csv.contains("toy-head") && csv.contains("factor_toy_staging"))
  }

  /// What a workload is held against unless somebody says so is its own affair.
  @Test func aWorkloadHasItsOwnBaselines() throws {
    let model = try Self.model("small", experts: 4, vocabulary: 160)
    func baselines(_ workload: any MeasurableWorkload) -> [String] {
      Suite(candidates: [model], baselines: [], routings: [.uniform], workload: workload)
        .pairings.map(\.baseline.id)
    }
    #expect(baselines(ToyWorkload()) == [] && ToyWorkload().standardSuite(routings: nil) == nil)
    #expect(baselines(FeedForwardWorkload()) == ["iso-active", "iso-total"])
    #expect(FeedForwardWorkload().standardSuite(routings: nil)?.name == "default")
  }

  /// Sizes besides tokens go from the request to ids, tables and options; a workload without them refuses.
  @Test func sizesOfItsOwnAreMeasuredAndShown() throws {
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    let sizes = WorkloadSizes(tokens: [2], sequences: [3, 1])
    let record = try record(ToyWorkload(), .f32, baseline: .named(larger), sizes: sizes)
    #expect(record.options.sequences == [3, 1] && record.options.context == nil)
    #expect(record.cells.map(\.workload.sequences) == [1, 3])
    #expect(record.cells.map(\.sides.candidate.flops) == [1, 3].map { $0 * 2 * 2 * 160 * 64 })
    #expect(
      record.cells.map(\.conditions.id)
        == [
          "toy-head/2-tokens/tile/f32/1-threads",
          "toy-head/2-tokens/3-sequences/tile/f32/1-threads",
        ])
    #expect(try text(record).contains("tokens  sequences"))
    #expect(
      throws: PlanError.noSuchSize(workload: "ffn-forward", size: "sequences")
    ) {
      try self.record(FeedForwardWorkload(), .f32, baseline: .isoTotal, sizes: sizes)
    }
  }

  /// Asked for a routing, a workload that routes nothing says so.
  @Test func aRoutingOfWhatRoutesNothingIsRefused() throws {
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    let error = #expect(throws: PlanError.routesNothing(workload: "toy-head")) {
      try self.record(ToyWorkload(), .f32, baseline: .named(larger), routings: [.zipf(alpha: 0.8)])
    }
    #expect(try #require(error).isUsage)
  }

  @Test func aFormatOfItsOwnIsMeasuredAndShownByName() throws {
    let record = try record(FeedForwardWorkload(), ToyCodec.toy8, baseline: .isoTotal)
    #expect(record.cells.map(\.precision.name) == ["toy8", "toy8"])
    let cell = try #require(record.cells.first)
    // Two experts of 3·64·96 weights in blocks of 16 elements and 20 bytes, the router in 32 bits,
    // and a row in and out.
    #expect(
      cell.sides.candidate.bytes == 2 * 3 * 64 * 96 / 16 * 20 + 4 * 64 * 4 + 2 * 64 * 4)
    #expect(record.ceilings.contains { $0.precision.name == "toy8" })
    #expect(cell.rooflineRatio != nil && cell.explanation != nil)
    #expect(try text(record).contains("toy8"))
  }

  /// An arithmetic without a known peak is measured, and has no roofline.
  @Test func anArithmeticOfItsOwnHasNoRoofline() throws {
    let record = try record(FeedForwardWorkload(), OddCodec().format, baseline: .isoTotal)
    #expect(record.cells.map(\.precision.name) == ["toy-odd", "toy-odd"])
    #expect(record.cells.allSatisfy { $0.rooflineRatio == nil })
    #expect(!record.ceilings.contains { $0.precision.name == "toy-odd" })
    #expect(record.options.effort == "token")
    #expect(try text(record).contains("nothing is judged by them"))
    let named = try NamedRecord(name: "toy", record: record)
    let again = try RecordComparison(base: named, head: named, tolerance: 0.03)
    #expect(again.verdict == .inconclusive && again.summary.contains("token"), "\(again.summary)")
  }

  /// An engine is measured with its own tiles, and shown by its name.
  @Test func anEngineOfItsOwnIsMeasuredAndShownByName() throws {
    let record = try record(
      FeedForwardWorkload(), .f32, baseline: .isoTotal, engine: ToyEngine(name: "toy-engine"))
    #expect(record.cells.map(\.engine) == ["toy-engine", "toy-engine"])
    let rates = try #require(record.ceilings.first { $0.precision == .f32 }).tileRates
    #expect(rates.keys.sorted() == ["toy-engine"] && rates["toy-engine"]?.count == 1)
    let causes = try #require(record.cells.first?.explanation).factors
    let tiles = try #require(causes.first { $0.name == .tileRemainder })
    #expect(tiles.baseline > 1, "a scalar loop is slower than the peak of vectors")
    #expect(try text(record).contains("toy-engine"))
  }

  /// Products are measured with every engine, the first beside each other one.
  @Test func productsAreMeasuredWithEveryEngine() throws {
    let engines = [
      OpenedEngine(try TileEngine(forcedLevel: nil)), OpenedEngine(try ToyEngine(name: "toy-one")),
      OpenedEngine(try ToyEngine(name: "toy-two")),
    ]
    let request = ProductRequest(
      rows: [1, 3], outputs: 32, inputs: 16, threads: 1, memoryBytes: 1 << 30, effort: .token)
    let run = Run(try RunPlan(request, engines: engines, machine: machine))
    try run.measure()
    let document = ProductDocument(
      run, request: request, engines: engines, created: "",
      tool: ToolIdentity(version: "0", commit: "test", build: "release", swift: "6"),
      machine: machine, failure: nil)
    let names = ["tile", "toy-one", "toy-two"]
    for m in [1, 3] {
      #expect(document.points.filter { $0.m == m }.map(\.engine) == names)
      #expect(document.speedRatios.filter { $0.m == m }.map(\.over) == Array(names.dropFirst()))
    }
    let page = TextPage.render(ProductReport.page(of: document))
    #expect(page.contains("tile/toy-one") && page.contains("tile/toy-two"))
  }

  /// Weights that are stored block by block are each cell's own, so that only so many cells are open at once
  /// as the memory has room for; views of the arena share it.
  @Test func onlySoManyCellsOfStoredWeightsAreOpenAtOnce() throws {
    let larger = try Self.model("larger", experts: 4, vocabulary: 1 << 16)
    let codecs: [any WeightCodec] = [ToyCodec()]
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil, codecs: codecs))
    func plan(_ format: WeightFormat, memoryBytes: Int) throws -> RunPlan {
      try RunPlan(
        RunRequest(
          suite: Suite(
            candidates: [try Self.model("small", experts: 4, vocabulary: 160)],
            baselines: [.named(larger)], routings: []),
          workload: ToyWorkload(), formats: FormatPlan(format),
          sizes: WorkloadSizes(tokens: [1, 2, 3]), threads: 1, memoryBytes: memoryBytes,
          effort: .token),
        engine: engine, machine: machine)
    }
    // A head of 65,536 rows of 64 weights is 16 MiB in f32 and 5 in toy8, twice where a fraction of its width
    // may be held against it; the probe takes 256 MiB.
    #expect(try plan(.f32, memoryBytes: 290 << 20).cellsOpenAtOnce == [3])
    #expect(try plan(ToyCodec.toy8, memoryBytes: 300 << 20).cellsOpenAtOnce == [3])
    #expect(try plan(ToyCodec.toy8, memoryBytes: 267 << 20).cellsOpenAtOnce == [1, 1, 1])
  }

  @Test func bothTogether() throws {
    let larger = try Self.model("larger", experts: 4, vocabulary: 640)
    let record = try record(ToyWorkload(), ToyCodec.toy8, baseline: .named(larger))
    #expect(record.cells.map(\.sides.candidate.bytes) == [160 * 64 / 16 * 20, 160 * 64 / 16 * 20])
    #expect(try text(record).contains("toy8"))
  }

  /// Rows that are no whole blocks are refused before anything is built.
  @Test func whatIsNoWholeBlockIsRefused() throws {
    let codec = WideCodec()
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil, codecs: [codec]))
    #expect(try refusal(codec.format, engine).contains("blocks of 40"))
  }

  /// A format that the engine has no codec for is refused by a sentence, not by a trap.
  @Test func aFormatThatTheEngineLacksIsRefused() throws {
    let engine = OpenedEngine(try TileEngine(forcedLevel: nil))
    #expect(
      try refusal(ToyCodec.toy8, engine)
        == "the tile engine does not multiply toy8 weights; it has f32, bf16")
    let error = #expect(throws: PlanError.self) {
      try RunPlan(
        ProductRequest(
          rows: [1], outputs: 16, inputs: 16, format: ToyCodec.toy8, threads: 1,
          memoryBytes: 1 << 30),
        engines: [engine], machine: machine)
    }
    #expect(try #require(error).isUsage)
  }

  private func refusal(_ format: WeightFormat, _ engine: OpenedEngine) throws -> String {
    let suite = Suite(
      candidates: [try Self.model("small", experts: 4, vocabulary: 160)], baselines: [],
      routings: [.uniform])
    let request = RunRequest(suite: suite, formats: FormatPlan(format), threads: 1)
    let error = #expect(throws: PlanError.self) {
      try RunPlan(request, engine: engine, machine: machine)
    }
    return try #require(error).description
  }
}
