import LayerSpec
import MoEKernel
import ModelSpec

/// An engine that is ready to multiply, with what a record says of it.
///
/// The command line holds one without knowing what is behind it.
public struct OpenedEngine: Sendable {
  /// The library behind the `blas` engine, as observed; `nil` for another engine.
  public let blas: BLASIdentity?

  /// The instruction set of the `tile` engine, such as `v4`; `nil` for another engine.
  public let instructionSet: String?

  let engine: Engine

  /// `blas` or `tile`.
  public var name: String { engine.name }

  /// Opens the `blas` engine.
  ///
  /// - Parameter path: the library's file or name; `nil` for the default one.
  /// - Throws: `BLASError` when the library cannot be used.
  public static func blas(path: String?) throws(BLASError) -> OpenedEngine {
    let library = try BLASLibrary.open(path: path)
    return OpenedEngine(
      blas: BLASIdentity(
        path: library.path, version: library.version, core: library.core,
        threads: library.threads ?? 1, interface: library.interface,
        config: library.config.isEmpty ? nil : library.config),
      instructionSet: nil, engine: .blas(library))
  }

  /// Chooses the `tile` engine's best instruction set for this CPU.
  ///
  /// - Parameter forcedLevel: the value of `TENFOLD_ISA`, which asks for a lower one; `nil` for none.
  /// - Throws: `TileLevelError` when the CPU does not have what is asked for.
  public static func tile(
    precision: Precision, forcedLevel: String?
  ) throws(TileLevelError) -> OpenedEngine {
    let engine = try TileEngine(forcedLevel: forcedLevel, precision: precision)
    return OpenedEngine(blas: nil, instructionSet: engine.levelName, engine: .tile(engine))
  }

  /// The environment variable that asks for a lower instruction set.
  public static var levelVariable: String { TileEngine.levelVariable }

  /// The library that the `blas` engine would use here, `nil` when there is none: part of a machine's
  /// description also where another engine multiplies.
  public static var installedBLAS: BLASIdentity? { (try? blas(path: nil))?.blas }

  /// The name of the library that is opened when no path is given.
  public static var defaultBLAS: String { BLASLibrary.defaultPath }

  private init(blas: BLASIdentity?, instructionSet: String?, engine: Engine) {
    self.blas = blas
    self.instructionSet = instructionSet
    self.engine = engine
  }
}

extension Verifier {
  /// A verifier of an opened engine with one worker: golden layers are small.
  public init(engine: OpenedEngine) {
    self.init(engine: engine.engine, pool: WorkerPool(threads: 1))
  }
}
