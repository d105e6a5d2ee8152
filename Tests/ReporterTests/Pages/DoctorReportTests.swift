import ModelSpec
import Testing

@testable import Reporter

@Suite struct DoctorReportTests {
  private func document(_ findings: [DoctorDocument.Finding]) -> DoctorDocument {
    DoctorDocument(machine: Sample.suite.machine, findings: findings)
  }

  private func finding(_ id: String, _ severity: DoctorDocument.Finding.Severity)
    -> DoctorDocument.Finding
  {
    DoctorDocument.Finding(
      id: id, severity: severity, what: "what of \(id)", why: "why of \(id)",
      mend: "mend \(id) | sudo tee /sys/\(id)")
  }

  @Test func aHealthyMachineSaysSoInOneLine() {
    #expect(
      TextPage.render(DoctorReport.page(of: document([])))
        == "Nothing was found on this machine that would spoil a measurement.\n")
  }

  @Test func aWatchIsATableBelowTheFindings() throws {
    let read = try #require(DoctorDocument.Spread([30e9, 40e9, 50e9]))
    let peak = try #require(DoctorDocument.Spread([180e9, 181e9, 182e9]))
    let watch = DoctorDocument.Watch(
      threads: 2, seconds: 10.04, moments: 94, momentSeconds: 0.05, readBytesPerSecond: read,
      peakFlopsPerSecond: peak)
    for findings in [[], [finding("a", .high)]] {
      let document = DoctorDocument(
        machine: Sample.suite.machine, findings: findings, watch: watch)
      let text = TextPage.render(DoctorReport.page(of: document))
      #expect(text.contains("30.0 GB/s") && text.contains("40.0 GB/s"), "\(text)")
      #expect(text.contains("181 GFLOP/s"))
      #expect(text.contains("94 moments of each kind, 50 ms long and in turn, within 10 s"))
      let json = try JSONText.render(document)
      #expect(json.contains("\"low_tenth\"") && json.contains("\"moment_seconds\" : 0.05"))
    }
    #expect(!(try JSONText.render(document([]))).contains("\"watch\""))
  }

  @Test func theWorstComesFirstAndWhatIsUnknownLast() {
    let unknown = DoctorDocument.Finding.Severity(rawValue: "newer")
    let document = document([
      finding("d", unknown), finding("c", .low), finding("b", .medium), finding("a", .high),
      finding("e", .high),
    ])
    #expect(document.findings.map(\.id) == ["a", "e", "b", "c", "d"])
    let text = TextPage.render(DoctorReport.page(of: document))
    #expect(text.contains("5 findings, the worst first"))
    for id in ["a", "b", "c", "d", "e"] {
      #expect(text.contains("what of \(id) (\(id))"))
      #expect(text.contains("why of \(id)"))
      #expect(text.contains("\n  mend \(id) | sudo tee /sys/\(id)\n"))
    }
    #expect(text.contains("high: what of a"))
    #expect(text.contains("Cost  not measured"))
  }

  @Test(arguments: HostileName.all) func namesStayNames(_ hostile: HostileName) throws {
    var machine = Sample.suite.machine
    machine.cpu = hostile.name
    let name = hostile.name
    let page = DoctorReport.page(
      of: DoctorDocument(
        machine: machine,
        findings: [
          DoctorDocument.Finding(
            id: name, severity: .low, what: name, why: name, cost: name, mend: name)
        ]))
    for text in [TextPage.render(page), MarkdownPage.render(page), HTMLPage.render(page)] {
      #expect(!text.contains("\u{1B}"))
    }
    #expect(!HTMLPage.render(page).lowercased().contains("<script"))
  }

  @Test func theDocumentHasTheKeysThatScriptsReadFrom() throws {
    let text = try JSONText.render(document([finding("a", .high)]))
    for key in ["schema", "findings", "machine", "id", "severity", "what", "why", "cost", "mend"] {
      #expect(text.contains("\"\(key)\" : "), "\(key)")
    }
    #expect(text.contains("\"tenfold.doctor/1\""))
  }
}
