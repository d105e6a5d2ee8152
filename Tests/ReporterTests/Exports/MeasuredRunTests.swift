import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// The times of records, in the forms of programs that follow them from commit to commit.
@Suite("Times for other programs")
struct MeasuredRunTests {
  private func run(_ record: Record = Sample.suite) throws -> MeasuredRun {
    MeasuredRun(try NamedRecord(name: "suite.json", record: record))
  }

  private func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8))
  }

  @Test("a record's times look as they did in every form")
  func golden() throws {
    let run = try run()
    let history = try OtavaHistory([.init(name: "suite.json", run: run, isComplete: true)])
    for (name, text) in [
      ("record-openmetrics.txt", OpenMetrics.render(run)),
      ("record-google-benchmark.json", try GoogleBenchmarkJSON.render(run)),
      ("record-bmf.json", try BencherMetricFormat.render(run)),
      ("record-action-benchmark.json", try ActionBenchmarkJSON.render(run)),
      ("otava.csv", history.csv), ("otava.yaml", history.configuration(file: "otava.csv")),
    ] {
      try expectGolden(text, file: "changes/\(name)")
    }
  }

  @Test("every cell has the seconds of both sides, and the ratio with the candidate's")
  func series() throws {
    let series = try run().series
    #expect(series.count == 8)
    let cell = "mixtral-8x7b/llama2-70b/ffn-forward/1-tokens/uniform/blas/f32/2-threads"
    #expect(
      series.prefix(2).map(\.name) == ["\(cell)/candidate", "\(cell)/baseline"]
        && series[0].ratioName == "\(cell)/time-ratio")
    #expect(series[0].timeRatio == Estimate(4.9, low: 4.85, high: 4.95))
    #expect(series[0].seconds.value == 100 / 4.9 && series[0].rounds == 44)
    #expect(series[1].timeRatio == nil && series[1].seconds == Estimate(100, low: 100, high: 100))
    #expect(series.flatMap(\.work).allSatisfy { $0.name == "flops" && $0.count > 0 })
  }

  @Test("names that look alike are numbered, with both sides of a cell under one name")
  func names() throws {
    let seconds = try #require(Estimate(1))
    let hidden = ["a\u{200B}", "a", "a\u{200B}", "a#2"]
    let single = MeasuredRun(
      title: "", created: "", commit: nil, machine: Sample.suite.machine,
      series: hidden.map { .init(cell: $0, seconds: seconds, rounds: 1) })
    #expect(single.series.map(\.name) == ["a", "a#2", "a#3", "a#2#2"])
    let double = MeasuredRun(
      title: "", created: "", commit: nil, machine: Sample.suite.machine,
      series: hidden.prefix(2).flatMap { cell in
        ["x", "y"].map { .init(cell: cell, side: $0, seconds: seconds, rounds: 1) }
      })
    #expect(double.series.map(\.name) == ["a/x", "a/y", "a#2/x", "a#2/y"])
  }

  @Test(
    "google-benchmark has one iteration for each series, and counters never stand in its fields' places"
  )
  func googleBenchmark() throws {
    let seconds = try #require(Estimate(0.5))
    let run = MeasuredRun(
      title: "tenfold gate", created: "2026-11-21T15:00:00Z", commit: nil,
      machine: Sample.suite.machine,
      series: [
        .init(
          cell: "fooBar", seconds: seconds, rounds: 7,
          work: [.init(name: "real_time", count: 3), .init(name: "blasCalls", count: 4)])
      ])
    let document = try #require(json(GoogleBenchmarkJSON.render(run)) as? [String: Any])
    let context = try #require(document["context"] as? [String: Any])
    #expect((context["caches"] as? [Any])?.isEmpty == true)
    #expect(context["json_schema_version"] as? Int == 1)
    #expect(context["host_name"] as? String == Sample.suite.machine.fingerprint)
    let entry = try #require((document["benchmarks"] as? [[String: Any]])?.first)
    #expect(entry["name"] as? String == "fooBar" && entry["run_type"] as? String == "iteration")
    #expect(entry["real_time"] as? Double == 5e8 && entry["cpu_time"] as? Double == 5e8)
    #expect(entry["time_unit"] as? String == "ns" && entry["iterations"] as? Int == 7)
    #expect(entry["work_real_time"] as? Int == 3 && entry["blasCalls"] as? Int == 4)
  }

  @Test("Bencher's format has keys as they are named, and the ends of an interval")
  func bencher() throws {
    let document = try #require(
      json(BencherMetricFormat.render(run())) as? [String: [String: [String: Double]]])
    let cell = "mixtral-8x7b/iso-active/ffn-forward/1-tokens/uniform/blas/f32/2-threads"
    #expect(document.count == 8)
    let ratio = try #require(document["\(cell)/candidate"]?["time-ratio"])
    #expect(ratio == ["value": 0.94, "lower_value": 0.93, "upper_value": 0.96])
    #expect(document["\(cell)/baseline"]?["latency"]?["value"] == 1e11)
  }

  @Test("a machine keeps its fingerprint over updates, and another has another")
  func fingerprint() {
    let machine = Sample.suite.machine
    #expect(machine.fingerprint.count == 12)
    var updated = machine
    updated.kernel = "6.2"
    updated.operatingSystem = "Debian GNU/Linux 13 (trixie)"
    updated.memoryBytes -= 5 << 20
    #expect(updated.fingerprint == machine.fingerprint)
    let changes: [(inout MachineIdentity) -> Void] = [
      { $0.cpu += "x" }, { $0.cpuSignature = nil }, { $0.cpuSignature = "" },
      { $0.logicalCPUs += 1 }, { $0.effectiveCPUs += 1 }, { $0.memoryBytes *= 2 },
      { $0.lastLevelCacheBytes = nil }, { $0.lastLevelCaches = 2 }, { $0.hypervisor = nil },
      { $0.architecture = "aarch64" }, { $0.memoryBytes = -1 },
    ]
    var seen: Set<String> = [machine.fingerprint]
    for change in changes {
      var other = machine
      change(&other)
      #expect(seen.insert(other.fingerprint).inserted)
    }
  }
}

