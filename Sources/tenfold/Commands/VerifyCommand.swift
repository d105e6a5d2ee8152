import ArgumentParser
import FoundationEssentials
import LayerSpec
import ModelSpec
import Reporter
import Runner

/// `tenfold verify`: runs golden layers and compares with the outputs that came with them.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Runs golden layers and compares with their published outputs.",
    discussion: """
      A golden layer is a directory with config.json, layer.safetensors (the tensors of one layer \
      under their checkpoint names) and io.safetensors (hidden_states and output). One with \
      gradients.safetensors (named as the tensors) is also trained for a step, from the cotangent in \
      io.safetensors. Ends with 1 when a layer differs.
      """)

  /// The largest tensor file that is read; a layer of the largest published model has fewer bytes.
  private static let largestTensorBytes = 64 << 30

  @Argument(help: "Directories of golden layers.")
  var directories: [String]

  @OptionGroup var engine: EngineOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let models = try directories.map { try Self.model(in: $0) }
    let verifiers = try engine.open().map { Verifier(engine: $0, formats: engine.formats) }
    let destination = try output.destination()
    var results: [VerifyResult] = []
    for (directory, model) in zip(directories, models) {
      let layer = try Self.layer(of: model, in: directory)
      for verifier in verifiers {
        do {
          results.append(
            contentsOf: try verifier.verify(
              layer, family: model.family, directory: directory))
        } catch {
          throw Failure(.usage, "the golden layer \(directory) cannot be verified: \(error)")
        }
      }
    }
    let document = VerifyDocument(results: results)
    try destination.write(
      output.render(VerifyReport.page(of: document), document: document))
    // Every engine has a result of its own for the same layer.
    let failed = results.filter { !$0.passed }.map(\.directory).uniqued()
    guard failed.isEmpty else {
      throw Failure(
        .mismatch,
        "\(failed.count) of \(results.map(\.directory).uniqued().count) layers differ: "
          + failed.joined(separator: ", ")
          + "; check the files, or try another --engine")
    }
  }

  private static func model(in directory: String) throws(Failure) -> GoldenModel {
    if InputFile.exists(directory) {
      let kind = ForeignFormat(of: directory).map { "a \($0.rawValue) file" } ?? "a file"
      throw Failure(
        .badInput,
        "\(directory) is \(kind), and a golden layer is a directory with config.json, layer.safetensors and "
          + "io.safetensors; name such a directory")
    }
    let config = try InputFile.read("\(directory)/config.json", as: "configuration")
    do {
      return try GoldenModel(config: config)
    } catch {
      throw refused(directory, error)
    }
  }

  /// The gradients that a layer may come with.
  private static let gradients = "gradients.safetensors"

  /// How often tensors are in memory at the least: as the file has them, as 32-bit floats, and as the engine
  /// stores them.
  private static let copiesOfTensors = 3

  /// Refuses files that do not fit the memory before any of them is read: a failed allocation would end the
  /// process without a word.
  private static func requireMemory(
    for files: [String], of directory: String
  ) throws(Failure) {
    var bytes = 0
    for file in files { bytes += try InputFile.size(of: "\(directory)/\(file)", as: "tensor file") }
    let (needed, overflow) = bytes.multipliedReportingOverflow(by: copiesOfTensors)
    guard let available = MachineProbe.current.availableMemoryBytes,
      overflow || needed > available
    else { return }
    throw Failure(
      .refused,
      "the golden layer \(directory) does not fit the memory: its tensor files have \(bytes) bytes, are "
        + "held \(copiesOfTensors) times, and \(available) bytes can be had; free memory, or verify "
        + "it on a larger machine")
  }

  private static func layer(
    of model: GoldenModel, in directory: String
  ) throws(Failure) -> GoldenLayer {
    let hasGradients = InputFile.exists("\(directory)/\(gradients)")
    try requireMemory(
      for: ["layer.safetensors", "io.safetensors"] + (hasGradients ? [gradients] : []),
      of: directory)
    func tensors(_ name: String) throws(Failure) -> [UInt8] {
      try InputFile.read("\(directory)/\(name)", as: "tensor file", atMost: largestTensorBytes)
    }
    let (layer, io) = (try tensors("layer.safetensors"), try tensors("io.safetensors"))
    let gradientTensors = hasGradients ? try tensors(gradients) : nil
    do {
      return try model.layer(tensors: layer, io: io, gradients: gradientTensors)
    } catch {
      throw refused(directory, error)
    }
  }

  private static func refused(_ directory: String, _ error: GoldenLayerError) -> Failure {
    Failure(.badInput, "the golden layer \(directory) is refused: \(error)")
  }
}
