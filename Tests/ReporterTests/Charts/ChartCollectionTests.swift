import ModelSpec
import Testing

@testable import Reporter

@Suite("The pictures of a report")
struct ChartCollectionTests {
  private func charts(_ record: Record, idPrefix: String = "") throws -> ChartCollection {
    let report = try Report(records: [NamedRecord(name: "sample.json", record: record)])
    return ChartCollection(try #require(report.sections.first), idPrefix: idPrefix)
  }

  @Test("are all that the record has figures for")
  func all() throws {
    let charts = try charts(ChartSample.record())
    #expect(charts.claims != nil && charts.roofline != nil)
    #expect(
      charts.valleys.map(\.id) == [
        "valley-muse-spark-open-816b-a42b-llama4-maverick-uniform-routing-tile-f32-2-threads",
        "valley-mixtral-8x7b-llama2-70b-uniform-routing-tile-f32-2-threads",
        "valley-olmoe-1b-7b-iso-total-uniform-routing-tile-f32-2-threads",
        "valley-qwen3-30b-a3b-iso-active-uniform-routing-tile-f32-2-threads",
      ])
    #expect(
      charts.waterfalls.map(\.id)
        == ["waterfall-mixtral-8x7b-llama2-70b-16-uniform-tile-f32-2"])
    // Steps alone are in the record, and a prompt of 256 tokens: no bill and no agents.
    #expect(
      charts.scenarios.map(\.id)
        == ["shorter-reasoning", "image-tokens", "rule-offload"].map {
          "scenario-\($0)-muse-spark-open-816b-a42b-llama4-maverick"
        })
    #expect(charts.all.count == 10)
    for chart in charts.all {
      expectSound(chart)
      let command = try #require(chart.command).text
      #expect(
        command.hasPrefix(charts.scenarios.contains(chart) ? "tenfold scenario" : "tenfold run"))
    }
  }

  @Test("are none of an empty record")
  func none() throws {
    #expect(try charts(Sample.record([])).all.isEmpty)
  }

  @Test("have ids of their own, also for cells of one name and several records")
  func ids() throws {
    // Both exponents are 0.8 in names.
    let cells = [0.80001, 0.80002].map { alpha in
      var cell = ChartSample.cells[4]
      cell.routing?.kind = "zipf"
      cell.routing?.alpha = alpha
      return cell
    }
    let record = ChartSample.record(cells)
    let ids = try charts(record).all.map(\.id) + charts(record, idPrefix: "r2-").all.map(\.id)
    #expect(Set(ids).count == ids.count)
    #expect(ids.contains("r2-roofline"))
  }

  @Test("are sound whatever names are in the record", arguments: HostileName.all)
  func hostile(_ hostile: HostileName) throws {
    let name = hostile.name
    let cells = [1, 16, 256].map { tokens in
      var cell = ChartSample.cell(
        name, name, tokens: tokens, flopRatio: 5, roofline: 1.33, Sample.estimate(1.68, 1.75, 1.88),
        routing: "trace", explanation: ChartSample.explanation)
      cell.routing?.source = name
      return cell
    }
    let charts = try charts(ChartSample.record(cells))
    #expect(charts.all.count == 5)
    let claims = DumbbellChart(
      [ChartSample.verdict(name, name, name, claimed: 3, 5, 5, (4, 5, 6), .exceeded)])
    for chart in charts.all + [try #require(claims).chart] {
      expectSound(chart)
      #expect(!chart.svg.unicodeScalars.contains { $0.properties.generalCategory == .format })
      #expect(chart.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
    }
  }
}
