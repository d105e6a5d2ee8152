/// `image-tokens`: what a dense vision tower before both models leaves of their ratio, by the share of tokens that
/// come from images.
struct ImageTokens: Scenario {
  let name = "image-tokens"
  let question = "What is left of the saving when part of the input are images?"
  let formula =
    "(baseline + share x tower) / (candidate + share x tower), seconds of a token of prefill(tokens); tower = "
    + "patches x 2 x layers x (4 x width^2 + 2 x width x mlp) FLOPs, at the rate of the faster model"
  /// What is claimed of images is that they save nothing; the ratio is of images and text.
  let isSaving = false
  // Muse Spark Open's vision tower as its configuration has it.
  let assumptions = [
    Assumption.number("share", "the part of tokens that come from images", 0.5, 0...1),
    Assumption.count("tokens", "tokens of a prompt", 256),
    Assumption.count("layers", "layers of the vision tower", 50, 1...10_000),
    Assumption.count("width", "hidden size of the tower", 1536, 1...1 << 20),
    Assumption.count("mlp", "intermediate size of its networks", 8960, 1...1 << 20),
    Assumption.count("patches", "patches that become one token", 4, 1...4096),
  ]

  func passes(_ assumptions: Assumptions) -> [ModelPass] {
    [.prefill(tokens: assumptions.count("tokens"))]
  }

  /// FLOPs of the tower for one image token: matrices alone, as attention over the patches of one image is a
  /// small part of them.
  private func towerFLOPs(_ assumptions: Assumptions) -> Double {
    let width = assumptions["width"]
    return assumptions["patches"] * 2 * assumptions["layers"]
      * (4 * width * width + 2 * width * assumptions["mlp"])
  }

  func outcome(
    _ assumptions: Assumptions, of times: PassTimes
  ) throws(ScenarioError) -> ScenarioOutcome {
    let pass = ModelPass.prefill(tokens: assumptions.count("tokens"))
    let tokens = assumptions["tokens"]
    let timed = try times.pass(pass)
    let ratio = try times.ratio(of: Work(1, pass))
    let candidate = timed.candidate.seconds.median / tokens
    let tower = towerFLOPs(assumptions)
    let rate = times.flopsPerSecond(of: pass)
    guard rate > 0 else { throw .noCeilings(part: "the vision tower") }
    let seconds = tower / rate
    func mixed(_ share: Double) -> Quantity {
      ratio.rising { ($0 * candidate + share * seconds) / (candidate + share * seconds) }
    }
    let (dense, sparse) = times.pairing.forwardFLOPsPerToken
    func counted(_ share: Double) -> Quantity {
      Quantity((dense + share * tower) / (sparse + share * tower))
    }
    let share = assumptions["share"]
    let shares = Set(
      stride(from: 0, through: 1, by: 0.2).map { ($0 * 10).rounded() / 10 } + [share])
    return ScenarioOutcome(
      .init("ratio with images", "", mixed(share)),
      [
        .init("ratio of text alone", "", ratio),
        .init("ratio of FLOPs with images", "", counted(share)),
        .init("tower, FLOPs of an image token", "GFLOP", Quantity(tower / 1e9)),
        .init("tower over the candidate, FLOPs", "", Quantity(tower / sparse)),
      ],
      picture: ScenarioPicture(
        "What images leave of the ratio",
        shares.sorted().map { share in
          .init(
            "\(Int((share * 100).rounded())) % of tokens from images",
            [.init("FLOPs", .counted, counted(share)), .init("measured", .measured, mixed(share))])
        }))
  }
}

extension PassTimes {
  /// FLOP/s of the faster side in what was timed of a pass; 0 where it was not.
  func flopsPerSecond(of pass: ModelPass) -> Double {
    guard let cell = cell(of: pass) else { return 0 }
    return [cell.sides.baseline, cell.sides.candidate]
      .map { Double($0.flops) / $0.secondsMedian }.max() ?? 0
  }
}

extension ScenarioPairing {
  /// FLOPs of one token at the beginning of a sequence.
  var forwardFLOPsPerToken: (baseline: Double, candidate: Double) {
    (
      Double(baseline.forwardFLOPs(tokens: 1).total),
      Double(candidate.forwardFLOPs(tokens: 1).total)
    )
  }

  /// Its sides, the candidate first; one where both are the same model.
  var roles: [Role] { hasTwo ? [.candidate, .baseline] : [.candidate] }
}
