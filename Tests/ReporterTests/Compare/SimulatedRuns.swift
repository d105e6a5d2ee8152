import Foundation
import ModelSpec
import Statistics

@testable import Reporter

/// Records of a default suite as a shared two-core machine would make them, with known truth.
///
/// The figures are those seen on such VMs: one round's log-ratio differs by 2.0 to 3.6 % with tails to
/// 36 %; from run to run the peak moves by some percent, bandwidth by some or by tens of percent, and each
/// cell by some percent that no ceiling explains.
struct SimulatedRuns {
  private var generator: SeededGenerator
  private let machine: Machine

  /// How much a machine's bandwidth moves, as standard deviations.
  enum Machine {
    /// By 5 % from run to run, and by as much from cell to cell.
    case quiet
    /// By 15 % from run to run, and by 12 % from cell to cell.
    case restless
  }

  /// What a build does to the passes of an unchanged one.
  enum Build {
    case unchanged
    /// Every pass takes a tenth more, on both sides.
    case slower
    /// One pass in ten runs twice, on both sides.
    case tenthPassTwice
    /// Candidate passes alone take a tenth more.
    case slowerCandidate
  }

  init(on machine: Machine, seed: UInt64) {
    generator = SeededGenerator(seed: seed, purpose: "records")
    self.machine = machine
  }

  /// The record of one run.
  mutating func record(_ build: Build = .unchanged) -> Record {
    let peak = 480e9 * exp(0.03 * normal())
    let (fromRunToRun, fromCellToCell) = machine == .quiet ? (0.05, 0.05) : (0.15, 0.12)
    let bandwidth = 65e9 * exp(fromRunToRun * normal())
    // What slows or hastens a whole run and no ceiling shows.
    let common = exp(0.007 * normal())
    var cells: [Cell] = []
    for tokens in [1, 16, 256] {
      for comparison in 0..<8 {
        cells.append(
          cell(
            tokens: tokens, comparison: comparison, peak: peak,
            bandwidth: bandwidth * exp(fromCellToCell * normal()), common: common, build))
      }
    }
    return Sample.restated(Sample.record(cells))
  }

  private mutating func cell(
    tokens: Int, comparison: Int, peak: Double, bandwidth: Double, common: Double, _ build: Build
  ) -> Cell {
    // A dense side of 100 MB of weights, and a candidate that reads more of them and computes as much.
    let bytes = (100_000_000, 100_000_000 * min(comparison + 1, tokens))
    let flops = 2 * tokens * 25_000_000
    func seconds(_ bytes: Int) -> Double {
      let (computing, reading) = (Double(flops) / peak, Double(bytes) / bandwidth)
      return (max(computing, reading) + 0.4 * min(computing, reading)) / 0.7 * common
    }
    let baseline = seconds(bytes.0) * exp(0.02 * normal())
    let candidate = seconds(bytes.1) * exp(0.02 * normal())
    let passesPerSlice = max(1, Int((0.020 / max(baseline, candidate)).rounded(.up)))
    let rounds = rounds(
      count: 6 + Int(generator.next() % 15), passesPerSlice: passesPerSlice, baseline, candidate,
      build)
    let ratio = baseline / candidate
    var cell = Sample.cell(
      "model-\(comparison)", "iso-active", tokens: tokens, flopRatio: 1,
      Sample.estimate(ratio, ratio, ratio))
    cell.rounds = rounds
    cell.sides.baseline.flops = flops
    cell.sides.candidate.flops = flops
    cell.sides.baseline.bytes = bytes.0
    cell.sides.candidate.bytes = bytes.1
    cell.ceilingBeside = Ceiling(
      threads: 2, precision: .f32, peakFlopsPerSecond: peak * exp(0.015 * normal()),
      readBytesPerSecond: bandwidth * exp(0.03 * normal()))
    return cell
  }

  private mutating func rounds(
    count: Int, passesPerSlice: Int, _ baseline: Double, _ candidate: Double, _ build: Build
  ) -> [PairedRound] {
    let passes = 2 * passesPerSlice
    return (0..<count).map { round in
      let minute = exp(0.025 * normal())
      var factors = (1.0, 1.0)
      switch build {
      case .unchanged: break
      case .slower: factors = (1.1, 1.1)
      case .slowerCandidate: factors = (1, 1.1)
      case .tenthPassTwice:
        let numbers = (round * passes)..<((round + 1) * passes)
        let extra = 1 + Double(numbers.count { $0 % 10 == 9 }) / Double(passes)
        factors = (extra, extra)
      }
      return PairedRound(
        order: "ABBA", baselineSeconds: baseline * minute * factors.0 * disturbance(),
        candidateSeconds: candidate * minute * factors.1 * disturbance())
    }
  }

  /// The noise of one side of a round: 1.8 %, and once in 25 times a neighbour.
  private mutating func disturbance() -> Double {
    exp(0.018 * normal()) * (generator.next() % 25 == 0 ? 1 + 0.36 * generator.nextOpenUnit() : 1)
  }

  private mutating func normal() -> Double { Double(generator.normals(count: 1)[0]) }
}
