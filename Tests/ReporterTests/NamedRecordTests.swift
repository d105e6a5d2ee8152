import Foundation
import ModelSpec
import Testing

@testable import Reporter

@Suite("A record that is to be believed")
struct NamedRecordTests {
  private static let clean = Sample.explained

  /// What is wrong with the first cell after a change; fails where nothing is.
  private func contradiction(_ change: (inout Cell) -> Void) throws -> RecordContradiction {
    var record = Self.clean
    change(&record.cells[0])
    let error = #expect(throws: RecordContradiction.self) {
      try NamedRecord(name: "r", record: record)
    }
    return try #require(error)
  }

  /// The first cell after a change that is let pass.
  private func passed(_ change: (inout Cell) -> Void) throws -> Cell {
    var record = Self.clean
    change(&record.cells[0])
    return try #require(try NamedRecord(name: "r", record: record).record.cells.first)
  }

  // MARK: What agrees

  @Test("stays as it is when it agrees with itself")
  func unchanged() throws {
    #expect(try NamedRecord(name: "r", record: Sample.record([])).record.cells.isEmpty)
    #expect(try NamedRecord(name: "r", record: Self.clean).record == Self.clean)
  }

  @Test(
    "of the examples says what their rounds say, to the last digit",
    arguments: ["default-suite", "default-suite-again", "olmoe-sweep"])
  func examples(_ name: String) throws {
    let record = try Sample.example(name)
    #expect(try NamedRecord(name: name, record: record).record == record)
  }

  // MARK: What is recomputed

  @Test("shows the ratio of its rounds where a statement is off by a hundredth")
  func smallDifference() throws {
    let cell = try passed {
      $0.timeRatio.median *= 1.01
      $0.realisedShare *= 1.01
      $0.explanation?.rest *= 1.01
    }
    #expect(abs(cell.timeRatio.median - 4.9) < 1e-12)
    #expect(abs(cell.realisedShare - 4.9 / 5.33) < 1e-12)
    let explanation = try #require(cell.explanation)
    #expect(abs(explanation.product - 4.9 / 5.33) < 1e-12)
    #expect(explanation.factors == Self.clean.cells[0].explanation?.factors)
  }

  @Test("takes interval, confidence and seconds from its rounds, whatever is stated near them")
  func recomputed() throws {
    let cell = try passed {
      $0.timeRatio.low = 4.6
      $0.timeRatio.high = 5.2
      $0.timeRatio.confidence = 0.5
      $0.sides.baseline.secondsMedian = 95
      $0.sides.baseline.rooflineShare = 0.9
      $0.sides.candidate.secondsMedian = 20
      $0.sides.candidate.phases = PhaseSeconds(
        productSeconds: 16, productBusySeconds: 14, productWaitingSeconds: 2,
        others: [.router: 2, .dispatchAndCombine: 2])
    }
    #expect(abs(cell.timeRatio.low - 4.85) < 1e-12 && abs(cell.timeRatio.high - 4.95) < 1e-12)
    #expect(cell.timeRatio.confidence == Sample.estimate(1, 1, 1).confidence)
    #expect(cell.sides.baseline.secondsMedian == 100)
    // Fewer seconds were a larger share.
    #expect(abs(try #require(cell.sides.baseline.rooflineShare) - 0.9 * 0.95) < 1e-12)
    #expect(abs(cell.sides.candidate.secondsMedian - 100 / 4.9) < 1e-12)
    // Products took eight tenths of the stated seconds, and do so of the recomputed ones.
    let products = try #require(cell.sides.candidate.phases).productSeconds
    #expect(abs(products - 80 / 4.9) < 1e-12)
  }

  /// A stated median within the interval of scattered rounds is not contradicted by them, and one
  /// outside of it is beyond 3 %.
  @Test(
    "allows a difference of 3 %, and as much as its rounds are in doubt", arguments: [true, false])
  func medianTolerance(_ isScattered: Bool) throws {
    func stating(_ factor: Double) throws -> Cell {
      try passed { cell in
        let estimate =
          isScattered ? Sample.estimate(4, 4.9, 5.5) : Sample.estimate(4.85, 4.9, 4.95)
        cell.rounds = Sample.rounds(estimate)
        cell.explanation = nil
        cell.timeRatio.median *= factor
        (cell.timeRatio.low, cell.timeRatio.high) = isScattered ? (3.8, 5.8) : (4.6, 5.2)
        cell.realisedShare *= factor
      }
    }
    #expect(abs(try stating(1.029).timeRatio.median - 4.9) < 1e-12)
    #expect(abs(try stating(0.971).timeRatio.median - 4.9) < 1e-12)
    if isScattered {
      #expect(abs(try stating(1.1).timeRatio.median - 4.9) < 1e-12)
      #expect(throws: RecordContradiction.self) { try stating(1.13) }
    } else {
      #expect(throws: RecordContradiction.self) { try stating(1.031) }
      #expect(throws: RecordContradiction.self) { try stating(0.969) }
    }
  }

  // MARK: What is refused

  @Test("is refused with the cell's name where a ratio is three times that of its rounds")
  func tripled() throws {
    var record = try Sample.example("default-suite")
    let index = try #require(
      record.cells.firstIndex { $0.candidate == "mixtral-8x7b" && $0.baseline == "llama2-70b" })
    record.cells[index].timeRatio.low *= 3
    record.cells[index].timeRatio.median *= 3
    record.cells[index].timeRatio.high *= 3
    record.cells[index].realisedShare *= 3
    let stated = record.cells[index].timeRatio.median
    for isReport in [true, false] {
      let error = try #require(
        #expect(throws: RecordContradiction.self) {
          isReport
            ? try NamedRecord(name: "r", record: record)
            : try NamedRecord(name: "r", timesOf: record)
        })
      #expect(
        error.cell == "mixtral-8x7b/llama2-70b/ffn-forward/1-tokens/uniform/tile/f32/2-threads")
      #expect(error.field == "time_ratio.median")
      #expect(
        error.description
          == "time_ratio.median of the cell \(try #require(error.cell)) is \(stated), and its rounds give "
          + Figures.significant(stated / 3, digits: 8, trimmed: true))
    }
  }

  /// A field and what makes it impossible.
  struct Damage: Sendable, CustomTestStringConvertible {
    let field: String
    let damage: @Sendable (inout Cell) -> Void
    var testDescription: String { field }

    init(_ field: String, _ damage: @escaping @Sendable (inout Cell) -> Void) {
      self.field = field
      self.damage = damage
    }
  }

  @Test(
    "is refused for numbers that cannot be",
    arguments: [
      Damage("tokens") { $0.workload.tokens = 0 },
      .init("sides.baseline.flops") { $0.sides.baseline.flops = 0 },
      .init("sides.candidate.flops") { $0.sides.candidate.flops = -1 },
      .init("time_ratio.low") { $0.timeRatio.low = -1 },
      .init("time_ratio.median") { $0.timeRatio.median = .nan },
      .init("time_ratio.high") { $0.timeRatio.high = .infinity },
      .init("time_ratio") { swap(&$0.timeRatio.low, &$0.timeRatio.high) },
      .init("time_ratio.confidence") { $0.timeRatio.confidence = 1.5 },
      .init("flop_ratio") { $0.flopRatio = 0 },
      .init("roofline_ratio") { $0.rooflineRatio = -5 },
      .init("realised_share") { $0.realisedShare = .infinity },
      .init("sides.baseline.seconds_median") { $0.sides.baseline.secondsMedian = 0 },
      .init("sides.candidate.seconds_median") { $0.sides.candidate.secondsMedian = -.infinity },
      .init("sides.candidate.roofline_share") { $0.sides.candidate.rooflineShare = 0 },
      .init("rounds[2].baseline_seconds") { $0.rounds[2].baselineSeconds = 0 },
      .init("rounds[43].candidate_seconds") { $0.rounds[43].candidateSeconds = .infinity },
      .init("explanation.rest") { $0.explanation?.rest = .nan },
      .init("explanation.factors[1].baseline") {
        $0.explanation?.factors[1].baseline *= -1
        $0.explanation?.factors[1].candidate *= -1
      },
      .init("explanation.factors[1].name") {
        guard let first = $0.explanation?.factors[0].name else { return }
        $0.explanation?.factors[1].name = first
      },
      .init("sides.baseline.scaled") { $0.sides.baseline.scaled = "all" },
      .init("sides.candidate.scaled") { $0.sides.candidate.scaled = "8/1" },
    ])
  func impossible(_ damage: Damage) throws {
    #expect(try contradiction(damage.damage).field == damage.field)
  }

  @Test(
    "is refused when an interval or a side's seconds lie where no round does",
    arguments: [
      Damage("time_ratio.high") { $0.timeRatio.high *= 3 },
      .init("time_ratio.low") { $0.timeRatio.low /= 3 },
      .init("sides.baseline.seconds_median") { $0.sides.baseline.secondsMedian *= 3 },
      .init("sides.candidate.seconds_median") { $0.sides.candidate.secondsMedian /= 3 },
    ])
  func elsewhere(_ damage: Damage) throws {
    let error = try contradiction(damage.damage)
    #expect(error.field == damage.field)
    #expect(error.reason.contains("its rounds give"))
    // A comparison reads rounds alone.
    var record = Self.clean
    damage.damage(&record.cells[0])
    #expect(throws: Never.self) { try NamedRecord(name: "times", timesOf: record) }
  }

  @Test("is refused without rounds, with another number of them, and with too few")
  func rounds() throws {
    let none = try contradiction { $0.rounds = [] }
    #expect(none.field == "time_ratio.rounds")
    #expect(none.reason == "is 44, and the cell holds 0 rounds")
    let fewer = try contradiction { $0.rounds.removeLast() }
    #expect(fewer.reason == "is 44, and the cell holds 43 rounds")
    for count in [0, 5] {
      let few = try contradiction {
        $0.rounds = Array($0.rounds.prefix(count))
        $0.timeRatio.rounds = count
      }
      #expect(few.field == "rounds")
      #expect(few.reason == "are \(count), and an interval takes at least 6")
    }
    let enough = try passed {
      $0.rounds = Array(repeating: $0.rounds[20], count: 6)
      $0.timeRatio.rounds = 6
    }
    #expect(enough.timeRatio.confidence == 0.96875)
  }

  @Test("is refused where times are beyond what a ratio or a median can hold")
  func extremes() throws {
    let apart = try contradiction { cell in
      for index in cell.rounds.indices {
        cell.rounds[index].baselineSeconds = 1e200
        cell.rounds[index].candidateSeconds = 1e-200
      }
    }
    #expect(apart.field == "rounds")
    let huge = try contradiction { cell in
      for index in cell.rounds.indices {
        cell.rounds[index].baselineSeconds = .greatestFiniteMagnitude
        cell.rounds[index].candidateSeconds = .greatestFiniteMagnitude / 4.9
      }
    }
    #expect(huge.field == "rounds")
  }

  @Test("is refused for quotients that are not those of their parts")
  func quotients() throws {
    let flops = try contradiction {
      $0.flopRatio *= 1.00001
      $0.realisedShare /= 1.00001
    }
    #expect(flops.field == "flop_ratio")
    #expect(flops.reason == "is \(5.33 * 1.00001), and the FLOPs of its sides give 5.33")
    let share = try contradiction { $0.realisedShare *= 1.00001 }
    #expect(share.field == "realised_share")
    #expect(try passed { $0.realisedShare *= 1.0000001 }.realisedShare == 4.9 / 5.33)
  }

  @Test("is refused for an explanation that leads elsewhere")
  func explanations() throws {
    let rest = try contradiction { $0.explanation?.rest *= 1.00001 }
    #expect(rest.field == "explanation")
    #expect(rest.reason.hasPrefix("multiplies to 0.9193"))
    let negative = try contradiction {
      $0.explanation?.factors[0].factor *= -1
      $0.explanation?.factors[1].factor *= -1
    }
    #expect(negative.field == "explanation.factors[0].factor")
    let sides = try contradiction { $0.explanation?.factors[3].candidate *= 1.1 }
    #expect(sides.field == "explanation.factors[3].factor")
  }

  @Test("is compared all the same, without an explanation that leads elsewhere")
  func timesAlone() throws {
    var record = Self.clean
    record.cells[0].explanation?.rest *= 2
    let compared = try NamedRecord(name: "r", timesOf: record)
    #expect(compared.record.cells.allSatisfy { $0.explanation == nil })
    #expect(compared.record.cells[0].timeRatio == record.cells[0].timeRatio)
  }

  @Test("is refused in one line that moves no cursor, whatever its cells are called")
  func hostile() throws {
    let error = try contradiction {
      $0.candidate = "a\u{1B}[2J\nb\u{202E}"
      $0.workload.tokens = -1
    }
    #expect(
      !error.description.unicodeScalars.contains { "\u{1B}\n\u{202E}".unicodeScalars.contains($0) })
    #expect(error.description.hasPrefix("tokens of the cell a b/llama2-70b/"))
  }
}
