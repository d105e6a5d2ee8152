import ArgumentParser
import FoundationEssentials
import LayerSpec
import Runner

extension Precision: ExpressibleByArgument {}

/// Who multiplies, and with what.
struct EngineOptions: ParsableArguments {
  /// The engines by name.
  enum Choice: String, ExpressibleByArgument, CaseIterable {
    case tile, blas, both
  }

  @Option(
    help: """
      tile, blas or both (default: tile, or blas where --blas names a library; gemm runs both).
      """)
  var engine: Choice?

  @Option(help: "How weights are stored: f32, or bf16 with the tile engine.")
  var precision = Precision.f32

  @Option(
    help: ArgumentHelp(
      "BLAS library to open instead of \(OpenedEngine.defaultBLAS).", valueName: "path"))
  var blas: String?

  func validate() throws {
    guard engine != .tile || blas == nil else {
      throw ValidationError(
        "--blas names a library, and the tile engine uses none; give one of both")
    }
  }

  /// Opens the engines asked for.
  ///
  /// - Parameter unnamed: those that are meant when neither an engine nor a library is named.
  /// - Throws: `Failure` with status 69 for a library that cannot be used, for an instruction set that
  ///   this CPU does not have, and for a precision that an engine does not have.
  func open(unnamed: Choice = .tile) throws(Failure) -> [OpenedEngine] {
    // A library that was named is meant to be used.
    let choice = engine ?? (blas != nil && unnamed == .tile ? .blas : unnamed)
    var engines: [OpenedEngine] = []
    if choice != .blas { engines.append(try openTile()) }
    if choice != .tile { engines.append(try openBLAS()) }
    return engines
  }

  private func openTile() throws(Failure) -> OpenedEngine {
    let forced = ProcessInfo.processInfo.environment[OpenedEngine.levelVariable]
    do {
      return try .tile(precision: precision, forcedLevel: forced)
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
  }

  private func openBLAS() throws(Failure) -> OpenedEngine {
    guard precision == .f32 else {
      throw Failure(
        .unavailable, "the blas engine has no bf16; give --engine tile, or --precision f32")
    }
    do {
      return try .blas(path: blas)
    } catch {
      throw Failure(.unavailable, "\(error)")
    }
  }
}
