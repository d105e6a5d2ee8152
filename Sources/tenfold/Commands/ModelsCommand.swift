import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold models`: the catalogue, or one architecture's accounting.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Lists known architectures, or counts one.")

  @Argument(help: "A catalogue id or the path of a Hugging Face config.json.")
  var architecture: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens that FLOPs are counted for (default: 1).", valueName: "count"),
    transform: OptionValue.tokenCount)
  var tokens: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard architecture != nil || tokens == nil else {
      throw ValidationError("--tokens counts the work of one architecture; name it")
    }
  }

  func run() throws {
    let document = try document()
    try output.destination().write(document)
  }

  private func document() throws(Failure) -> String {
    guard let architecture else {
      let catalogue = Catalogue.architectures
      return try output.render(
        ModelsReport.page(listing: catalogue), document: CatalogueDocument(catalogue))
    }
    let resolved = try ArchitectureArgument.resolve(architecture)
    let document: ModelDocument
    do {
      document = try ModelDocument(resolved, tokens: tokens ?? 1)
    } catch {
      throw Failure(.usage, "\(architecture) cannot be counted: \(error)")
    }
    return try output.render(ModelsReport.page(of: document), document: document)
  }
}
