import ModelSpec
import Testing

@testable import Reporter

@Suite("Records that can be compared")
struct ComparabilityTests {
  private func comparability(_ change: (inout Record) -> Void) throws -> Comparability {
    var head = Sample.suite
    change(&head)
    return try Comparability(base: Sample.suite, head: head)
  }

  private func differences(_ change: (inout Record) -> Void) throws -> [String] {
    try comparability(change).differences.map(\.field)
  }

  @Test("two builds of one source tree are comparable, whatever else was asked of them")
  func whatMayDiffer() throws {
    let comparability = try comparability {
      $0.tool.commit = "fffffff"
      $0.tool.version = "0.2.0"
      $0.created = "2027-01-01T00:00:00Z"
      $0.cells = []
      $0.machine.memoryBytes += 4096
      $0.options = RunOptions(
        suite: "default", candidates: ["olmoe-1b-7b"], baselines: ["iso-total"], tokens: [4],
        threads: 1, threadCounts: [1, 2], engines: ["tile", "blas"], precision: .bf16,
        routing: ["zipf:0.8", "trace:chat.jsonl"], budgetSeconds: 120, memoryBytes: 1,
        seed: $0.options.seed)
      $0.options.routingDigests = ["0123456789abcdef"]
    }
    #expect(comparability.differences == [])
    #expect(comparability.cautions == [])
  }

