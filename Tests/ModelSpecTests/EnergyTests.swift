import FoundationEssentials
import LayerSpec
import Testing

@testable import ModelSpec

@Suite struct EnergyTests {
  /// Seven visits of a cell with 4 tokens: 2 s and 1 s at the given watts.
  private func cell(_ watts: (baseline: Double?, candidate: Double?)) throws -> Cell {
    let rounds = (0..<7).map { visit in
      var round = PairedRound(
        order: "AB", baselineSeconds: 2, candidateSeconds: 1, visit: visit)
      (round.baselineWatts, round.candidateWatts) = watts
      return round
    }
    let side = Side(
      flops: 1, bytes: 1, secondsMedian: 1, scaled: nil, residentExperts: nil, layers: [])
    return Cell(
      candidate: "a", baseline: "b", workload: Workload(.feedForward, tokens: 4), threads: 1,
      engine: "tile", precision: .f32, routing: nil, flopRatio: 1,
      timeRatio: try #require(RatioEstimate(rounds: rounds)), realisedShare: 1,
      sides: Sides(baseline: side, candidate: side), rounds: rounds, cautions: [])
  }

  @Test func energyIsPowerTimesTime() throws {
    let energy = try #require(try cell((100, 50)).energy)
    #expect(abs(energy.ratio.median - 4) < 1e-12)
    #expect(abs(energy.baselineJoules - 200) < 1e-9)
    #expect(abs(energy.joulesPerToken.baseline - 50) < 1e-9)
    #expect(abs(energy.joulesPerToken.candidate - 12.5) < 1e-9)
  }

  @Test func thereIsNoneWithoutThePowerOfEveryRound() throws {
    #expect(try cell((nil, nil)).energy == nil)
    #expect(try cell((100, nil)).energy == nil)
    #expect(try cell((100, 0)).energy == nil)
    var mixed = try cell((100, 50))
    mixed.rounds[3].baselineWatts = nil
    #expect(mixed.energy == nil)
  }

  /// A record says the ratio for whoever reads the file alone, and what is read has it from the rounds.
  @Test func recordsHoldTheRatio() throws {
    let cell = try cell((100, 50))
    let bytes = try DocumentCoding.encoder.encode(cell)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\"energy_ratio\"") && text.contains("\"baseline_watts\""))
    #expect(try DocumentCoding.decoder.decode(Cell.self, from: bytes) == cell)
    let without = try DocumentCoding.encoder.encode(self.cell((nil, nil)))
    #expect(!String(decoding: without, as: UTF8.self).contains("energy"))
  }
}
