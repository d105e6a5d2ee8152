import LayerSpec
import Testing

@testable import ModelSpec

/// Scenarios on records whose seconds are made up, so that every number can be worked out by hand.
@Suite struct ScenarioTests {
  private let pairing: ScenarioPairing

  /// Two models whose blocks can be computed.
  init() throws {
    pairing = ScenarioPairing(
      candidate: try #require(Catalogue.architecture(id: "olmoe-1b-7b")),
      baseline: try #require(Catalogue.architecture(id: "llama2-7b")))
    #expect(pairing.hasBlocks && pairing.hasTwo)
  }

  /// A machine so fast that what is counted takes no time.
  private static let endless = 1e30

  /// A record of passes with the seconds of both sides, seven visits alike.
  private func times(
    _ scenario: any Scenario, _ assumptions: Assumptions, of pairing: ScenarioPairing? = nil,
    read: Double = endless, share: Double = 1, spread: Double = 0,
    seconds: (ModelPass) -> (baseline: Double, candidate: Double)
  ) throws -> PassTimes {
    let pairing = pairing ?? self.pairing
    let cells = try scenario.passes(assumptions).map { pass in
      let (baseline, candidate) = seconds(pass)
      let rounds = (0..<7).map { visit in
        // The candidate's times differ from visit to visit, and so do the ratios.
        let factor = 1 + spread * (Double(visit) - 3) / 3
        return PairedRound(
          order: "AB", baselineSeconds: baseline, candidateSeconds: candidate * factor,
          visit: visit)
      }
      let estimate = try #require(RatioEstimate(rounds: rounds))
      func side(_ seconds: Double) -> Side {
        Side(
          flops: 1_000_000, bytes: 1_000_000, secondsMedian: seconds, rooflineShare: share,
          scaled: nil, residentExperts: nil, layers: [])
      }
      return Cell(
        candidate: pairing.candidate.id, baseline: pairing.baseline.id,
        workload: pass.workload(hasBlocks: pairing.hasBlocks), threads: 1, engine: "tile",
        precision: .f32, routing: nil, flopRatio: 1, timeRatio: estimate, realisedShare: 1,
        sides: Sides(baseline: side(baseline), candidate: side(candidate)), rounds: rounds,
        cautions: [])
    }
    let ceiling = Ceiling(
      threads: 1, precision: .f32, peakFlopsPerSecond: Self.endless, readBytesPerSecond: read)
    return PassTimes(cells: cells, ceilings: [ceiling], pairing: pairing)
  }

  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 * abs(expected)
  }

  @Test func speedsAreOfPassesOfTheWholeModel() throws {
    let scenario = WholeModel()
    let assumptions = try Assumptions(of: scenario, settings: [("sequences", "4")])
    let outcome = try scenario.outcome(
      assumptions,
      of: times(scenario, assumptions) { pass in
        if case .step = pass { (0.5, 0.125) } else { (8, 4) }
      })
    #expect(isClose(outcome.value.quantity.median, 4))
    let speeds = outcome.others.map(\.quantity.median)
    let expected = [2.0, 8, 32, 256, 2, 8, 128]
    #expect(zip(speeds, expected).allSatisfy(isClose), "\(speeds)")
    #expect(speeds.count == expected.count)
  }

  /// The head's matrix is read once for the step, at half of the bandwidth, as the blocks read.
  @Test func theHeadIsCountedAtTheShareOfTheBlocks() throws {
    let scenario = WholeModel()
    let alone = ScenarioPairing(candidate: pairing.candidate, baseline: pairing.candidate)
    let assumptions = try Assumptions(of: scenario)
    let found = try scenario.outcome(
      assumptions,
      of: times(scenario, assumptions, of: alone, read: 1e9, share: 0.5) { _ in (1, 1) })
    let (hidden, words) = (2048.0, 50304.0)
    let elements: Double = hidden * words + hidden + words
    let head: Double = 4 * elements / 1e9 / 0.5
    #expect(isClose(found.value.quantity.median, 1 / (1 + head)))
    #expect(found.value.unit == "tokens/s")
  }

