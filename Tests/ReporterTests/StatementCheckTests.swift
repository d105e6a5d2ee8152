import ModelSpec
import Testing

@testable import Reporter

/// What a record states beside its rounds is held against what it means.
@Suite("A record's statements")
struct StatementCheckTests {
  /// 2 threads reach 500 GFLOP/s and 40 GB/s: a pass of 10 TFLOP takes at least 20 of its 100 s, and one
  /// of 1 GB at least 25 ms.
  private static let clean: Record = {
    var record = Sample.illustrated
    for index in record.cells.indices {
      let cell = record.cells[index]
      record.cells[index].sides.candidate.layers = [
        LayerGroup(layer: "sparse E=8 K=2 F=14336", count: 32, secondsMedian: 0.1),
        LayerGroup(layer: "dense F=14336", count: 1, secondsMedian: 0),
      ]
      let seconds = cell.sides.baseline.secondsMedian
      record.cells[index].sides.baseline.phases = PhaseSeconds(
        productSeconds: 0.9 * seconds, productBusySeconds: 0.7 * seconds,
        productWaitingSeconds: 0.2 * seconds,
        others: [.router: 0.02 * seconds, .dispatchAndCombine: 0.08 * seconds])
      record.cells[index].routing?.tokensPerExpert = 1
      record.cells[index].ceilingBeside = record.ceilings[0]
    }
    record.cells.removeAll { $0.candidate != "mixtral-8x7b" }
    return record
  }()

