import ArgumentParser
import ModelSpec
import Reporter
import Runner

/// `tenfold routing`: what a file of recorded routing says.
struct RoutingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "routing",
    abstract: "Tells how skewed recorded routing is, and which Zipf routing resembles it.",
    discussion: """
      A file holds the experts of one token after the other, as JSON lines or CSV:

        [3,17,22,40]                       one token, four experts
        {"layer":0,"experts":[3,17]}       one token of a layer
        {"layer":0,"counts":[91,12,70]}    tokens that each expert had
        layer,token,expert_0,expert_1      a header, then a line for each token

      Sources/Runner/RoutingInputs/Recordings/README.md has every accepted form, and how to make such a \
      file from what SGLang, vLLM and the FLAME-MoE traces record. tenfold run replays one with \
      --routing trace:FILE.
      """)

  @Argument(
    help: ArgumentHelp(
      "A recording; FILE#layer=N chooses a layer (default: the one with most choices).",
      valueName: "file"),
    transform: OptionValue.recording)
  var file: RecordingArgument

  @Option(
    help: ArgumentHelp(
      "The model that was recorded, a catalogue id or the path of a config.json; it tells how many "
        + "experts there are.", valueName: "architecture"))
  var architecture: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let model = try architecture.map { name throws(Failure) in
      try ArchitectureArgument.resolve(name)
    }
    let document = try file.read { (recorded) throws(RecordingError) in
      try RoutingDocument(
        recorded, layer: file.layer, name: file.path, architecture: model)
    }
    try output.destination().write(
      output.render(RoutingReport.page(of: document), document: document))
  }
}
