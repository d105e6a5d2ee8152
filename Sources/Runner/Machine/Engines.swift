import LayerSpec
import MoEKernel
import ModelSpec

/// An engine that is ready to multiply, with what a record says of it.
///
/// The command line holds one without knowing what is behind it.
public struct OpenedEngine: Sendable {
  /// The library behind the engine, as observed; `nil` for one that uses none.
  public let blas: BLASIdentity?

  /// The instruction set that the engine was built for, such as `v4`; `nil` where that is not its own.
  public let instructionSet: String?

  /// What it was told when it was opened, as far as it listens to that.
  public let settings: EngineSettings

  /// What it chose by trying what this CPU does best, by the name of the choice; empty where it tries nothing.
  public let choices: [String: String]

  let engine: any Engine

  /// An engine with what a record says of it.
  public init(
    _ engine: any Engine, blas: BLASIdentity? = nil, instructionSet: String? = nil,
    settings: EngineSettings = EngineSettings(), choices: [String: String] = [:]
  ) {
    self.engine = engine
    self.settings = settings
    self.blas = blas
    self.instructionSet = instructionSet
    self.choices = choices
  }

  /// The name that options take and records carry.
  public var name: String { engine.name }
}

/// An engine that can be opened by its name.
public struct EngineEntry: Sendable {
  /// Its name, and which settings it listens to.
  public let traits: EngineTraits
  /// The formats of weights that it multiplies: those that it has products for, then those of the codecs.
  public let formats: [WeightFormat]
  /// Loads what the engine needs, such as a library.
  fileprivate let opening: @Sendable (EngineSettings) throws(EngineError) -> OpenedEngine

  /// The name, as `--engine` takes it.
  public var name: String { traits.name }

  /// Opens the engine.
  ///
  /// - Throws: `EngineError` when it cannot be used here.
  public func open(_ settings: EngineSettings) throws(EngineError) -> OpenedEngine {
    try opening(settings)
  }
}

/// What engines may be told.
public struct EngineSettings: Sendable {
  /// The BLAS library's file or name; `nil` for the default one.
  public var library: String?
  /// The value of `TENFOLD_ISA`, which asks for a lower instruction set; `nil` for none.
  public var forcedLevel: String?

  /// What engines of another process on this CPU chose by trying, which is not tried again; empty for nothing.
  public var choices: [String: String]

  /// Settings for whichever engine is opened; each listens to its own.
  public init(
    library: String? = nil, forcedLevel: String? = nil, choices: [String: String] = [:]
  ) {
    self.library = library
    self.forcedLevel = forcedLevel
    self.choices = choices
  }
}

/// An engine that cannot be used here, with the sentence that says why.
public struct EngineError: Error, Sendable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String

  init(_ error: any Error) { description = "\(error)" }

  /// An engine that cannot be used for the reason that a sentence gives.
  init(_ sentence: String) { description = sentence }
}

/// The engines that can be named: adding one is a line here, its traits, and a
/// folder that conforms to `Engine`.
public enum Engines {
  /// All of them; the first is the default.
  public static let table = [
    EngineEntry(
      traits: .tile, formats: TileEngine.nativeFormats + codecs.map(\.format), opening: openTile),
    EngineEntry(
      traits: .blas, formats: BLASEngine.nativeFormats + codecs.map(\.format), opening: openBLAS),
  ]

  /// Formats that an engine without products of them decodes before it multiplies; all engines take them.
  static let codecs: [any WeightCodec] = []

  /// The environment variable that asks for a lower instruction set.
  public static var levelVariable: String { TileEngine.levelVariable }

  /// The name of the library that is opened when no path is given.
  public static var defaultLibrary: String { BLASLibrary.defaultPath }

  /// The library that the `blas` engine would use here, `nil` when there is none: part of a machine's
  /// description also where another engine multiplies.
  public static var installedBLAS: BLASIdentity? { (try? openBLAS(EngineSettings()))?.blas }

  private static func openTile(_ settings: EngineSettings) throws(EngineError) -> OpenedEngine {
    do {
      // Who opens an engine without knowing of choices takes none away that others have told.
      if !settings.choices.isEmpty { TileEngine.adopt(settings.choices) }
      let engine = try TileEngine(forcedLevel: settings.forcedLevel, codecs: codecs)
      return OpenedEngine(
        engine, instructionSet: engine.levelName,
        settings: EngineSettings(forcedLevel: settings.forcedLevel, choices: settings.choices),
        choices: TileEngine.choices)
    } catch {
      throw EngineError(error)
    }
  }

  static func openBLAS(_ settings: EngineSettings) throws(EngineError) -> OpenedEngine {
    do {
      let library = try BLASLibrary.open(path: settings.library)
      return OpenedEngine(
        BLASEngine(library: library, codecs: codecs),
        blas: BLASIdentity(
          path: library.path, version: library.version, core: library.core,
          threads: library.threads ?? 1, interface: library.interface,
          config: library.config.isEmpty ? nil : library.config),
        settings: EngineSettings(library: settings.library))
    } catch {
      throw EngineError(error)
    }
  }
}
