import ArgumentParser
import Runner

/// Who multiplies, and with what.
struct EngineOptions: ParsableArguments {
  /// The engines by name.
  enum Choice: String, ExpressibleByArgument, CaseIterable {
    case tile, blas, both
  }

  @Option(help: "blas, tile or both.")
  var engine = Choice.blas

  @Option(
    help: ArgumentHelp(
      "BLAS library to open instead of \(OpenedEngine.defaultBLAS).", valueName: "path"))
  var blas: String?

  /// Opens the engine.
  ///
  /// - Throws: `Failure` with status 69 for a library that cannot be used and for an engine that
  ///   this version does not have.
  func open() throws(Failure) -> OpenedEngine {
    guard engine == .blas else {
      throw Failure(
        .unavailable, "this tenfold has no tile engine yet; leave --engine out, or give blas")
    }
    do {
      return try .blas(path: blas)
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
  }
}