  /// Steps that take 1 s and a thousandth more for each token of the cache: written tokens cost the area under
  /// that line.
  @Test func shorterAnswersSaveMoreThanTheirTokens() throws {
    let scenario = ShorterReasoning()
    let assumptions = try Assumptions(
      of: scenario, settings: [("prompt", "100"), ("tokens", "1000"), ("shorter", "4")])
    let times = try times(scenario, assumptions) { pass in
      guard case .step(1, let context) = pass else { return (0, 0) }
      return (1, 1 + Double(context) / 1000)
    }
    func area(_ tokens: Double) -> Double {
      let middle: Double = 100 + tokens / 2
      return tokens * (1 + middle / 1000)
    }
    let outcome = try scenario.outcome(assumptions, of: times)
    #expect(isClose(outcome.value.quantity.median, area(1000) / area(250)))
    #expect(outcome.value.quantity.median > 4)
    let seconds = outcome.others.prefix(4).map(\.quantity.median)
    #expect(zip(seconds, [area(1000), area(250), 1000, 250]).allSatisfy(isClose), "\(seconds)")
  }

  /// Passes that both pieces of work have do not err against each other: a factor that all share leaves their ratio
  /// as it is, and the interval is the exact range over all ends.
  @Test func ratiosOfOneModelHoldEveryEndOfTheirPasses() throws {
    let scenario = ShorterReasoning()
    let assumptions = try Assumptions(
      of: scenario, settings: [("prompt", "100"), ("tokens", "1000"), ("shorter", "4")])
    let times = try times(scenario, assumptions, spread: 0.1) { pass in
      guard case .step(1, let context) = pass else { return (0, 0) }
      return (1, 1 + Double(context) / 1000)
    }
    let found = try scenario.outcome(assumptions, of: times).value.quantity
    // By all corners: 100 and 600 are in both, 1100 in the longer one alone.
    var corners: [Double] = []
    let low = exactEnds(0.1).low
    let high = exactEnds(0.1).high
    for corner in 0..<8 {
      let factors = (0..<3).map { corner >> $0 & 1 == 0 ? low : high }
      let (a, b, c) = (1.1 * factors[0], 1.6 * factors[1], 2.1 * factors[2])
      let long = 500 * (a + b) / 2 + 500 * (b + c) / 2
      let short = 250 * (a * 0.75 + b * 0.25)
      corners.append(long / short)
    }
    #expect(isClose(found.low, corners.min() ?? 0))
    #expect(isClose(found.high, corners.max() ?? 0))
  }

  /// The ends of the interval of seven visits around 1: at 98 % those of all Walsh averages, which are the visits
  /// at both ends.
  private func exactEnds(_ spread: Double) -> (low: Double, high: Double) {
    (1 - spread, 1 + spread)
  }

  @Test func agentsReadWhatTheyWrote() throws {
    let scenario = ParallelAgents()
    let assumptions = try Assumptions(
      of: scenario,
      settings: [("agents", "4"), ("tokens", "10"), ("prompt", "100"), ("summary", "5")])
    let times = try times(scenario, assumptions) { pass in
      switch pass {
      case .step(let sequences, _): (Double(sequences), 1 + Double(sequences - 1) / 2)
      case .prefill(let tokens), .training(let tokens): (Double(tokens), Double(tokens) / 10)
      }
    }
    let outcome = try scenario.outcome(assumptions, of: times)
    // One: 40 steps. Agents: 10 steps of four at 2.5, 40 tokens read in 4, 5 steps.
    #expect(isClose(outcome.value.quantity.median, 40 / (25 + 4 + 5.0)))
    func value(_ name: String) -> Double? {
      outcome.others.first { $0.name.contains(name) }?.quantity.median
    }
    #expect(value("olmoe-1b-7b, a step of all agents").map { isClose($0, 2.5) } == true)
    #expect(value("llama2-7b, a step of all agents").map { isClose($0, 4) } == true)
    // The same 40 tokens are written, and besides 40 are read, which the head does not see, and 5 written. What
    // lies between tokens is little at such lengths.
    let model = try #require(Catalogue.architecture(id: "olmoe-1b-7b"))
    let head = 2.0 * 2048 * 50_304
    let token = Double(try model.stepFLOPs(context: 0))
    let compute = try #require(value("olmoe-1b-7b, FLOPs of agents"))
    #expect(abs(compute / ((85 * token - 39 * head) / (40 * token)) - 1) < 0.02)
    let picture = try #require(outcome.picture)
    #expect(picture.rows.map(\.name) == ["olmoe-1b-7b", "llama2-7b"])
    #expect(isClose(picture.rows[0].amounts[1].value.median, 34))
    // Of 64 experts 8 are chosen: four tokens are expected to reach 64 (1 - (7/8)^4).
    let missed = 0.875 * 0.875 * 0.875 * 0.875
    let union: Double = 64 * (1 - missed) / 8
    #expect(value("experts that all agents reach").map { isClose($0, union) } == true)
  }

