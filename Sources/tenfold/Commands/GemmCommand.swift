import ArgumentParser
import FoundationEssentials
import ModelSpec
import Reporter
import Runner

/// `tenfold gemm`: the matrix product alone, each engine.
struct GemmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gemm",
    abstract: "Measures the matrix product alone, engine beside engine.",
    discussion: """
      Multiplies M rows of K elements with a matrix W[N×K] that comes from memory, as a layer's \
      weights do, for each M. Engines take turns within short rounds; every result is compared with \
      a reference before it is timed. Without --engine all run that have the precision.
      """)

  @Option(
    help: ArgumentHelp(
      "M, rows of the input, such as 1,16,256 or 1-1024*2 (the default).",
      valueName: "list"), transform: OptionValue.tokenCounts)
  var m = NumberList(values: ProductRequest.defaultRows)

  @Option(
    help: ArgumentHelp(
      "N, outputs: rows of W (default: \(ProductRequest.defaultOutputs)).", valueName: "size"),
    transform: OptionValue.size)
  var n = ProductRequest.defaultOutputs

  @Option(
    help: ArgumentHelp(
      "K, inputs: columns of W (default: \(ProductRequest.defaultInputs)).", valueName: "size"),
    transform: OptionValue.size)
  var k = ProductRequest.defaultInputs

  @OptionGroup var engine: EngineOptions
  @OptionGroup var passes: PassOptions
  @OptionGroup var output: OutputOptions

  /// Refuses all that can be refused before anything is allocated or measured.
  func run() throws {
    let machine = MachineProbe.current
    let request = ProductRequest(
      rows: m.values, outputs: n, inputs: k, format: engine.precision,
      threads: try passes.threading.threads(on: machine), memoryBytes: machine.defaultMemoryBytes,
      seed: passes.seed, effort: MeasuringOptions.effort)
    let engines = try engine.open(opensAll: true)
    let identity = machine.identity
    let plan: RunPlan
    do {
      plan = try RunPlan(request, engines: engines, machine: identity)
    } catch {
      throw Failure(error)
    }
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    Interruption.listen()
    let created = Date.now.ISO8601Format()
    let run = Run(plan, throttling: ThrottleMeter(machine), nodes: machine.nodes)
    let failure = Self.measure(run)
    if let failure, run.cells.isEmpty { throw failure }
    let document = ProductDocument(
      run, request: request, engines: engines, created: created, tool: ToolVersion.identity,
      machine: identity, failure: failure.map { "\($0)" })
    try destination.write(output.render(ProductReport.page(of: document), document: document))
    if let failure { throw failure }
  }

  /// Measures all points and shows on standard error how far it is.
  ///
  /// - Returns: why it ended early, `nil` when it did not.
  private static func measure(_ run: Run) -> Failure? {
    var line = StatusLine()
    defer { line.clear() }
    do {
      try run.measure(
        progress: { line.show(.init($0)) },
        isCancelled: { Interruption.status != nil })
      return nil
    } catch RunError.cancelled {
      return Failure(
        Interruption.status ?? .interrupted,
        "interrupted; the document holds the points that were finished")
    } catch {
      return Failure(.mismatch, "\(error)")
    }
  }
}
