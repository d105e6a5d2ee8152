import Foundation
import ModelSpec
import Testing

@testable import Reporter

@Suite("Stored baselines, for their machine and for a reader")
struct StoredBaselineTests {
  private func fingerprint(_ change: (inout Record) -> Void = { _ in }) throws -> String {
    var record = Sample.suite
    change(&record)
    return "\(try MachineFingerprint(of: record))"
  }

  @Test("a fingerprint stays when nothing changed that ends a comparison")
  func unchanged() throws {
    let own = try fingerprint()
    #expect(MachineFingerprint(own)?.description == own && own.utf8.count == 12)
    #expect(
      try own
        == fingerprint {
          $0.machine.kernel = "6.1.1-patched"
          $0.machine.memoryBytes -= 4096
          $0.machine.operatingSystem = "Debian GNU/Linux 12.7 (bookworm)"
          $0.tool.commit = "def5678"
          $0.tool.version = "0.2.0"
          $0.blas = nil
          $0.options.seed = 7
          $0.cells = []
          $0.created = "2027-01-01T00:00:00Z"
        })
  }

  @Test("another machine or toolchain has another one")
  func changed() throws {
    let all = try [
      fingerprint(), fingerprint { $0.machine.cpu = "another" },
      fingerprint { $0.machine.cpuSignature = nil }, fingerprint { $0.machine.logicalCPUs = 8 },
      fingerprint { $0.machine.effectiveCPUs = 1 }, fingerprint { $0.machine.hypervisor = nil },
      fingerprint { $0.machine.operatingSystem = "Debian GNU/Linux 13" },
      fingerprint { $0.tool.swift = "6.4" },
    ]
    #expect(Set(all).count == all.count)
    for text in ["", "0", "zzzzzzzzzzzz", "0123456789AB", "0123456789abc", "../456789abc"] {
      #expect(MachineFingerprint(text) == nil)
    }
  }

  @Test("a comparison with a stored baseline is advice, in every form")
  func advisory() throws {
    let comparison = try RecordComparison(
      base: NamedRecord(name: "base.json", timesOf: Sample.suite),
      head: NamedRecord(name: "head.json", timesOf: Sample.suite), tolerance: 0.03,
      stored: BaselineName("main"))
    #expect(comparison.document.advisory == true)
    #expect(comparison.cautions.first?.contains("@main") == true)
    #expect(comparison.cautions.first?.contains("another day (2026-11-21T15:00:00Z)") == true)
    #expect(TextPage.render(comparison.page).contains("advice"))
    #expect(JUnitReport.render(ChangeReport(comparison)).contains("advice"))
  }

  @Test("a page names every file, and the fault of one that cannot be read")
  func page() throws {
    let hostile = "\u{1B}[31m<script>|"
    var record = Sample.suite
    record.machine.cpu = hostile
    record.tool.commit = hostile
    let name = try BaselineName("a|b<script>")
    let machine = try #require(MachineFingerprint("0123456789ab"))
    let report = BaselinesReport(
      directory: "Results/baselines",
      baselines: [
        StoredBaseline(
          name: name, fingerprint: machine, state: .current, path: "x",
          record: try NamedRecord(name: "x", record: record)),
        StoredBaseline(
          name: name, fingerprint: machine, state: .candidate, path: "y", record: nil,
          fault: "the baseline y is refused"),
      ])
    let text = TextPage.render(report.page)
    for wanted in ["0123456789ab", "current", "candidate, unreadable", "the baseline y is refused"]
    {
      #expect(text.contains(wanted), "\(text)")
    }
    #expect(!text.contains("\u{1B}"))
    #expect(!MarkdownPage.render(report.page).contains("<script"))
    #expect(!HTMLPage.render(report.page).contains("<script"))
    let document = try DocumentCoding.decoder.decode(
      BaselinesDocument.self, from: Data(JSONText.render(report.document).utf8))
    #expect(document == report.document)
    #expect(document.baselines.map(\.state) == ["current", "candidate"])
    #expect(document.baselines[1].created == nil)
    let none = BaselinesReport(directory: "d", baselines: [])
    #expect(TextPage.render(none.page).contains("tenfold baseline save"))
  }
}
