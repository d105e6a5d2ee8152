import ArgumentParser
import LayerSpec
import ModelSpec
import Reporter
import Runner

/// `tenfold roofline`: how fast this machine computes and reads at most.
struct RooflineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roofline",
    abstract: "Measures this machine's peak FLOP/s and read bandwidth.",
    discussion: """
      Both for one thread, two, four and so on up to --threads. They are what roofline shares are
      shares of; every run measures its own, before, beside and after its cells.
      """)

  @Option(
    help: ArgumentHelp(
      "Most threads to measure with (default: one on each core that may be used).",
      valueName: "count"),
    transform: OptionValue.count)
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      """
      How operands are stored: \(WeightFormat.known.map(\.name).joined(separator: " or ")) \
      (default: each).
      """, valueName: "precision"),
    transform: OptionValue.format)
  var precision: WeightFormat?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let machine = MachineProbe.current
    let most = try machine.threads(asked: threads)
    try machine.requireMemoryForCeilings(threads: most)
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    let document = RooflineDocument(
      machine: machine.identity, ceilings: try ceilings(of: machine, upTo: most))
    try destination.write(
      output.render(RooflineReport.page(of: document), document: document))
  }

  /// The ceilings of each number of threads, with memory that these wrote: on several NUMA nodes it lies where
  /// they are.
  private func ceilings(of machine: MachineProbe, upTo most: Int) throws(Failure) -> [Ceiling] {
    let formats = precision.map { [$0] } ?? WeightFormat.known
    var ceilings: [Ceiling] = []
    for threads in Self.doubling(upTo: most) {
      guard
        let probe = CeilingProbe(
          threads: threads, formats: formats, machine: machine.identity, nodes: machine.nodes)
      else {
        throw Failure(
          .unavailable,
          "this CPU lacks x86-64-v2 (SSE4.2), which measuring its ceilings needs; use a newer one")
      }
      ceilings += probe.measure(.full)
    }
    return ceilings
  }

  /// 1, 2, 4 and so on below `most`, and then `most` itself.
  static func doubling(upTo most: Int) -> [Int] {
    Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < most }) + [most]
  }
}
