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
    try ToolVersion.requireReleaseBuild()
    let destination = try output.destination()
    let document = RooflineDocument(
      machine: machine.identity, ceilings: try ceilings(of: machine.identity, upTo: most))
    try destination.write(
      output.render(RooflineReport.page(of: document), document: document))
  }

  private func ceilings(of machine: MachineIdentity, upTo most: Int) throws(Failure) -> [Ceiling] {
    let formats = precision.map { [$0] } ?? WeightFormat.known
    guard
      let probe = CeilingProbe(
        threads: Self.doubling(upTo: most), formats: formats, machine: machine)
    else {
      throw Failure(
        .unavailable,
        "this CPU lacks x86-64-v2 (SSE4.2), which measuring its ceilings needs; use a newer one")
    }
    return probe.measure(.full)
  }

  /// 1, 2, 4 and so on below `most`, and then `most` itself.
  static func doubling(upTo most: Int) -> [Int] {
    Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < most }) + [most]
  }
}
