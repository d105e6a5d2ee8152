/// What a record holds of an engine besides its name, so that a report can say it and a printed command
/// can ask for it again.
///
/// An engine that this version does not know has no traits: it is shown by its name alone.
public struct EngineTraits: Hashable, Sendable {
  /// The name, as `--engine` takes it and records carry it.
  public let name: String
  /// True where `--blas` names what multiplies.
  public let usesLibrary: Bool
  /// True where `TENFOLD_ISA` can ask for a lower instruction set than the CPU has.
  public let choosesInstructionSet: Bool

  /// Tenfold's own kernels.
  public static let tile = EngineTraits(
    name: "tile", usesLibrary: false, choosesInstructionSet: true)

  /// The matrix products of a BLAS library.
  public static let blas = EngineTraits(
    name: "blas", usesLibrary: true, choosesInstructionSet: false)

  /// The engines that this version knows.
  public static let known = [tile, blas]

  /// What `--engine` takes for Tenfold's kernels and a BLAS library beside each other, and their names.
  public static let both = (word: "both", names: [tile.name, blas.name])

  /// The engine that is meant unless another, or a library, is named.
  public static let usual = tile

  /// The engine of that name, `nil` where this version knows none.
  public static func named(_ name: String) -> EngineTraits? { known.first { $0.name == name } }
}

extension Record {
  /// The name of the engine that the record's instruction set is of: one that it measured, one that
  /// was asked for, or in older records the only one that chooses any.
  public var engineOfInstructionSet: String? {
    let engine = (cells.map(\.engine) + options.engines).firstEngine(where: \.choosesInstructionSet)
    return (engine ?? EngineTraits.known.first(where: \.choosesInstructionSet))?.name
  }
}

extension Sequence<String> {
  /// The traits of the first engine among these names that this version knows and `predicate`
  /// accepts.
  public func firstEngine(where predicate: (EngineTraits) -> Bool) -> EngineTraits? {
    lazy.compactMap(EngineTraits.named).first(where: predicate)
  }
}