/// A history of times for Apache Otava; `scripts/check-otava` has Otava itself read one.
@Suite("A history for Apache Otava")
struct OtavaHistoryTests {
  private func source(
    _ created: String, isComplete: Bool = true, change: (inout Record) -> Void = { _ in }
  ) throws -> OtavaHistory.Source {
    var record = Sample.suite
    record.created = created
    change(&record)
    return .init(
      name: created, run: MeasuredRun(try NamedRecord(name: created, record: record)),
      isComplete: isComplete)
  }

  @Test("rows ascend by time, whatever zone it is told in")
  func order() throws {
    let history = try OtavaHistory([
      source("2026-11-21T15:00:00Z"), source("2026-11-21T15:30:00+02:00"),
      source("2026-11-21T14:00:00.250Z"),
    ])
    let rows = try CSVReading.rows(history.csv)
    #expect(
      rows.dropFirst().map(\.[0])
        == ["2026-11-21T13:30:00Z", "2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"])
    #expect(rows[0].prefix(3) == ["time", "commit", "fingerprint"])
    #expect(rows[0].dropFirst(3).sorted() == Array(rows[0].dropFirst(3)))
    #expect(rows.allSatisfy { $0.count == 3 + 12 })
    #expect(history.notes.isEmpty)
  }

  @Test("what not every run has is no column, and a run that was stopped is no row")
  func holes() throws {
    let history = try OtavaHistory([
      source("2026-11-21T15:00:00Z"), source("2026-11-21T16:00:00Z") { $0.cells.removeLast() },
      source("2026-11-21T17:00:00Z", isComplete: false) { $0.cells.removeFirst() },
    ])
    let rows = try CSVReading.rows(history.csv)
    #expect(rows.count == 3 && rows.allSatisfy { $0.count == 3 + 9 && !$0.contains("") })
    #expect(history.notes.count == 2)
    #expect(history.notes[0] == "2026-11-21T17:00:00Z did not come to its end and is no row")
    #expect(history.notes[1].hasPrefix("3 columns are left out, for not every run has them: muse"))
    let alone = try OtavaHistory([source("2026-11-21T17:00:00Z", isComplete: false)])
    #expect(try CSVReading.rows(alone.csv).count == 2)
  }

  @Test("runs of two machines, without a time or without a common cell are refused")
  func refusals() throws {
    let first = try source("2026-11-21T15:00:00Z")
    let other = try source("2026-11-21T16:00:00Z") { $0.machine.cpu = "another" }
    let error = #expect(throws: OtavaError.self) { try OtavaHistory([first, other]) }
    #expect(error?.description.contains(other.run.machine.fingerprint) == true)
    let timeless = try source("yesterday")
    #expect(throws: OtavaError.noTime("yesterday", "yesterday")) { try OtavaHistory([timeless]) }
    let lacking = try source("2026-11-21T16:00:00Z") { $0.cells = [] }
    #expect(throws: OtavaError.nothingInCommon([first.name, lacking.name])) {
      try OtavaHistory([first, lacking])
    }
    #expect(throws: OtavaError.nothingInCommon([])) { try OtavaHistory([]) }
  }
}
