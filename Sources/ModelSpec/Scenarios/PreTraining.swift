/// `pre-training`: FLOPs of training two models, how many tokens a part of one's would give the other, and how many
/// the same part of its time would.
struct PreTraining: Scenario {
  let name = "pre-training"
  let question = "What would a claimed part of the baseline's training compute buy?"
  let formula =
    "FLOPs = 6 x active parameters x tokens (Kaplan et al. 2020); tokens for the candidate = FLOPs of the "
    + "baseline / part / (6 x its active parameters); by time, tokens / part x training(rows) of the baseline / "
    + "training(rows) of the candidate"
  let caution: String? =
    "FLOPs and time, and not quality: how many tokens a model needs for a given quality is not known from its "
    + "layers. Optimiser and communication are in neither."
  let needsTwoModels = true
  let assumptions = [
    // Llama 4 Maverick's, by its model card.
    Assumption.number(
      "tokens", "tokens that the baseline is trained on", 22e12, 1...Assumption.mostAmount),
    Assumption.number(
      "active", "the candidate's active parameters in billions, 0 for those of its matrices", 0,
      0...1e6),
    Assumption.number(
      "baseline_active", "the baseline's, likewise", 0, 0...1e6),
    Assumption.number("part", "the claimed ratio of compute", 10, 1e-6...1e9),
    Assumption.count("rows", "tokens of the training step whose time is measured", 256),
  ]

  func passes(_ assumptions: Assumptions) -> [ModelPass] {
    [.training(tokens: assumptions.count("rows"))]
  }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let pairing = times.pairing
    func parameters(_ model: Architecture, _ key: String) -> Double {
      assumptions[key] > 0 ? 1e9 * assumptions[key] : Double(model.activeParameters)
    }
    let active = (
      baseline: parameters(pairing.baseline, "baseline_active"),
      candidate: parameters(pairing.candidate, "active")
    )
    let compute = 6 * active.baseline * assumptions["tokens"]
    let tokens = compute / assumptions["part"] / (6 * active.candidate)
    // The answer is arithmetic: what was measured stands beside it where it is known.
    let step = try? times.ratio(of: Work(1, .training(tokens: assumptions.count("rows"))))
    return ScenarioOutcome(
      .init("tokens for the candidate", "trillion", Quantity(tokens / 1e12)),
      [
        .init("compute of the baseline", "FLOP", Quantity(compute)),
        .init("the claimed part of it", "FLOP", Quantity(compute / assumptions["part"])),
        .init("candidate's active parameters", "billion", Quantity(active.candidate / 1e9)),
        .init("baseline's active parameters", "billion", Quantity(active.baseline / 1e9)),
        .init(
          "FLOPs of a token, baseline / candidate", "", Quantity(active.baseline / active.candidate)
        ),
      ]
        + [step].compactMap(\.self).flatMap { ratio -> [ScenarioOutcome.Value] in
          let trillions = assumptions["tokens"] / assumptions["part"] / 1e12
          return [
            .init("time of a training step, baseline / candidate", "", ratio),
            .init(
              "tokens for the candidate by time, as steps are on this machine", "trillion",
              trillions * ratio),
          ]
        })
  }
}
