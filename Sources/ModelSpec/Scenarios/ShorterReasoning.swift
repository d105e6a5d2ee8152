/// `shorter-reasoning`: an answer of fewer tokens against a longer one of the same model, whose every step reads
/// a longer cache.
struct ShorterReasoning: Scenario {
  let name = "shorter-reasoning"
  let isOfOneModel = true
  let question = "What does it save to think in fewer tokens?"
  let formula =
    "sum of step(1, c) for c from prompt to prompt + tokens, over the same to prompt + tokens / shorter; steps "
    + "are measured at the ends and between, and straight in c"
  let assumptions = [
    Assumption.count("prompt", "tokens of the prompt", 256),
    Assumption.count("tokens", "tokens of the longer answer", 2048, 2...Assumption.mostCount),
    Assumption.number("shorter", "how many times fewer tokens the shorter one has", 2, 1...1000),
  ]

  private func knots(_ assumptions: Assumptions) -> [Int] {
    let (prompt, tokens) = (assumptions.count("prompt"), assumptions.count("tokens"))
    return [prompt, prompt + tokens / 2, prompt + tokens]
  }

  private func writing(_ tokens: Double, _ assumptions: Assumptions) -> Work {
    Work(
      writing: tokens, sequences: 1, context: assumptions.count("prompt"),
      knots: knots(assumptions))
  }

  func passes(_ assumptions: Assumptions) throws(ScenarioError) -> [ModelPass] {
    guard assumptions["shorter"] <= assumptions["tokens"] else {
      throw .uncountable(
        reason: "an answer of \(assumptions.count("tokens")) tokens cannot be "
          + "\(ScenarioError.plain(assumptions["shorter"])) times shorter; set shorter to no more than tokens"
      )
    }
    return knots(assumptions).map { .step(sequences: 1, context: $0) }
  }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let tokens = assumptions["tokens"]
    let shorter = assumptions["shorter"]
    let (long, short) = (writing(tokens, assumptions), writing(tokens / shorter, assumptions))
    var others: [ScenarioOutcome.Value] = []
    var rows: [ScenarioPicture.Row] = []
    for role in times.pairing.roles {
      let id = times.pairing.model(role).id
      let seconds = (
        long: try times.seconds(of: long, role), short: try times.seconds(of: short, role)
      )
      others += [
        .init("\(id), longer answer", "s", seconds.long),
        .init("\(id), shorter answer", "s", seconds.short),
      ]
      rows.append(
        .init(
          id,
          [
            .init("longer answer", .baseline, seconds.long),
            .init("shorter answer", .measured, seconds.short),
          ]))
    }
    others.append(.init("by the number of tokens alone", "", Quantity(shorter)))
    return ScenarioOutcome(
      .init(
        "time saved, longer over shorter", "", try times.ratio(of: long, to: short, .candidate)),
      others, picture: ScenarioPicture("How long an answer takes", unit: "s", rows))
  }
}
