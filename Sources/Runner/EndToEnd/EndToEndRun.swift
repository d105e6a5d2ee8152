import LayerSpec
import MoEKernel
import ModelSpec
import Statistics

/// A whole model in memory, timed from tokens to logits.
///
/// Every layer has weights and a cache of its own. Rounds take the contexts by turns, forwards and backwards: each
/// reads a prompt of random tokens from its beginning, and then writes some more, so that what decoding finds in
/// the caches is what a prompt left there.
public final class EndToEndRun {
  private let plan: EndToEndPlan
  private var request: EndToEndRequest { plan.request }
  private let pool: WorkerPool
  private let watch = Stopwatch()
  private var tokens: SeededGenerator

  /// What the rounds gave so far.
  public private(set) var log: EndToEndLog
  /// What the probes of the machine's ceilings found so far.
  public private(set) var ceilings = CeilingLog()
  /// What a reader should know of the time that was taken.
  public private(set) var cautions: [String] = []

  /// How far a run is.
  public struct Progress: Hashable, Sendable {
    /// What is done, in words.
    public let doing: String
    /// The round, from 1; 0 before the first.
    public let round: Int
    /// Rounds that will be taken, as far as can be told.
    public let rounds: Int
  }

  /// Starts the worker threads; memory is written when measuring begins.
  ///
  /// - Parameter nodes: NUMA nodes that the threads share, each bound to one.
  public init(_ plan: EndToEndPlan, nodes: [ProcessorNode] = []) {
    self.plan = plan
    pool = WorkerPool(threads: plan.request.threads, nodes: nodes)
    MemoryReserve.reserve(bytes: plan.bytes.all)
    tokens = SeededGenerator(seed: plan.request.seed, purpose: "tokens of a whole model")
    log = EndToEndLog(contexts: plan.request.contexts)
  }

