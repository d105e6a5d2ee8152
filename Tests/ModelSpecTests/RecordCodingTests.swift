import Foundation
import LayerSpec
import ModelSpec
import Testing

/// A damaged record is refused with one sentence that names the field as the file does.
@Suite struct RecordCodingTests {
  private static let record = Record(
    created: "2026-01-02T03:04:05Z", status: .complete,
    tool: ToolIdentity(version: "1", commit: "c", build: "release", swift: "6.3"),
    machine: MachineIdentity(
      cpu: "c", architecture: "x86_64", cpuSignature: nil, logicalCPUs: 4, effectiveCPUs: 2,
      lastLevelCacheBytes: nil, memoryBytes: 1, operatingSystem: "o", kernel: "k",
      hypervisor: nil),
    blas: nil,
    ceilings: [
      Ceiling(threads: 3, precision: .f32, peakFlopsPerSecond: 1.5, readBytesPerSecond: 2.5)
    ],
    options: RunOptions(
      suite: "custom", candidates: [], baselines: [], tokens: [], threads: 2, engines: [],
      precision: .f32, routing: [], budgetSeconds: 60.5, memoryBytes: 5, seed: 9),
    cells: [])

  @Test func whatIsWrittenIsReadBack() throws {
    #expect(try Record(decoding: try Self.record.encoded()) == Self.record)
  }

  /// A cell without times has a place among those with, wherever it stands, as a file of another version
  /// may have it: nothing but who, under which conditions, and how it ended.
  @Test func aCellWithoutTimesIsReadByItsName() throws {
    let cell = """
      {"candidate": "a", "baseline": "iso-total", "workload": "ffn-forward", "tokens": 16,
       "threads": 2, "engine": "blas", "precision": "bf16", "status": "exploded",
       "routing": {"kind": "zipf", "alpha": 0.8}, "rounds": []}
      """
    let text = String(decoding: try Self.record.encoded(), as: UTF8.self)
    let changed = text.replacing(#""cells" : ["#, with: #""cells" : [\#(cell)"#)
    let record = try Record(decoding: Array(changed.utf8))
    #expect(record.cells.isEmpty)
    let read = try #require(record.unmeasured.first)
    #expect(read.status.rawValue == "exploded" && read.reason == nil)
    #expect(read.candidate == "a" && read.baseline == "iso-total")
    #expect(read.conditions.id == "ffn-forward/16-tokens/zipf:0.8/blas/bf16/2-threads")
    #expect(try Record(decoding: try record.encoded()) == record)
  }

  @Test(arguments: [
    (#""read_bytes_per_second" : 2.5,"#, "", "ceilings[0] has no read_bytes_per_second"),
    (
      #""peak_flops_per_second" : 1.5"#, #""peak_flops_per_second" : null"#,
      "ceilings[0].peak_flops_per_second is null"
    ),
    (
      #""budget_seconds" : 60.5"#, #""budget_seconds" : "x""#,
      "options.budget_seconds has the wrong type: expected"
    ),
    (#""logical_cpus" : 4"#, #""logical_cpus" : "4""#, "machine.logical_cpus has the wrong type"),
    (#""status" : "complete""#, #""status" : 3"#, "status has the wrong type: "),
    (
      #""threads" : 3"#, #""threads" : 3.5"#, "ceilings[0].threads is 3.5, which is no whole number"
    ),
    (
      #""threads" : 3"#, #""threads" : 1e30"#,
      "ceilings[0].threads is 1e30, which its field cannot hold"
    ),
    (
      #""threads" : 3"#, #""threads" : 12345678901234567890"#,
      "ceilings[0].threads is 12345678901234567890, which its field cannot hold"
    ),
    (#""threads" : 3"#, #""threads" : NaN"#, "ceilings[0].threads is NaN, which is no number"),
    (#""threads" : 3"#, #""threads" : 03"#, "ceilings[0].threads is 03, which"),
    (#""seed" : 9"#, #""seed" : -1"#, "options.seed is -1, which is no count"),
    (
      #""budget_seconds" : 60.5"#, #""budget_seconds" : 1e400"#,
      "options.budget_seconds is 1e400, which is larger than any number that tenfold reads"
    ),
    (
      #""budget_seconds" : 60.5"#, #""budget_seconds" : -Infinity"#,
      "options.budget_seconds is -Infinity, which is no number"
    ),
    // Another fault is told first.
    (
      #""budget_seconds" : 60.5"#, #""budget_seconds" : 1e400, "suite": 7"#,
      "options.suite has the wrong type"
    ),
    (#""threads" : 3"#, #""threads" : ?"#, "the document is not valid JSON"),
  ])
  func aDamagedFieldIsNamed(_ text: String, _ damaged: String, _ sentence: String) throws {
    let whole = String(decoding: try Self.record.encoded(), as: UTF8.self)
    let parts = whole.split(separator: text, omittingEmptySubsequences: false)
    try #require(parts.count == 2, "\(text) stands once in \(whole)")
    let error = #expect(throws: RecordError.self) {
      try Record(decoding: Array((parts[0] + damaged + parts[1]).utf8))
    }
    let description = try #require(error).description
    #expect(description.hasPrefix(sentence), "\(description)")
    // Others put the description into a sentence of their own.
    #expect(!description.hasSuffix("."))
  }
}

/// What a terminal would not show as it is stands in JSON by its number, and is the same string.
@Suite struct DocumentTextTests {
  @Test(arguments: ["\u{202E}txt", "a\u{2028}b", "\u{9B}31m", "\u{7F}", "\u{E0041}", "é 漢 😀"])
  func invisibleCharactersAreNumbers(_ text: String) throws {
    let document = try DocumentCoding.text(["name": text])
    #expect(
      try JSONDecoder().decode([String: String].self, from: Data(document.utf8))["name"] == text)
    let shown = document.unicodeScalars.filter { $0 != "\n" }
    #expect(
      shown.allSatisfy {
        ![.control, .format, .lineSeparator, .paragraphSeparator]
          .contains($0.properties.generalCategory)
      })
    #expect(document.contains("😀") == text.contains("😀"))
    #expect(document.hasSuffix("}\n"))
  }
}
