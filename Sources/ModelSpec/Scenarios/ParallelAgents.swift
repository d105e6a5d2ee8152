/// `parallel-agents`: several sequences that think at once, and one that sums them up, against one sequence that
/// thinks as long as all of them together.
struct ParallelAgents: Scenario {
  let name = "parallel-agents"
  let isOfOneModel = true
  let question = "What do agents that think at once save in time, and what do they cost?"
  let formula =
    "one sequence: agents x tokens steps of step(1, c); agents: tokens steps of step(agents, c), "
    + "prefill(agents x tokens) of what they wrote and summary steps of step(1, c); each c from prompt on"
  let assumptions = [
    Assumption.count("agents", "sequences that think at once", 8, 2...1024),
    Assumption.count("tokens", "tokens that each writes", 128, 2...Assumption.mostCount),
    Assumption.count("prompt", "tokens of the prompt that all share", 256),
    Assumption.count("summary", "tokens that sum up", 128),
  ]

  /// The two ways to answer.
  fileprivate struct Ways {
    let one: Work
    let thinking: Work
    let summary: Work

    init(_ assumptions: Assumptions) {
      let agents = assumptions.count("agents")
      let tokens = assumptions.count("tokens")
      let prompt = assumptions.count("prompt")
      let (all, after) = (prompt + agents * tokens, assumptions["summary"])
      one = Work(
        writing: Double(agents * tokens), sequences: 1, context: prompt, knots: [prompt, all])
      thinking = Work(
        writing: Double(tokens), sequences: agents, context: prompt,
        knots: [prompt, prompt + tokens])
      // A summary is short against what it sums up: its steps are taken at the cache that it begins with.
      summary =
        Work(1, .prefill(tokens: agents * tokens))
        + Work(after, .step(sequences: 1, context: all))
    }

    var parallel: Work { thinking + summary }
  }

  func passes(_ assumptions: Assumptions) throws(ScenarioError) -> [ModelPass] {
    let ways = Ways(assumptions)
    return (ways.one + ways.parallel).passes
  }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let ways = Ways(assumptions)
    let agents = assumptions.count("agents")
    var others: [ScenarioOutcome.Value] = []
    var rows: [ScenarioPicture.Row] = []
    for role in times.pairing.roles {
      let model = times.pairing.model(role)
      let seconds = (
        one: try times.seconds(of: ways.one, role),
        agents: try times.seconds(of: ways.parallel, role)
      )
      rows.append(
        .init(
          model.id,
          [
            .init("one sequence", .baseline, seconds.one),
            .init("agents", .measured, seconds.agents),
          ]))
      others += [
        .init("\(model.id), one sequence", "s", seconds.one),
        .init("\(model.id), agents", "s", seconds.agents),
        .init(
          "\(model.id), FLOPs of agents over those of one sequence", "",
          Quantity(try model.flops(of: ways.parallel) / model.flops(of: ways.one))),
        .init(
          "\(model.id), a step of all agents over a step of one", "",
          try times.ratio(of: ways.thinking, to: Work(assumptions["tokens"], ways.firstStep), role)),
      ]
      if let layer = model.dominantSparseLayer {
        others.append(
          .init(
            "\(model.id), experts that all agents reach in a step over those of one", "",
            Quantity(
              layer.expectedDistinctExperts(tokens: agents)
                / layer.expectedDistinctExperts(tokens: 1))))
      }
      if times.pairing.hasTwo, role == .baseline {
        others.append(
          .init(
            "\(model.id), time saved", "",
            try times.ratio(of: ways.one, to: ways.parallel, role)))
      }
    }
    return ScenarioOutcome(
      .init(
        "time saved, one sequence over agents", "",
        try times.ratio(of: ways.one, to: ways.parallel, .candidate)), others,
      picture: ScenarioPicture("How long the same thinking takes", unit: "s", rows))
  }
}

extension ParallelAgents.Ways {
  /// The first step of one sequence.
  fileprivate var firstStep: ModelPass { one.terms[0].pass }
}
