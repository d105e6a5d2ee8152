import MoEKernel
import ModelSpec

/// An engine that is ready to multiply, with what a record says of it.
///
/// The command line holds one without knowing what is behind it.
public struct OpenedEngine: Sendable {
  /// The library behind the engine, as observed.
  public let blas: BLASIdentity

  let engine: Engine

  /// Opens the BLAS engine.
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
      engine: .blas(library))
  }

  /// The name of the library that is opened when no path is given.
  public static var defaultBLAS: String { BLASLibrary.defaultPath }

  private init(blas: BLASIdentity, engine: Engine) {
    self.blas = blas
    self.engine = engine
  }
}

extension Run {
  /// Starts the worker threads on an opened engine.
  public convenience init(_ plan: RunPlan, engine: OpenedEngine) {
    self.init(plan, engine: engine.engine)
  }
}

extension Verifier {
  /// A verifier of an opened engine with one worker: golden layers are small.
  public init(engine: OpenedEngine) {
    self.init(engine: engine.engine, pool: WorkerPool(threads: 1))
  }
}