  private func refusal(_ change: (inout Record) -> Void) throws -> RecordContradiction {
    var record = Self.clean
    change(&record)
    let error = #expect(throws: RecordContradiction.self) {
      try NamedRecord(name: "r", record: record)
    }
    // A comparison reads rounds alone.
    #expect(throws: Never.self) { try NamedRecord(name: "times", timesOf: record) }
    return try #require(error)
  }

  @Test("are let pass where nothing contradicts them")
  func clean() throws {
    #expect(try NamedRecord(name: "r", record: Self.clean).record == Self.clean)
    // Where nothing is routed, and where a side's bytes are not known.
    var bare = Self.clean
    for index in bare.cells.indices {
      bare.cells[index].routing?.distinctExperts = 0
      bare.cells[index].routing?.maxOverMean = 0
      bare.cells[index].routing?.tokensPerExpert = 0
      bare.cells[index].routing?.gini = 0
      bare.cells[index].sides.baseline.bytes = 0
      bare.cells[index].rooflineRatio = nil
    }
    #expect(throws: Never.self) { try NamedRecord(name: "r", record: bare) }
  }

  /// A share goes by the ceilings beside its cell, which a disturbance may halve: what the run's best allow is
  /// true then.
  ///
  /// Of a token effort nothing is known to be too fast.
  @Test("allow the shares that a machine gives which was slow beside the cell")
  func sharesUnderLowCeilings() throws {
    func record(ofVisits: Bool, effort: String? = nil) -> Record {
      var record = Self.clean
      record.options.effort = effort
      for index in record.cells.indices {
        record.cells[index].rooflineRatio = nil
        record.cells[index].sides.candidate.rooflineShare = 2.4
        guard ofVisits, var own = record.cells[index].ceilingBeside else { continue }
        own.readBytesPerSecond /= 2
        own.readInterval = .init(low: own.readBytesPerSecond, high: 2 * own.readBytesPerSecond)
        own.peakInterval = .init(low: own.peakFlopsPerSecond, high: own.peakFlopsPerSecond)
        record.cells[index].ceilingBeside = own
      }
      return record
    }
    #expect(throws: RecordContradiction.self) {
      try NamedRecord(name: "r", record: record(ofVisits: false))
    }
    #expect(throws: Never.self) { try NamedRecord(name: "r", record: record(ofVisits: true)) }
    var beyond = record(ofVisits: true)
    beyond.cells[0].sides.candidate.rooflineShare = 4.1
    #expect(throws: RecordContradiction.self) { try NamedRecord(name: "r", record: beyond) }
    #expect(throws: Never.self) {
      try NamedRecord(name: "r", record: record(ofVisits: false, effort: "token"))
    }
  }

  @Test(
    "are refused where they cannot be",
    arguments: [
      NamedRecordTests.Damage("threads") { $0.threads = 0 },
      .init("sequences") { $0.workload.sequences = -1 },
      .init("context") { $0.workload.context = -1 },
      .init("ranks") { $0.workload.ranks = 0 },
      .init("ceiling_beside.threads") { $0.ceilingBeside?.threads = 0 },
      .init("ceiling_beside.peak_flops_per_second") { $0.ceilingBeside?.peakFlopsPerSecond = -1 },
      .init("ceiling_beside.read_bytes_per_second") { $0.ceilingBeside?.readBytesPerSecond = 0 },
      .init("ceiling_beside.tile_flops_per_second[1]") {
        $0.ceilingBeside?.tileRates["tile"] = [1, -1]
      },
      .init("ceiling_beside.peak_flops_per_second") {
        $0.ceilingBeside?.peakFlopsPerSecond *= 1.1
      },
      .init("ceiling_beside.read_bytes_per_second") {
        $0.ceilingBeside?.readBytesPerSecond *= 1.1
      },
      .init("sides.baseline.bytes") { $0.sides.baseline.bytes = -1 },
      .init("sides.candidate.layers[0].count") { $0.sides.candidate.layers[0].count = 0 },
      .init("sides.candidate.layers[1].seconds_median") {
        $0.sides.candidate.layers[1].secondsMedian = -1
      },
      .init("sides.baseline.phases.product_seconds") {
        $0.sides.baseline.phases?.productSeconds = .nan
      },
      .init("sides.baseline.phases.product_waiting_seconds") {
        $0.sides.baseline.phases?.productWaitingSeconds = -1
      },
      .init("sides.baseline.phases.dispatch_and_combine_seconds") {
        $0.sides.baseline.phases?.others[.dispatchAndCombine] = -0.1
      },
      .init("sides.baseline.phases") { $0.sides.baseline.phases?.productBusySeconds = 75 },
      .init("sides.baseline.phases") { $0.sides.baseline.phases?.others[.router] = 6 },
      .init("sides.baseline.roofline_share") { $0.sides.baseline.rooflineShare = .nan },
      .init("sides.candidate.roofline_share") { $0.sides.candidate.rooflineShare = 1e308 },
      .init("sides.candidate.roofline_share") { $0.sides.candidate.rooflineShare = 2.01 },
      // 10 TFLOP at 500 GFLOP/s are 20 of 100 s.
      .init("sides.baseline.roofline_share") { $0.sides.baseline.rooflineShare = 0.19 },
      // More bytes than memory gives in the time that is stated.
      .init("sides.candidate.roofline_share") { $0.sides.candidate.bytes = .max },
      .init("roofline_ratio") { $0.rooflineRatio = 0 },
      .init("roofline_ratio") { $0.rooflineRatio = 1e308 },
      .init("roofline_ratio") { $0.rooflineRatio = $0.rooflineRatio.map { 1.05 * $0 } },
      .init("roofline_ratio") {
        $0.sides.candidate.rooflineShare = nil
        $0.rooflineRatio = 11.2
      },
      .init("routing.distinct_experts") { $0.routing?.distinctExperts = -1 },
      .init("routing.distinct_experts") { $0.routing?.distinctExperts = 2.5 },
      .init("routing.distinct_experts") { $0.routing?.distinctExperts = 1e-300 },
      .init("routing.max_over_mean") { $0.routing?.maxOverMean = 0.5 },
      .init("routing.max_over_mean") { $0.routing?.maxOverMean = 8.5 },
      .init("routing.gini") { $0.routing?.gini = 1.1 },
      .init("routing.gini") { $0.routing?.gini = -0.1 },
      .init("routing.tokens_per_expert") { $0.routing?.tokensPerExpert = 2 },
    ])
  func impossible(_ damage: NamedRecordTests.Damage) throws {
    var cell = Self.clean.cells[0]
    damage.damage(&cell)
    let error = try refusal { $0.cells[0] = cell }
    #expect(error.field == damage.field)
    #expect(error.cell == cell.id)
  }

  @Test("are not related to each other where this version does not know how they are")
  func laterKinds() throws {
    var record = Self.clean
    record.cells[0].workload.kind = WorkloadKind(rawValue: "block-teleport")
    record.cells[0].rooflineRatio = 100
    record.cells[0].sides.candidate.rooflineShare = 3
    record.cells[0].sides.baseline.phases?.productWaitingSeconds = 1000
    record.cells[0].routing?.distinctExperts = 1000
    record.cells[1].sides.baseline.phases?.others[Phase(rawValue: "all-to-all")] = 1000
    #expect(throws: Never.self) { try NamedRecord(name: "r", record: record) }
    let error = try refusal {
      $0 = record
      $0.cells[0].rooflineRatio = -1
    }
    #expect(error.field == "roofline_ratio")
  }

  @Test("say what contradicts them")
  func reasons() throws {
    let sum = try refusal { $0.cells[0].sides.baseline.phases?.others[.router] = 6 }
    #expect(sum.reason == "add up to 104.0 s, and the pass took 100.0 s")
    let ratio = try refusal { $0.cells[0].rooflineRatio = 4 }
    #expect(
      ratio.reason
        == "is 4.0, and roofline_share · seconds_median of its sides give 5.1882353")
    let bounds = try refusal { $0.cells[0].rooflineRatio = 1e308 }
    #expect(
      bounds.reason == "is 1e+308, and the FLOPs and bytes of its sides allow 2.67 to 10.7")
    let experts = try refusal { $0.cells[0].routing?.distinctExperts = 2.5 }
    #expect(experts.reason == "is 2.5, and 1 token reach at most 2 experts")
  }

  @Test("of a machine's ceilings are refused by their own names")
  func ceilings() throws {
    let error = try refusal { $0.ceilings[0].readBytesPerSecond = 0 }
    #expect(error.cell == nil)
    #expect(
      error.description
        == "ceilings[0].read_bytes_per_second is 0.0, which is no positive number")
  }

  @Test(
    "of cells without times are refused where no pass has them, and where others state them too")
  func withoutTimes() throws {
    func without(_ change: @escaping (inout UnmeasuredCell) -> Void) -> (inout Record) -> Void {
      { record in
        let cell = record.cells[0]
        var failed = UnmeasuredCell(
          candidate: cell.candidate, baseline: cell.baseline, conditions: cell.conditions,
          status: .failed, reason: nil)
        change(&failed)
        record.unmeasured = [failed]
      }
    }
    let twice = try refusal(without { _ in })
    #expect(twice.description.contains("is failed, and it is stated elsewhere too"))
    let none = try refusal(without { $0.conditions.workload.tokens = 0 })
    #expect(none.field.hasPrefix("tokens of the cell"))
    let negative = try refusal(without { $0.conditions.threads = -5 })
    #expect(negative.field.hasPrefix("threads of the cell"))
    var record = Self.clean
    without { $0.conditions.workload.tokens = 4096 }(&record)
    #expect(throws: Never.self) { try NamedRecord(name: "r", record: record) }
  }

  @Test("of the machine and of what was asked for are refused by their own names")
  func machineAndOptions() throws {
    let damages: [(String, (inout Record) -> Void)] = [
      ("machine.logical_cpus", { $0.machine.logicalCPUs = -1 }),
      ("machine.effective_cpus", { $0.machine.effectiveCPUs = 0 }),
      ("machine.memory_bytes", { $0.machine.memoryBytes = .min }),
      ("machine.last_level_cache_bytes", { $0.machine.lastLevelCacheBytes = 0 }),
      ("machine.last_level_caches", { $0.machine.lastLevelCaches = -4 }),
      ("options.threads", { $0.options.threads = 0 }),
      ("options.budget_seconds", { $0.options.budgetSeconds = -.infinity }),
      ("options.memory_bytes", { $0.options.memoryBytes = 0 }),
      ("options.tokens[0]", { $0.options.tokens = [0] }),
      ("options.context[1]", { $0.options.context = [0, -1] }),
      ("options.thread_counts[0]", { $0.options.threadCounts = [0] }),
      ("ceilings[0].peak_flops_per_second", { $0.ceilings[0].peakFlopsPerSecond = 1e300 }),
    ]
    for (field, damage) in damages {
      let error = try refusal(damage)
      #expect(error.field == field && error.cell == nil, "\(error)")
    }
  }

  @Test("of one measurement are made once")
  func twice() throws {
    let error = try refusal { record in
      var again = record.cells[1]
      again.cautions = ["again"]
      record.cells.append(again)
    }
    let (id, last) = (Self.clean.cells[1].id, Self.clean.cells.count)
    #expect(
      error.description
        == "rounds of the cell \(id) are stated twice, in cells[1] and cells[\(last)]")
    // Exponents that differ in the fifth digit are two routings, in their ids as well.
    var record = Self.clean
    for alpha in [0.80001, 0.80002] {
      var other = record.cells[1]
      other.routing?.kind = "zipf"
      other.routing?.alpha = alpha
      record.cells.append(other)
    }
    #expect(throws: Never.self) { try NamedRecord(name: "r", record: record) }
    #expect(Set(record.cells.map(\.id)).count == record.cells.count)
  }
}
