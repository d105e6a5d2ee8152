import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

@Suite("Command lines")
struct CommandLinesTests {
  private func lines(_ change: (inout Record) -> Void = { _ in }) throws -> CommandLines {
    var record = Sample.suite
    record.options.candidates = ["mixtral-8x7b", "./my model.json"]
    record.options.baselines = ["iso-active", "llama2-70b"]
    change(&record)
    return try CommandLines(NamedRecord(name: "Results/a b.json", record: record))
  }

  @Test("ask again for what was asked for")
  func all() throws {
    #expect(
      try lines().measuringAll.text
        == "tenfold run mixtral-8x7b './my model.json' --baseline iso-active --baseline llama2-70b "
        + "--tokens 1,16 --routing uniform --threads 2 --engine blas --precision f32 --budget 60s "
        + "--memory 8GiB --seed 1")
    let other = try lines {
      $0.options.engines = ["blas", "tile"]
      $0.options.budgetSeconds = 0.5
      $0.options.memoryBytes = 1000
    }
    #expect(other.measuringAll.text.contains(" --engine both "))
    #expect(other.measuringAll.text.contains(" --budget 0.5s --memory 1000 "))
    let narrow = try lines { $0.options.interval = 0.025 }
    #expect(narrow.measuringAll.text.contains(" --budget 60s --interval 2.5% --memory "))
    let sizes = try lines {
      $0.options.sequences = [1, 8]
      $0.options.context = [4096]
    }
    #expect(
      sizes.measuringAll.text.contains(
        "--tokens 1,16 --sequences 1,8 --context 4096 --routing uniform --threads 2"))
  }

  @Test("ask again for the forms of the record that a run went by")
  func forms() throws {
    let like = try lines {
      $0.options.like = RecordOrigin(
        name: "Results/my base.json", created: "2026-11-30T00:00:00Z", commit: "abc1234")
    }
    #expect(
      like.measuringAll.text
        == "tenfold run --like 'Results/my base.json' --budget 60s --memory 8GiB --seed 1")
  }

  @Test("ask again for a suite by its name, and for passes of several kinds one by one")
  func suites() throws {
    let seeds = try lines { $0.options.suite = "seeds" }
    #expect(
      seeds.measuringAll.text.hasPrefix("tenfold run --suite seeds --tokens 1,16 --threads 2"))
    let scenario = try lines {
      $0.options.suite = "scenario"
      $0.cells[0].workload = Workload(.blockForward, tokens: 64)
      $0.cells[0].routing = nil
    }
    let parts = scenario.measuringAll.text.components(separatedBy: " && ")
    #expect(parts.count == 2 && parts.allSatisfy { $0.hasPrefix("tenfold run ") })
    #expect(parts[0].contains(" --workload block-forward --tokens 64 "))
    #expect(!parts[1].contains("--workload"))
  }

  @Test("open the library and choose the instruction set that were asked for")
  func enginesAsOpened() throws {
    let named = try lines {
      $0.options.engines = ["blas", "tile"]
      $0.options.blas = "/opt/my blas.so"
      $0.options.instructionSet = "v3"
    }
    #expect(named.measuringAll.text.hasPrefix("TENFOLD_ISA=v3 tenfold run "))
    #expect(named.measuringAll.text.contains(" --blas '/opt/my blas.so' --budget"))
    // One cell again: each engine with what it listens to, for --blas is refused beside another.
    var cell = try #require(Sample.suite.cells.first)
    cell.engine = "blas"
    #expect(named.measuring(cell).text.hasPrefix("tenfold run "))
    #expect(named.measuring(cell).text.contains(" --blas '/opt/my blas.so' "))
    cell.engine = "tile"
    #expect(named.measuring(cell).text.hasPrefix("TENFOLD_ISA=v3 tenfold run "))
    #expect(!named.measuring(cell).text.contains("--blas"))
    // A record that does not say what was named, but which library it was.
    let older = try lines { $0.blas?.path = "/opt/blis/libblis.so.4" }
    #expect(older.measuringAll.text.contains(" --blas /opt/blis/libblis.so.4 "))
  }

  @Test("leave the default suite its own models and routings")
  func suite() throws {
    let suite = try lines {
      $0.options.suite = "default"
      $0.options.routing = ["uniform", "zipf:0.8"]
    }
    #expect(suite.measuringAll.text.hasPrefix("tenfold run --tokens 1,16 --threads 2"))
    let skewed = try lines {
      $0.options.suite = "default"
      $0.options.routing = ["zipf:0.8"]
    }
    #expect(
      skewed.measuringAll.text.hasPrefix("tenfold run --tokens 1,16 --routing zipf:0.8 --threads"))
  }

  @Test("sweep again what was swept")
  func sweep() throws {
    let swept = try lines {
      $0.options.suite = "sweep"
      $0.options.baselines = ["iso-total"]
      $0.options.sweep = SweepOptions(architecture: "olmoe-1b-7b", experts: [32, 64], topK: [4])
      $0.options.threadCounts = [1, 2]
    }
    #expect(
      swept.measuringAll.text.hasPrefix(
        "tenfold sweep olmoe-1b-7b --experts 32,64 --top-k 4 --baseline iso-total --tokens 1,16 "
          + "--routing uniform --threads 1,2 --engine blas"))
    var cell = try #require(Sample.suite.cells.first)
    cell.candidate = "olmoe-1b-7b E=64 K=4"
    #expect(
      swept.measuring(cell).text.hasPrefix(
        "tenfold sweep olmoe-1b-7b --experts 64 --top-k 4 --baseline llama2-70b --tokens 1 --routing"
      ))
    #expect(
      try lines().measuring(cell).text.hasPrefix(
        "tenfold run 'olmoe-1b-7b E=64 K=4' --baseline llama2-70b"))
  }

  @Test("quote names, and let no program take them for options")
  func quoting() throws {
    #expect(try lines().page == "tenfold report 'Results/a b.json' --format html")
    #expect(ShellWord.path("-rf") == "./-rf")
    #expect(ShellWord.quoted("") == "''")
    #expect(ShellWord.quoted("it's") == #"'it'\''s'"#)
  }

  /// The tool would refuse what a later version measured, so nobody is told to ask for it.
  @Test(
    "are none where this version cannot measure",
    arguments: ["the engine zeta-9", "the precision zeta-9", "the workload zeta-9"])
  func unmeasurable(_ part: String) throws {
    var record = ChartSample.record()
    for index in record.cells.indices {
      switch part {
      case "the engine zeta-9": record.cells[index].engine = "zeta-9"
      case "the precision zeta-9":
        record.cells[index].precision = WeightFormat(named: "zeta-9")
      default: record.cells[index].workload.kind = WorkloadKind(rawValue: "zeta-9")
      }
    }
    let cell = try #require(record.cells.first)
    record.options.engines = [cell.engine]
    record.options.precision = cell.precision
    if cell.workload.kind != .usual { record.options.workload = cell.workload.kind }
    let html = HTMLPage.render(
      Report(records: [try NamedRecord(name: "r", record: record)]).illustratedPage)
    #expect(html.contains("This version of tenfold cannot measure it with \(part)."))
    #expect(!html.contains("zeta-9</span>"))
    #expect(html.contains("<dt>Workload</dt>") == (record.options.workload != nil))
    #expect(!html.contains("<code><span>tenfold</span> <span>run</span>"))
  }
}
