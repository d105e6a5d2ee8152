/// `bill`: what published monthly bills come to at the claimed ratio, at the ratio that was measured, and on this
/// machine.
struct Bill: Scenario {
  let name = "bill"
  let needsTwoModels = true
  let question = "What does a bill come to at the claimed and at the measured ratio?"
  let formula =
    "dollars_per_month / claimed; dollars_per_month / measured, where a request is prefill(input) + output x "
    + "step(sequences, input) / sequences; on this machine requests_per_month x seconds x hourly / 3600"
  let assumptions = [
    Assumption.number(
      "dollars_per_month", "the bill before", 60_000, 0...Assumption.mostAmount),
    Assumption.number(
      "requests_per_month", "requests that it is for", 300_000, 0...Assumption.mostAmount),
    Assumption.number("claimed", "the ratio that is claimed", 10, 0.01...1e6),
    Assumption.count("input", "tokens of a request", 512),
    Assumption.count("output", "tokens of its answer", 128),
    Assumption.count("sequences", "requests that are answered together", 8, 1...4096),
    Assumption.number("hourly", "dollars for an hour of this machine", 0.1, 0...1e6),
  ]

  private func request(_ assumptions: Assumptions) -> Work {
    let (input, sequences) = (assumptions.count("input"), assumptions.count("sequences"))
    return Work(1, .prefill(tokens: input))
      + Work(
        assumptions["output"] / Double(sequences), .step(sequences: sequences, context: input))
  }

  func passes(_ assumptions: Assumptions) -> [ModelPass] { request(assumptions).passes }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let request = request(assumptions)
    let ratio = try times.ratio(of: request)
    let bill = Deployment(
      name: "this bill", requests: assumptions["requests_per_month"],
      dollarsBefore: assumptions["dollars_per_month"],
      dollarsAfter: assumptions["dollars_per_month"] / assumptions["claimed"])
    var machines: [(name: String, source: ScenarioPicture.Source, seconds: Quantity)] = []
    for role in times.pairing.roles {
      machines.append(
        (
          "\(times.pairing.model(role).id) on this machine",
          role == .candidate ? .priced : .baseline, try times.seconds(of: request, role)
        ))
    }
    let rows = ([bill] + Deployment.published).map { deployment in
      ScenarioPicture.Row(
        deployment.name,
        [
          .init("before", .given, Quantity(deployment.dollarsBefore)),
          .init("as claimed", .claimed, Quantity(deployment.dollarsAfter)),
          .init(
            "at the measured ratio", .measured, ratio.falling { deployment.dollarsBefore / $0 }),
        ]
          + machines.map { name, source, seconds in
            .init(
              name, source,
              deployment.requests * assumptions["hourly"] / Self.secondsOfAnHour * seconds)
          })
    }
    let bills = rows.flatMap { row in
      row.amounts.map { amount in
        ScenarioOutcome.Value("\(row.name), \(amount.name)", Self.perMonth, amount.value)
      }
    }
    return ScenarioOutcome(
      .init("measured ratio of a request", "", ratio),
      [.init("claimed ratio", "", Quantity(assumptions["claimed"]))] + bills,
      picture: ScenarioPicture(
        "Bills before, as claimed and as measured", unit: Self.perMonth, rows))
  }

  private static let perMonth = "USD/month"
  private static let secondsOfAnHour = 3600.0
}

/// A monthly bill that was published with what it is to become.
struct Deployment {
  let name: String
  /// Requests a month.
  let requests: Double
  let dollarsBefore: Double
  let dollarsAfter: Double

  /// The four rows of the table that the ledger's `seed-deploy-…` claims quote.
  static let published = [
    Deployment(
      name: "hospital records", requests: 300_000, dollarsBefore: 60_000, dollarsAfter: 6_000),
    Deployment(name: "legal pages", requests: 50_000, dollarsBefore: 40_000, dollarsAfter: 4_000),
    Deployment(
      name: "image checks", requests: 30_000_000, dollarsBefore: 120_000, dollarsAfter: 12_000),
    Deployment(
      name: "customer interactions", requests: 1_000_000, dollarsBefore: 80_000,
      dollarsAfter: 8_000),
  ]
}
