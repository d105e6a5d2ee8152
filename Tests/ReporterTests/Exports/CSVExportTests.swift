import LayerSpec
import ModelSpec
import Testing

@testable import Reporter

@Suite("Cells as CSV")
struct CSVExportTests {
  /// Rows by their columns' names; enough for documents without quotes.
  private func rows(_ record: Record) throws -> [[String: String]] {
    let lines = try CSVExport.render([NamedRecord(name: "r.json", record: record)])
      .components(separatedBy: "\r\n").dropLast().map { $0.components(separatedBy: ",") }
    return lines.dropFirst().map { row in
      #expect(row.count == lines[0].count)
      return Dictionary(uniqueKeysWithValues: zip(lines[0], row))
    }
  }

  @Test("is a header alone when there is no cell")
  func empty() throws {
    let none = CSVExport.render([])
    #expect(none.hasPrefix("record,created,status,"))
    #expect(none.hasSuffix("\r\n"))
    #expect(try none == CSVExport.render([NamedRecord(name: "r", record: Sample.record([]))]))
  }

  @Test("has names that no other column has, in snake_case")
  func names() {
    let names = CSVExport.render([]).dropLast().components(separatedBy: ",")
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || $0 == "_" })
    }
    for cause in ["memory_traffic", "dispatch_and_combine", "rest"] {
      #expect(names.contains("factor_" + cause))
    }
  }

  @Test("has names of their own for causes of a later version, whatever they are called")
  func laterCauses() throws {
    var record = Sample.suite
    let names = ["rest", "memory_traffic", "tidal-drag", "tidal_drag", "tidal\u{200B}-drag"]
    record.cells[0].explanation = Explanation(
      factors: names.enumerated().map {
        .init(.init(rawValue: $1), baseline: Double($0 + 2), candidate: 1)
      }, rest: record.cells[0].realisedShare / 720)
    let row = try #require(rows(record).first)
    #expect(row["factor_rest"] == "\(record.cells[0].realisedShare / 720)")
    #expect(row["factor_rest_2"] == "2.0")
    #expect(row["factor_memory_traffic"]?.isEmpty == true)
    #expect(row["factor_memory_traffic_2"] == "3.0")
    #expect(row["factor_tidal_drag"] == "4.0")
    #expect(row["factor_tidal_drag_2"] == "5.0")
    #expect(row["factor_tidal_drag_3"] == "6.0")
  }

  @Test("has a row for each cell of each record, in order")
  func order() throws {
    let named = try NamedRecord(name: "a", record: Sample.suite)
    let lines = try CSVExport.render([named, NamedRecord(name: "b", record: Sample.suite)])
      .components(separatedBy: "\r\n").dropLast().dropFirst()
    #expect(
      lines.map { $0.prefix(2) } == Array(repeating: "a,", count: 4)
        + Array(repeating: "b,", count: 4))
  }

  @Test("has all digits of a number, and nothing for one that does not exist")
  func numbers() throws {
    var cell = Sample.cell(
      "m", "n", tokens: 16, flopRatio: 1.0 / 3, Sample.estimate(1e-7, 0.1, 0.3), alpha: 0.8)
    cell.sides.baseline.flops = 3_002_399_751_580_331
    cell.sides.candidate.flops = 9_007_199_254_740_993
    let row = try #require(rows(Sample.record([cell])).first)
    #expect(row["flop_ratio"] == "0.3333333333333333")
    #expect(row["time_ratio_low"] == "1e-07")
    #expect(row["candidate_flops"] == "9007199254740993")
    #expect(row["routing_alpha"] == "0.8")
    for name in ["roofline_ratio", "factor_rest", "candidate_s_mfu", "peak_flops_per_second"] {
      #expect(row[name]?.isEmpty == true, "\(name)")
    }
  }

  @Test("tells factors, and shares of the ceilings that the cell's threads have")
  func explained() throws {
    var record = Sample.suite
    record.ceilings = [
      Ceiling(threads: 1, precision: .f32, peakFlopsPerSecond: 1, readBytesPerSecond: 1),
      // The baseline does 10 TFLOP and reads 1 GB in 100 s.
      Ceiling(threads: 2, precision: .f32, peakFlopsPerSecond: 4e11, readBytesPerSecond: 4e7),
    ]
    record.cells[0].explanation = Explanation(
      factors: [.init(.router, baseline: 1, candidate: 1.25)],
      rest: record.cells[0].realisedShare * 1.25)
    let row = try #require(rows(record).first)
    #expect(row["baseline_s_mfu"] == "0.25")
    #expect(row["baseline_s_mbu"] == "0.25")
    #expect(row["factor_router"] == "0.8")
    #expect(row["factor_rest"] == "\(record.cells[0].realisedShare * 1.25)")
    #expect(row["factor_memory_traffic"]?.isEmpty == true)
  }
}