  /// Without images the ratio is that of text; the tower's FLOPs are those of its matrices.
  @Test func aTowerDilutesTheRatio() throws {
    let scenario = ImageTokens()
    func outcome(_ share: String) throws -> ScenarioOutcome {
      let assumptions = try Assumptions(
        of: scenario, settings: [("share", share), ("tokens", "10")])
      return try scenario.outcome(
        assumptions, of: times(scenario, assumptions) { _ in (8, 2) })
    }
    #expect(isClose(try outcome("0").value.quantity.median, 4))
    let matrices: Double = 4 * 1536 * 1536 + 2 * 1536 * 8960
    let tower: Double = 4 * 2 * 50 * matrices
    // The faster side did a million FLOPs in 2 s.
    let seconds = tower / 5e5
    #expect(
      isClose(try outcome("1").value.quantity.median, (0.8 + seconds) / (0.2 + seconds)))
    let picture = try #require(try outcome("0.5").picture)
    let ratios = picture.rows.map { $0.amounts[1].value.median }
    #expect(
      picture.rows.map { $0.name.prefix(4) } == [
        "0 % ", "20 %", "40 %", "50 %", "60 %", "80 %", "100 ",
      ])
    #expect(isClose(ratios[0], 4) && ratios == ratios.sorted(by: >))
  }

  @Test func rulesSaveWhatTheyAnswer() throws {
    let scenario = RuleOffload()
    let assumptions = try Assumptions(
      of: scenario, settings: [("share", "0.5"), ("dispatch", "0.125")])
    let outcome = try scenario.outcome(
      assumptions, of: times(scenario, assumptions) { _ in (4, 2) })
    #expect(isClose(outcome.value.quantity.median, 2 / 0.625))
    #expect(isClose(outcome.others[0].quantity.median, 1 / 0.625))
    #expect(scenario.caution != nil)
    let nothing = try Assumptions(of: scenario, settings: [("share", "1"), ("dispatch", "0")])
    let times = try times(scenario, nothing) { _ in (4, 2) }
    #expect(throws: ScenarioError.self) { _ = try scenario.outcome(nothing, of: times) }
  }

  /// A request of 100 tokens and 20 of answer, ten at once: one prefill and two of the shared steps.
  @Test func billsAreDividedByTheMeasuredRatio() throws {
    let scenario = Bill()
    let assumptions = try Assumptions(
      of: scenario,
      settings: [
        ("input", "100"), ("output", "20"), ("sequences", "10"), ("hourly", "3.6"),
        ("dollars_per_month", "100"), ("requests_per_month", "10"), ("claimed", "5"),
      ])
    let outcome = try scenario.outcome(
      assumptions,
      of: times(scenario, assumptions) { pass in
        if case .prefill = pass { (2, 1) } else { (1, 0.5) }
      })
    #expect(isClose(outcome.value.quantity.median, 2))
    func value(_ name: String) -> Double? {
      outcome.others.first { $0.name == name }?.quantity.median
    }
    #expect(value("hospital records, as claimed").map { isClose($0, 6_000) } == true)
    #expect(value("hospital records, at the measured ratio").map { isClose($0, 30_000) } == true)
    #expect(value("this bill, as claimed").map { isClose($0, 20) } == true)
    #expect(value("this bill, at the measured ratio").map { isClose($0, 50) } == true)
    #expect(value("this bill, olmoe-1b-7b on this machine").map { isClose($0, 0.02) } == true)
    // 300,000 requests of 2 s at a tenth of a cent a second.
    #expect(
      value("hospital records, olmoe-1b-7b on this machine").map { isClose($0, 600) } == true)
    #expect(
      value("hospital records, llama2-7b on this machine").map { isClose($0, 1_200) } == true)
  }

  /// Llama 4 Maverick's 17 billion active parameters and 22 trillion tokens are 2.2e24 FLOP; a tenth of that gives a
  /// model with 42 billion about 0.9 trillion tokens.
  @Test func aTenthOfMavericksComputeBuysFewTokens() throws {
    let muse = ScenarioPairing(
      candidate: try #require(Catalogue.architecture(id: "muse-spark-open-816b-a42b")),
      baseline: try #require(Catalogue.architecture(id: "llama4-maverick")))
    let scenario = PreTraining()
    let published = try Assumptions(
      of: scenario, settings: [("active", "42"), ("baseline_active", "17")])
    let outcome = try scenario.outcome(published, of: PassTimes([], pairing: muse))
    #expect(isClose(outcome.others[0].quantity.median, 6 * 17e9 * 22e12))
    #expect(isClose(outcome.value.quantity.median, 17e9 * 22 / 10 / 42e9))
    #expect(outcome.value.isExact)
    // By time, where the candidate's training step takes half as long.
    let timed = try scenario.outcome(
      published,
      of: times(scenario, published, of: muse) { _ in (2, 1) })
    #expect(scenario.passes(published) == [.training(tokens: 256)])
    #expect(isClose(timed.others[timed.others.count - 2].quantity.median, 2))
    #expect(timed.others.last.map { isClose($0.quantity.median, 22 / 10 * 2) } == true)
    // The matrices that a token meets are some percent more or less than what is published.
    let counted = try scenario.outcome(
      Assumptions(of: scenario), of: PassTimes([], pairing: muse))
    #expect(abs(counted.value.quantity.median / 0.89 - 1) < 0.15)
  }

  @Test func whatARecordLacksIsNamed() throws {
    let scenario = WholeModel()
    let assumptions = try Assumptions(of: scenario)
    let empty = PassTimes([], pairing: pairing)
    #expect(empty.missing(scenario.passes(assumptions)).count == 2)
    #expect {
      _ = try scenario.outcome(assumptions, of: empty)
    } throws: {
      "\($0)".contains(
        "a step of 1 sequence with 1024 tokens of context of olmoe-1b-7b against llama2-7b")
    }
  }

  /// Where blocks cannot be computed, feed-forward layers are timed, and attention is counted: it grows with the
  /// cache.
  @Test func attentionIsCountedWhereItIsNotTimed() throws {
    let muse = ScenarioPairing(
      candidate: try #require(Catalogue.architecture(id: "muse-spark-open-816b-a42b")),
      baseline: try #require(Catalogue.architecture(id: "llama4-maverick")))
    #expect(!muse.hasBlocks)
    let scenario = WholeModel()
    func seconds(_ prompt: String) throws -> Double {
      let assumptions = try Assumptions(of: scenario, settings: [("prompt", prompt)])
      let times = try times(scenario, assumptions, of: muse, read: 1e9) { _ in (1, 1) }
      return try times.seconds(of: Work(1, scenario.passes(assumptions)[1]), .candidate).median
    }
    let (short, long) = (try seconds("1"), try seconds("10000"))
    #expect(short > 1)
    #expect(long > short)
  }
}
