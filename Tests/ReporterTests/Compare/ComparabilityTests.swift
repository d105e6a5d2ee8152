import ModelSpec
import Testing

@testable import Reporter

@Suite("Records that can be compared")
struct ComparabilityTests {
  private func differences(_ change: (inout Record) -> Void) throws -> [String] {
    var head = Sample.suite
    change(&head)
    return try Comparability(base: Sample.suite, head: head).differences.map(\.field)
  }

  @Test("two builds of one source tree with another budget are comparable")
  func whatMayDiffer() throws {
    #expect(
      try differences {
        $0.tool.commit = "fffffff"
        $0.tool.version = "0.2.0"
        $0.options.budgetSeconds = 120
        $0.created = "2027-01-01T00:00:00Z"
        $0.cells = []
        $0.machine.memoryBytes += 4096
      } == [])
  }

  @Test("each field of machine, toolchain, BLAS and options is named when it differs")
  func whatMustNotDiffer() throws {
    #expect(try differences { $0.machine.cpu = "another" } == ["machine.cpu"])
    #expect(try differences { $0.machine.cpuSignature = nil } == ["machine.cpu_signature"])
    #expect(try differences { $0.machine.effectiveCPUs = 1 } == ["machine.effective_cpus"])
    #expect(try differences { $0.machine.memoryBytes /= 2 } == ["machine.memory_bytes"])
    #expect(try differences { $0.machine.kernel = "6.2" } == ["machine.kernel"])
    #expect(try differences { $0.tool.swift = "6.4" } == ["tool.swift"])
    #expect(try differences { $0.tool.build = "debug" } == ["tool.build"])
    #expect(try differences { $0.blas?.core = "SkylakeX" } == ["blas.core"])
    #expect(
      try differences { $0.blas = nil }
        == ["blas.core", "blas.interface", "blas.path", "blas.threads", "blas.version"])
    #expect(try differences { $0.instructionSet = "v3" } == ["instruction_set"])
    #expect(try differences { $0.options.suite = "default" } == ["options.suite"])
    #expect(try differences { $0.options.tokens = [1] } == ["options.tokens"])
    #expect(try differences { $0.options.threads = 1 } == ["options.threads"])
    #expect(try differences { $0.options.engines = ["tile"] } == ["options.engines"])
    #expect(try differences { $0.options.precision = .bf16 } == ["options.precision"])
    #expect(try differences { $0.options.routing = ["zipf:0.8"] } == ["options.routing"])
    #expect(try differences { $0.options.memoryBytes = 1 } == ["options.memory_bytes"])
    #expect(try differences { $0.options.seed = .max } == ["options.seed"])
  }

  @Test("the sentence has every field with both values, and nothing that moves a cursor")
  func sentence() throws {
    var head = Sample.suite
    head.machine.cpu = "evil\u{1B}[2Jchip"
    head.options.seed = 7
    let error = #expect(throws: CompareError.self) {
      try RecordComparison(
        base: NamedRecord(name: "a.json", record: Sample.suite),
        head: NamedRecord(name: "b.json", record: head), tolerance: 0.03)
    }
    let sentence = try #require(error?.description)
    #expect(sentence.contains("machine.cpu is 'AMD EPYC 9R14' in BASE and 'evilchip' in HEAD"))
    #expect(sentence.contains("options.seed is '1' in BASE and '7' in HEAD"))
    #expect(!sentence.contains("\u{1B}"))
  }
}
