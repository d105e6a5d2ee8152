/// `whole-model`: tokens a second of all layers and the head, reading a prompt and writing an answer.
struct WholeModel: Scenario {
  let name = "whole-model"
  let question = "How fast does the whole model read and write?"
  let formula =
    "decode = 1 / step(sequences, prompt), in total sequences / step(sequences, prompt); prefill = prompt / "
    + "prefill(prompt); a pass is its decoder blocks x layers + head"
  let assumptions = [
    Assumption.count("prompt", "tokens of the prompt, in the cache while decoding", 1024),
    Assumption.count("sequences", "sequences that are decoded together", 1, 1...4096),
  ]

  private func work(_ assumptions: Assumptions) -> (prefill: ModelPass, step: ModelPass) {
    let prompt = assumptions.count("prompt")
    return (
      .prefill(tokens: prompt),
      .step(sequences: assumptions.count("sequences"), context: prompt)
    )
  }

  func passes(_ assumptions: Assumptions) -> [ModelPass] {
    let work = work(assumptions)
    return [work.prefill, work.step]
  }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let work = work(assumptions)
    let (prompt, sequences) = (assumptions["prompt"], assumptions["sequences"])
    var speeds: [ScenarioOutcome.Value] = []
    var amounts: [[ScenarioPicture.Amount]] = [[], [], []]
    for role in times.pairing.roles {
      let id = times.pairing.model(role).id
      let step = try times.seconds(of: Work(1, work.step), role)
      let prefill = try times.seconds(of: Work(1, work.prefill), role)
      let own = [
        step.falling { 1 / $0 }, step.falling { sequences / $0 }, prefill.falling { prompt / $0 },
      ]
      for (index, (kind, speed)) in zip(Self.kinds, own).enumerated() {
        speeds.append(.init("\(id), \(kind)", "tokens/s", speed))
        amounts[index].append(.init(id, role.source, speed))
      }
    }
    let picture = ScenarioPicture(
      "Tokens a second", unit: "tokens/s",
      zip(Self.kinds, amounts).map { ScenarioPicture.Row($0, $1) })
    guard times.pairing.hasTwo else {
      return ScenarioOutcome(speeds[0], Array(speeds.dropFirst()), picture: picture)
    }
    return ScenarioOutcome(
      .init("decode speed over the baseline's", "", try times.ratio(of: Work(1, work.step))),
      [.init("prefill speed over the baseline's", "", try times.ratio(of: Work(1, work.prefill)))]
        + speeds, picture: picture)
  }

  private static let kinds = ["decode of each sequence", "decode in total", "prefill"]
}
