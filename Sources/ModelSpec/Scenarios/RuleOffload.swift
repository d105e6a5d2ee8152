/// `rule-offload`: a share of requests that rules answer without the network.
struct RuleOffload: Scenario {
  let name = "rule-offload"
  let question = "What would it save if rules answered a share of the requests?"
  let formula =
    "step(1, context) of the baseline / ((1 - share + dispatch) x step(1, context) of the candidate); alone 1 / "
    + "(1 - share + dispatch)"
  let caution: String? =
    "Hypothetical: no part of a published model is known to answer by rules, and share and dispatch are anybody's guess."
  let assumptions = [
    Assumption.number("share", "the part of requests that rules answer", 0.3, 0...1),
    Assumption.number(
      "dispatch", "what finding and running a rule costs, as a part of a pass", 0.01, 0...1),
    Assumption.count("context", "tokens in the cache", 256),
  ]

  private func step(_ assumptions: Assumptions) -> ModelPass {
    .step(sequences: 1, context: assumptions.count("context"))
  }

  func passes(_ assumptions: Assumptions) -> [ModelPass] { [step(assumptions)] }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let left = 1 - assumptions["share"] + assumptions["dispatch"]
    guard left > 0 else {
      throw .uncountable(
        reason:
          "with a share of 1 and a dispatch of 0 nothing is left to compute; give less of one or "
          + "more of the other")
    }
    let alone = ScenarioOutcome.Value("saving by rules alone", "", Quantity(1 / left))
    guard times.pairing.hasTwo else {
      let step = try times.seconds(of: Work(1, step(assumptions)), .candidate)
      return ScenarioOutcome(
        alone, [.init("a request by the network and rules", "s", step.rising { $0 * left })])
    }
    let ratio = try times.ratio(of: Work(1, step(assumptions)))
    let shares = Set([0, 0.1, 0.2, 0.3, 0.5, assumptions["share"]])
    return ScenarioOutcome(
      .init("saving with rules", "", ratio.rising { $0 / left }),
      [alone, .init("saving without rules", "", ratio)],
      picture: ScenarioPicture(
        "What rules would add, if there were such",
        shares.sorted().compactMap { share in
          let left = 1 - share + (share > 0 ? assumptions["dispatch"] : 0)
          guard left > 0 else { return nil }
          return .init(
            "\(Int((share * 100).rounded())) % of requests by rules",
            [
              .init("rules alone", .counted, Quantity(1 / left)),
              .init("with the measured ratio", .measured, ratio.rising { $0 / left }),
            ])
        }))
  }
}