  @Test("each field of machine, toolchain, BLAS and seed is named when it differs")
  func whatMustNotDiffer() throws {
    #expect(try differences { $0.machine.cpu = "another" } == ["machine.cpu"])
    #expect(try differences { $0.machine.architecture = "aarch64" } == ["machine.architecture"])
    #expect(try differences { $0.machine.cpuSignature = nil } == ["machine.cpu_signature"])
    #expect(try differences { $0.machine.logicalCPUs = 8 } == ["machine.logical_cpus"])
    #expect(try differences { $0.machine.effectiveCPUs = 1 } == ["machine.effective_cpus"])
    #expect(try differences { $0.machine.memoryBytes /= 2 } == ["machine.memory_bytes"])
    #expect(
      try differences { $0.machine.lastLevelCacheBytes = 1 << 20 }
        == ["machine.last_level_cache_bytes"])
    #expect(try differences { $0.machine.lastLevelCaches = 2 } == ["machine.last_level_caches"])
    #expect(try differences { $0.machine.hypervisor = nil } == ["machine.hypervisor"])
    #expect(try differences { $0.tool.swift = "6.4" } == ["tool.swift"])
    #expect(try differences { $0.tool.build = "debug" } == ["tool.build"])
    #expect(try differences { $0.blas?.core = "SkylakeX" } == ["blas.core"])
    #expect(
      try differences { $0.blas = nil }
        == ["blas.core", "blas.interface", "blas.path", "blas.threads", "blas.version"])
    #expect(try differences { $0.options.seed = .max } == ["options.seed"])
  }

  @Test("how processors and memory are used counts where both records tell it")
  func surroundings() throws {
    func comparability(_ change: (inout MachineIdentity) -> Void) throws -> Comparability {
      var base = Sample.suite
      base.machine.processors = ProcessorUse()
      base.machine.processors?.affinity = "0-1"
      base.machine.processors?.threadsPerCore = 1
      base.machine.processors?.quotaGroup = "/docker/abc"
      base.machine.memory = MemoryUse()
      base.machine.memory?.hugePages = "madvise"
      base.machine.throttling = Throttling(
        before: ThrottledTime(times: 0, seconds: 0), after: ThrottledTime(times: 0, seconds: 0))
      var head = base
      change(&head.machine)
      return try Comparability(base: base, head: head)
    }
    func differences(_ change: (inout MachineIdentity) -> Void) throws -> [String] {
      try comparability(change).differences.map(\.field)
    }
    #expect(
      try differences { $0.processors?.threadsPerCore = 2 }
        == ["machine.processors.threads_per_core"])
    #expect(try differences { $0.processors?.quota = 1.5 } == ["machine.processors.quota"])
    #expect(try differences { $0.memory?.hugePages = "never" } == ["machine.memory.huge_pages"])
    let moved = try comparability { $0.processors?.affinity = "2-3" }
    #expect(moved.differences == [])
    #expect(moved.cautions.map(\.field) == ["machine.processors.affinity"])
    let alike = try [
      comparability { $0.processors?.quotaGroup = "/docker/def" },
      comparability { $0.throttling?.after.times = 7 },
      comparability {
        $0.processors = nil
        $0.memory = nil
        $0.throttling = nil
      },
    ]
    for comparability in alike {
      #expect(comparability.differences == [])
      #expect(comparability.cautions == [])
    }
  }

  @Test("what engines chose otherwise from the same candidates is a caution that tells the remedy")
  func choices() throws {
    func comparison(_ base: [String: String]?, _ head: [String: String]?) throws -> [String] {
      let records = [base, head].map { choices in
        var record = Sample.suite
        record.choices = choices
        return record
      }
      let comparability = try Comparability(base: records[0], head: records[1])
      #expect(comparability.differences == [])
      let others = comparability.cautions.filter { !$0.isChoice }
      #expect(others == [])
      let cautions = try RecordComparison(
        base: NamedRecord(name: "base", record: records[0]),
        head: NamedRecord(name: "head", record: records[1]), tolerance: 0.03
      ).cautions
      return cautions.filter { $0.contains("choices.") }
    }
    let cautions = try comparison(
      ["ahead of 0 8": "0 8", "same": "1"], ["ahead of 0 8": "8 8", "same": "1"])
    #expect(cautions.count == 1)
    #expect(
      cautions.first?.hasPrefix("choices.ahead of 0 8 is '0 8' in BASE and '8 8' in HEAD: ") == true
    )
    #expect(cautions.first?.hasSuffix("tenfold run --like BASE measures HEAD by the same.") == true)
    #expect(try comparison(["ahead of 0 8": "0 8"], nil) == [])
    #expect(try comparison(nil, ["ahead of 0 8": "0 8"]) == [])
    #expect(try comparison(["ahead of 0 8": "0 8"], ["ahead of 0 4": "0 4"]) == [])
    #expect(try comparison(nil, nil) == [])
  }

  @Test("an instruction set counts where both records have cells that it computed")
  func instructionSets() throws {
    func differences(_ base: (String, String?), _ head: (String, String?)) throws -> [String] {
      func record(_ cells: (engine: String, level: String?)) -> Record {
        var record = Sample.suite
        record.instructionSet = cells.level
        for cell in record.cells.indices { record.cells[cell].engine = cells.engine }
        return record
      }
      return try Comparability(base: record(base), head: record(head)).differences.map(\.field)
    }
    #expect(try differences(("tile", "v4"), ("tile", "v3")) == ["instruction_set"])
    #expect(try differences(("tile", "v4"), ("tile", nil)) == ["instruction_set"])
    #expect(try differences(("blas", nil), ("tile", "v4")) == [])
  }

  @Test("tokens that were drawn by another seed or another recording are other work")
  func routing() throws {
    #expect(
      try differences { $0.cells[0].routing!.seed = 7 } == ["cells.routing.seed"])
    #expect(
      try differences { for cell in $0.cells.indices { $0.cells[cell].routing!.seed = 7 } }
        == ["cells.routing.seed"], "one field is named once")
    #expect(try differences { $0.cells[1].routing!.digest = "aa" } == ["cells.routing.digest"])
  }

  @Test("a patched kernel and a point release of the system are cautions")
  func patches() throws {
    let patched = try comparability { $0.machine.kernel = "6.2" }
    #expect(patched.differences == [])
    #expect(patched.cautions.map(\.field) == ["machine.kernel"])
    #expect(
      patched.cautions.first?.sentence == "machine.kernel is '6.1.0' in BASE and '6.2' in HEAD")
    let pointRelease = try comparability {
      $0.machine.operatingSystem = "Debian GNU/Linux 12.5 (bookworm)"
    }
    #expect(pointRelease.differences == [])
    #expect(pointRelease.cautions.map(\.field) == ["machine.operating_system"])
    for other in ["Debian GNU/Linux 13 (trixie)", "Ubuntu 12 (bookworm)", ""] {
      #expect(
        try differences { $0.machine.operatingSystem = other } == ["machine.operating_system"])
    }
  }

  @Test("the sentence has every field with both values, and nothing that moves a cursor")
  func sentence() throws {
    var head = Sample.suite
    head.machine.cpu = "evil\u{1B}[2Jchip"
    head.options.seed = 7
    let error = #expect(throws: CompareError.self) {
      try RecordComparison(
        base: NamedRecord(name: "a.json", timesOf: Sample.suite),
        head: NamedRecord(name: "b.json", timesOf: head), tolerance: 0.03)
    }
    let sentence = try #require(error?.description)
    #expect(sentence.contains("machine.cpu is 'AMD EPYC 9R14' in BASE and 'evilchip' in HEAD"))
    #expect(sentence.contains("options.seed is '1' in BASE and '7' in HEAD"))
    #expect(!sentence.contains("\u{1B}"))
  }
}
