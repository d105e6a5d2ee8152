import ModelSpec
import Testing

@testable import Reporter

@Suite("What the roofline predicts")
struct RooflinePredictionTests {
  private func series(_ name: String) throws -> (Record, [CellSeries]) {
    let record = try Sample.example(name)
    return (record, CellSeries.series(of: record))
  }

  @Test(
    "is at measured tokens what the record says of them, up to the experts that its batches reached",
    arguments: ["default-suite", "olmoe-sweep"])
  func agrees(_ name: String) throws {
    let (record, all) = try series(name)
    #expect(!all.isEmpty)
    for series in all {
      for (cell, point) in zip(series.cells, series.curve.points) {
        // Each point under its own ceilings.
        var cells = series.cells
        for index in cells.indices { cells[index].ceilingBeside = cell.ceilingBeside }
        let prediction = try #require(
          RooflinePrediction(
            CellSeries(cells: cells, curve: series.curve), under: record.ceilings))
        let predicted = try #require(prediction.ratio(at: point.value))
        let recorded = try #require(point.rooflineRatio)
        #expect(abs(predicted / recorded - 1) < 0.06, "\(series.curve.candidate) \(point.value)")
      }
    }
  }

  @Test("is a course with more points than were measured, from the first to the last")
  func course() throws {
    let (record, all) = try series("default-suite")
    for series in all {
      let points = try #require(RooflinePrediction(series, under: record.ceilings)).points
      #expect(points.first?.value == 1 && points.last?.value == 256)
      #expect(points.count > 50)
      #expect(zip(points, points.dropFirst()).allSatisfy { $0.value < $1.value })
    }
  }

  @Test("is none of what cannot be counted or is not what was measured")
  func none() throws {
    let (record, all) = try series("default-suite")
    let good = try #require(all.first)
    func prediction(_ change: (inout Cell) -> Void) -> RooflinePrediction? {
      var cells = good.cells
      for index in cells.indices { change(&cells[index]) }
      return RooflinePrediction(CellSeries(cells: cells, curve: good.curve), under: record.ceilings)
    }
    #expect(prediction { _ in } != nil)
    #expect(prediction { $0.candidate = "my-model" } == nil)
    #expect(prediction { $0.candidate = "olmoe-1b-7b" } == nil)
    #expect(prediction { $0.candidate = "olmoe-1b-7b E=99999999999 K=8" } == nil)
    #expect(prediction { $0.candidate = "olmoe-1b-7b E=4 K=8" } == nil)
    #expect(prediction { $0.candidate = "" } == nil)
    #expect(prediction { $0.baseline = "my-model" } == nil)
    #expect(prediction { $0.routing?.kind = "trace" } == nil)
    #expect(prediction { $0.routing = nil } == nil)
    #expect(prediction { $0.precision = .init(named: "q9_9") } == nil)
    #expect(prediction { $0.workload.kind = .init(rawValue: "other") } == nil)
    #expect(prediction { $0.sides.candidate.flops += 1 } == nil)
    #expect(prediction { $0.sides.baseline.bytes *= 2 } == nil)
    #expect(prediction { $0.workload.tokens = .max } == nil)
    var without = good.cells
    for index in without.indices { without[index].ceilingBeside = nil }
    #expect(RooflinePrediction(CellSeries(cells: without, curve: good.curve), under: []) == nil)
  }

  @Test("goes by the medians of the ceilings beside the cells, where these have their own")
  func ownCeilings() throws {
    let (record, all) = try series("default-suite")
    let series = try #require(all.first)
    let own = series.cells.compactMap(\.ceilingBeside)
    #expect(own.count == 3 && own.allSatisfy(\.isOfVisits))
    func ratio(_ cells: [Cell], _ list: [Ceiling]) throws -> Double {
      let prediction = try #require(
        RooflinePrediction(CellSeries(cells: cells, curve: series.curve), under: list))
      return try #require(prediction.ratio(at: 16))
    }
    // The run's best do not matter.
    var best = record.ceilings
    for index in best.indices { best[index].readBytesPerSecond *= 3 }
    #expect(try ratio(series.cells, best) == ratio(series.cells, record.ceilings))
    // Older records have no others.
    var old = series.cells
    for index in old.indices { old[index].ceilingBeside = nil }
    #expect(try ratio(old, best) != ratio(old, record.ceilings))
  }
}
