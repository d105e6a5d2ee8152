import Statistics
import Testing

@testable import Runner

@Suite struct HistogramReplayTests {
  private func histogram(_ counts: [Int]) throws -> Routing {
    let text = "{\"counts\":[\(counts.map(String.init).joined(separator: ","))]}"
    return try RecordedRouting(parsing: Array(text.utf8)).routing(ofLayer: nil, name: "counts.json")
  }

  /// 4000 tokens: a share has a standard deviation of at most 0.8 %, four of them are allowed.
  @Test(arguments: [
    (1, [50, 0, 25, 25]), (2, [100, 60, 20, 10, 5, 5]), (2, [10, 10, 10, 10]), (3, [9, 9, 9, 0]),
  ])
  func theDrawHasTheRecordedPopularity(topK: Int, counts: [Int]) throws {
    var draw = RoutingDraw(try histogram(counts), choices: counts.count, topK: topK, seed: 4)
    var drawn = [Int](repeating: 0, count: counts.count)
    for _ in 0..<4000 {
      let experts = draw.nextExperts()
      #expect(experts.count == topK)
      for expert in experts { drawn[expert] += 1 }
    }
    let tokens = Double(counts.reduce(0, +)) / Double(topK)
    for (count, recorded) in zip(drawn, counts) {
      let (share, wanted) = (Double(count) / 4000, Double(recorded) / tokens)
      #expect(abs(share - wanted) < 4 * (0.25 / 4000).squareRoot(), "\(drawn)")
      if recorded == 0 { #expect(count == 0) }
    }
  }

  /// A histogram says which expert is how popular: no seed shuffles that.
  @Test func theSeedDoesNotMovePopularity() throws {
    for seed: UInt64 in 1...5 {
      var draw = RoutingDraw(try histogram([90, 5, 5]), choices: 3, topK: 1, seed: seed)
      let first = (0..<200).count { _ in draw.nextExperts().first == 0 }
      #expect(first > 150)
    }
  }
}