  /// Builds and checks the model, and takes rounds until the time is spent, at least as many as an interval takes.
  ///
  /// - Throws: `RunError.wrongOutput` where a layer computes something else than it should, and
  ///   `RunError.cancelled`, after which whole rounds are kept.
  public func measure(
    progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false }
  ) throws(RunError) {
    func stage(_ doing: String, _ round: Int = 0, of rounds: Int = 0) throws(RunError) {
      if isCancelled() { throw .cancelled }
      progress(Progress(doing: doing, round: round, rounds: rounds))
    }
    try stage("writing the weights of \(request.architecture.id)")
    let (model, arena) = try build(isCancelled)
    let tracker = CeilingTracker(
      pool: pool, sides: [plan.side], cacheBytes: plan.cacheBytes,
      arena: plan.probesArena ? arena : nil, effort: request.effort)
    defer { ceilings = tracker.log }
    tracker.probeFully()
    let workspace = model.makeWorkspace(
      maxTokens: max(request.longestContext, request.sequences), sequences: request.sequences,
      context: request.reach, pool: pool)
    try stage("checking every layer of \(request.architecture.id)")
    log.check = try EndToEndCheck(plan: plan, model: model, workspace: workspace, pool: pool).run()
    try warmUp(model, workspace, isCancelled)
    let start = watch.seconds
    var rounds = OrderStatisticInterval.minimumRounds
    var round = 0
    while round < rounds {
      try take(round: round, model, workspace, tracker) { doing throws(RunError) in
        try stage(doing, round + 1, of: rounds)
      }
      round += 1
      let elapsed = watch.seconds - start
      let affordable = Int(min(1000, request.budgetSeconds / elapsed * Double(round)))
      rounds = max(OrderStatisticInterval.minimumRounds, affordable)
    }
    if watch.seconds - start > Self.overrun * request.budgetSeconds {
      cautions.append(
        "the \(round) rounds that an interval takes lasted \(Int(watch.seconds - start)) s, longer than "
          + "the budget of \(Int(request.budgetSeconds)) s")
    }
    tracker.probeFully()
  }

  /// A budget is exceeded by more than what one slow round may add.
  private static let overrun = 1.2

  /// Writes the arena and puts the model into it; without one, each matrix is stored in its own memory.
  private func build(_ isCancelled: () -> Bool) throws(RunError) -> (DecoderModel, WeightArena?) {
    var arena: WeightArena?
    if plan.side.takesArena {
      let bytes = plan.bytes.arena
      let written = WeightArena(bytes: 0, capacity: bytes, seed: request.seed, pool: pool)
      written.grow(to: bytes, pool: pool) { !isCancelled() }
      if isCancelled() { throw .cancelled }
      arena = written
    }
    let model = DecoderModel(
      spec: plan.spec, seed: request.seed, engine: plan.side.engine, formats: plan.side.formats,
      pool: pool, in: arena.map { .view($0) } ?? .own)
    return (model, arena)
  }

  // MARK: - Passes

  /// Reads prompts into all sequences, and counts what a pass of each kind asks of the machine by where tokens
  /// really went.
  private func warmUp(
    _ model: DecoderModel, _ workspace: DecoderWorkspace, _ isCancelled: () -> Bool
  ) throws(RunError) {
    for context in request.contexts {
      workspace.rewind(to: 0)
      var use = LayerUse(plan)
      for sequence in 0..<request.sequences {
        if isCancelled() { throw .cancelled }
        use = LayerUse(plan)
        model.forward(
          draw(context), rows: rows(context, in: sequence), workspace: workspace, pool: pool
        ) { use.note($0) }
      }
      log.note(use, of: .prefill, context: context, rows: SequenceRows(tokens: context), plan)
      use = LayerUse(plan)
      model.forward(
        draw(request.sequences), rows: stepRows, workspace: workspace, pool: pool
      ) { use.note($0) }
      log.note(
        use, of: .decode, context: context,
        rows: SequenceRows(sequences: request.sequences, tokens: 1, context: context), plan)
    }
  }

  /// One prefill and one decoding at every context.
  private func take(
    round: Int, _ model: DecoderModel, _ workspace: DecoderWorkspace, _ tracker: CeilingTracker,
    stage: (String) throws(RunError) -> Void
  ) throws(RunError) {
    let contexts = round.isMultiple(of: 2) ? request.contexts : request.contexts.reversed()
    var found = EndToEndLog(contexts: request.contexts)
    for context in contexts {
      try stage(
        "measuring \(request.architecture.id) at \(context) \(context == 1 ? "token" : "tokens")")
      workspace.rewind(to: 0)
      found.note(glances: tracker.probeBriefly(), beside: .prefill, context)
      // The other sequences keep what an earlier prompt left: their caches are as long again below.
      found.append(
        time(draw(context), rows: rows(context, in: 0), model, workspace), to: .prefill, context)
      workspace.rewind(to: context)
      let between = tracker.probeBriefly()
      found.note(glances: between, beside: .prefill, context)
      found.note(glances: between, beside: .decode, context)
      var sum = TimedDecoderPass()
      for _ in 0..<request.steps {
        sum += time(draw(request.sequences), rows: stepRows, model, workspace)
      }
      found.append(sum / request.steps, to: .decode, context)
      found.note(glances: tracker.probeBriefly(), beside: .decode, context)
    }
    log.append(found)
  }

  private func time(
    _ tokens: [Int], rows: [Int], _ model: DecoderModel, _ workspace: DecoderWorkspace
  ) -> TimedDecoderPass {
    let watch = Stopwatch()
    model.forward(tokens, rows: rows, workspace: workspace, pool: pool)
    let seconds = watch.seconds
    return TimedDecoderPass(
      seconds: seconds, layerSeconds: workspace.phases.blockSeconds,
      headSeconds: workspace.phases.headSeconds)
  }

  /// Random tokens: what a model would write next is no question of time.
  private func draw(_ count: Int) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0..<plan.spec.vocabulary, using: &tokens) }
  }

  private func rows(_ count: Int, in sequence: Int) -> [Int] {
    (0..<request.sequences).map { $0 == sequence ? count : 0 }
  }
  private var stepRows: [Int] { Array(repeating: 1, count: request.sequences) }
}
