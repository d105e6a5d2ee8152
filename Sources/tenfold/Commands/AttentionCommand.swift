import ArgumentParser
import FoundationEssentials
import LayerSpec
import ModelSpec
import Reporter
import Runner

/// `tenfold attention`: scores, softmax and sums of values alone.
struct AttentionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "Measures attention alone, of prompts and of steps of decoding.",
    discussion: """
      For each model, or for the shape that --heads, --kv-heads and --head-dim give: time, GFLOP/s, GB/s \
      and the share of the machine's ceilings, which are measured beside every point. Every pass is \
      compared with double precision before it is timed. Sequences may be longer than a model is made \
      for, which the page then says.
      """)

  @Argument(
    help: ArgumentHelp(
      "Catalogue ids or paths of a config.json (default: \(Self.usual.joined(separator: " "))).",
      valueName: "arch"))
  var architectures: [String] = []

  @Option(
    help: ArgumentHelp("Query heads of a shape of your own.", valueName: "count"),
    transform: OptionValue.size)
  var heads: Int?

  @Option(
    help: ArgumentHelp("Its heads of keys and values (default: --heads).", valueName: "count"),
    transform: OptionValue.size)
  var kvHeads: Int?

  @Option(
    help: ArgumentHelp("Elements of its keys and values (default: 128).", valueName: "size"),
    transform: OptionValue.size)
  var headDim: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens of prompts (default: \(Self.words(AttentionRequest.defaultTokens))).",
      valueName: "list"), transform: OptionValue.tokenCounts)
  var tokens: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Sequences of a step (default: \(Self.words(AttentionRequest.defaultSequences))).",
      valueName: "list"), transform: OptionValue.sequenceCounts)
  var sequences: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens in each one's cache (default: \(Self.words(AttentionRequest.defaultContext))).",
      valueName: "list"), transform: OptionValue.cachedContexts)
  var context: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Longest time, by which points have fewer rounds (default: 2m).", valueName: "time"),
    transform: OptionValue.seconds)
  var budget = AttentionRequest.defaultBudgetSeconds

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Memory for caches and scratch (default: 8GiB, or less where less is free).",
      valueName: "size"), transform: OptionValue.bytes)
  var memory: Int?

  @OptionGroup var passes: PassOptions
  @OptionGroup var output: OutputOptions

  /// Grouped attention with groups of 8, 4 and 8 of different sizes, and latent attention.
  private static let usual = ["llama2-70b", "mixtral-8x7b", "qwen3-30b-a3b", "deepseek-v3"]

  private static func words(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ",")
  }

  /// Refuses arguments that do not go together.
  ///
  /// Not before they are all parsed: the value of an option that is misspelt is an argument until then.
  private func checkArguments() throws {
    if heads == nil, kvHeads != nil || headDim != nil {
      throw ValidationError(
        "--kv-heads and --head-dim are of a shape with --heads; give --heads too")
    }
    if heads != nil, !architectures.isEmpty {
      throw ValidationError(
        "--heads gives a shape and \(architectures[0]) another; give one of both")
    }
  }

  /// Refuses all that can be refused before anything is allocated or measured.
  func run() throws {
    try checkArguments()
    let machine = MachineProbe.current
    let request = AttentionRequest(
      shapes: try shapes(),
      // Where one kind of pass is asked for, the other is not measured.
      tokens: tokens?.values
        ?? (sequences == nil && context == nil ? AttentionRequest.defaultTokens : []),
      sequences: sequences?.values ?? AttentionRequest.defaultSequences,
      context: context?.values
        ?? (sequences != nil || tokens == nil ? AttentionRequest.defaultContext : []),
      threads: try passes.threading.threads(on: machine), budgetSeconds: budget,
      memoryBytes: try machine.memoryBytes(asked: memory) ?? machine.defaultMemoryBytes,
      seed: passes.seed, effort: MeasuringOptions.effort)
    let (identity, engine) = (machine.identity, try Self.engine())
    let sweep: AttentionSweep
    do {
      sweep = try AttentionSweep(
        request, engine: engine, machine: identity, nodes: machine.nodes)
    } catch {
      throw Failure(error)
    }
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    Interruption.listen()
    let created = Date.now.ISO8601Format()
    let (points, seconds) = try Self.measure(sweep)
    let interruption = Interruption.status.map {
      Failure(
        $0,
        points.isEmpty
          ? "interrupted before a point was finished; there is nothing to print"
          : "interrupted; the document holds the points that were finished")
    }
    if let interruption, points.isEmpty { throw interruption }
    let document = AttentionDocument(
      points, seconds: seconds, request: request, engine: engine, created: created,
      tool: ToolVersion.identity,
      machine: identity, failure: interruption.map { "\($0)" })
    try destination.write(output.render(AttentionReport.page(of: document), document: document))
    if let interruption { throw interruption }
  }

  /// The shape that was given, or those of the models.
  private func shapes() throws(Failure) -> [AttentionShape] {
    guard let heads else {
      var shapes: [AttentionShape] = []
      for name in architectures.isEmpty ? Self.usual : architectures {
        do {
          shapes += try AttentionShape.shapes(of: ArchitectureArgument.resolve(name))
        } catch let failure as Failure {
          throw failure
        } catch let error as PlanError {
          throw Failure(error)
        } catch {
          throw Failure(.mismatch, "internal error: \(error); please report it")
        }
      }
      return shapes
    }
    let (keyHeads, width) = (kvHeads ?? heads, headDim ?? 128)
    do {
      let spec = try SelfAttentionSpec(
        hidden: heads, heads: heads, keyValueHeads: keyHeads, keyWidth: width, valueWidth: width,
        rotary: nil, scale: 1)
      return [AttentionShape(name: "\(heads)/\(keyHeads) heads of \(width)", spec: spec)]
    } catch LayerSpecError.headsDoNotDivide {
      throw Failure(
        .usage, "--kv-heads \(keyHeads) does not divide --heads \(heads); give a divisor")
    } catch {
      throw Failure(
        .usage,
        "--heads \(heads) of that width is refused: \(error); give smaller --heads or --head-dim"
      )
    }
  }

  /// The engine whose instruction set attention has.
  private static func engine() throws(Failure) -> OpenedEngine {
    let settings = EngineSettings(
      library: nil, forcedLevel: ProcessInfo.processInfo.environment[Engines.levelVariable])
    guard let entry = Engines.table.first(where: \.traits.choosesInstructionSet) else {
      throw Failure(.unavailable, "no engine of this build has kernels of attention")
    }
    do {
      return try entry.open(settings)
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
  }

  /// Measures all points and shows on standard error how far it is.
  private static func measure(
    _ sweep: AttentionSweep
  ) throws(Failure) -> (points: [AttentionPoint], seconds: Double) {
    var line = StatusLine()
    defer { line.clear() }
    let points = sweep.points
    do {
      return try sweep.measure(
        progress: { index in
          line.show(
            StatusLine.Step(
              cell: index + 1, cells: points.count,
              fraction: Double(index) / Double(max(1, points.count)), secondsLeft: nil,
              isVisit: true, doing: "measuring \(points[index].name)"))
        }, isCancelled: { Interruption.status != nil })
    } catch {
      throw Failure(.mismatch, "\(error)")
    }
  }
}
