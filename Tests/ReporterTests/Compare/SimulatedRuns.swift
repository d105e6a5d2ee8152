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
  /// Noise that one round hands on to the next, as `noise` has it: of both sides, and of each.
  private var handedOn = (both: 0.0, baseline: 0.0, candidate: 0.0)

  /// How a machine moves, and what its clock shows; standard deviations where nothing else is said.
  enum Machine: CaseIterable {
    /// Bandwidth by 5 % from run to run, and by as much from cell to cell.
    case quiet
    /// Bandwidth by 15 % from run to run, and by 12 % from cell to cell.
    case restless
    /// As `quiet`, and from its first cell to its last a run becomes up to 8 % slower or faster, as a
    /// processor that warms up does; ceilings show half of it.
    case drifting
    /// As `quiet`, with rounds that have the tails of Student's distribution with two degrees of freedom,
    /// which has no variance.
    case heavyTailed
    /// As `quiet`, with noise of which each round keeps nine tenths of the last one's, so that rounds tell
    /// less than as many independent ones.
    case autocorrelated
    /// As `quiet`, with a clock so coarse that rounds are whole hundredths of a pass, and many are equal.
    case coarse

    /// The bandwidth's deviation from run to run, and from cell to cell.
    fileprivate var bandwidth: (fromRunToRun: Double, fromCellToCell: Double) {
      self == .restless ? (0.15, 0.12) : (0.05, 0.05)
    }
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
  ///
  /// - Parameter commit: what it says of its build; records of one commit are not judged as two builds.
  mutating func record(_ build: Build = .unchanged, commit: String = "abc1234") -> Record {
    let peak = 480e9 * exp(0.03 * normal())
    let bandwidth = 65e9 * exp(machine.bandwidth.fromRunToRun * normal())
    let drift = machine == .drifting ? 0.08 * (2 * generator.nextOpenUnit() - 1) : 0
    // What slows or hastens a whole run and no ceiling shows.
    let common = exp(0.007 * normal())
    var cells: [Cell] = []
    for tokens in [1, 16, 256] {
      for comparison in 0..<8 {
        // What has come of the drift until here, half of it seen by ceilings.
        let half = exp(drift * Double(cells.count) / 24 / 2)
        cells.append(
          cell(
            tokens: tokens, comparison: comparison, peak: peak / half,
            bandwidth: bandwidth / half * exp(machine.bandwidth.fromCellToCell * normal()),
            common: common * half, build))
      }
    }
    var record = Sample.restated(Sample.record(cells))
    record.tool.commit = commit
    return record
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
      let minute = exp(noise(0.025, after: \.both))
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
        order: "ABBA",
        baselineSeconds: read(
          baseline * minute * factors.0 * disturbance(after: \.baseline), ofPasses: baseline),
        candidateSeconds: read(
          candidate * minute * factors.1 * disturbance(after: \.candidate), ofPasses: candidate))
    }
  }

  /// The noise of one side of a round: 1.8 %, and once in 25 times a neighbour.
  private mutating func disturbance(
    after last: WritableKeyPath<(both: Double, baseline: Double, candidate: Double), Double>
  ) -> Double {
    exp(noise(0.018, after: last))
      * (generator.next() % 25 == 0 ? 1 + 0.36 * generator.nextOpenUnit() : 1)
  }

  /// Noise of this deviation, as far as the machine's noise has one.
  private mutating func noise(
    _ deviation: Double,
    after last: WritableKeyPath<(both: Double, baseline: Double, candidate: Double), Double>
  ) -> Double {
    let fresh = deviation * normal()
    switch machine {
    case .quiet, .restless, .drifting, .coarse: return fresh
    // A normal value over the root of half a χ² of two degrees, which is an exponential one.
    case .heavyTailed: return fresh / (-log(generator.nextOpenUnit())).squareRoot()
    case .autocorrelated:
      let kept = 0.9
      handedOn[keyPath: last] =
        kept * handedOn[keyPath: last] + (1 - kept * kept).squareRoot() * fresh
      return handedOn[keyPath: last]
    }
  }

  /// What the clock shows of a time.
  private func read(_ seconds: Double, ofPasses pass: Double) -> Double {
    let tick = pass / 100
    return machine == .coarse ? max(1, (seconds / tick).rounded()) * tick : seconds
  }

  private mutating func normal() -> Double { Double(generator.normals(count: 1)[0]) }
}
