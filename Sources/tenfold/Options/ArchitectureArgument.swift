import ModelSpec

/// Finds the architecture that the user named.
enum ArchitectureArgument {
  /// The architecture of a catalogue id, or of a Hugging Face `config.json` when `name` looks like a
  /// path (has a slash, ends in `.json`) or is the name of a file.
  ///
  /// - Parameter others: further names that would have been accepted.
  /// - Throws: `Failure` with status 64 for an unknown id, with the nearest ones; 65 for a
  ///   configuration that cannot be read.
  static func resolve(
    _ name: String, besides others: [String] = []
  ) throws(Failure) -> Architecture {
    if let architecture = Catalogue.architecture(id: name) { return architecture }
    if Catalogue.entry(id: name) != nil {
      throw Failure(.usage, "the sizes of \(name) were never published; name another architecture")
    }
    guard name.contains("/") || name.hasSuffix(".json") || InputFile.exists(name) else {
      throw Failure(
        .usage,
        "there is no architecture '\(name)'; "
          + Suggestion.sentence(Catalogue.nearest(name, besides: others).map { [$0] } ?? [])
          + " (tenfold models lists them), or give "
          + (others.isEmpty ? "" : "\(others.joined(separator: ", ")) or ")
          + "the path of a config.json")
    }
    let bytes = try InputFile.readDocument(name, as: "configuration")
    do {
      return try Architecture(configJSON: bytes, id: name)
    } catch {
      throw Failure(.badInput, "the configuration \(name) is refused: \(error)")
    }
  }
}
