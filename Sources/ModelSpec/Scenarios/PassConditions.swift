import LayerSpec

/// What passes are measured under, as far as it is asked for.
public struct PassConditions: Hashable, Sendable {
  /// The engines, one of which computes; `nil` for any.
  public var engines: [String]?
  /// The file of the library, links resolved, by which an engine that uses one computes; `nil` for any.
  public var library: String?
  /// Worker threads; `nil` for any number.
  public var threads: Int?
  /// How weights are stored; `nil` for any format.
  public var format: WeightFormat?

  /// Conditions that leave open what is not given.
  public init(
    engines: [String]? = nil, library: String? = nil, threads: Int? = nil,
    format: WeightFormat? = nil
  ) {
    self.engines = engines
    self.library = library
    self.threads = threads
    self.format = format
  }

  /// Those that a cell of a record was measured under.
  init(_ cell: Cell, of record: Record) {
    let usesLibrary = EngineTraits.named(cell.engine)?.usesLibrary == true
    self.init(
      engines: [cell.engine], library: usesLibrary ? record.blas?.path : nil,
      threads: cell.threads, format: cell.precision)
  }

  /// Whether passes that were measured under others are of these too.
  func allow(_ others: PassConditions) -> Bool {
    engines.map { Set($0).isSuperset(of: others.engines ?? []) } != false
      && (library == nil || others.library == nil || library == others.library)
      && [nil, others.threads].contains(threads) && [nil, others.format].contains(format)
  }

  /// These, and of others what these leave open.
  public func completed(by others: PassConditions?) -> PassConditions {
    PassConditions(
      engines: engines ?? others?.engines, library: library ?? others?.library,
      threads: threads ?? others?.threads, format: format ?? others?.format)
  }

  /// `bf16 weights, 1 thread, the tile engine`; empty where nothing is asked for.
  public var phrase: String {
    let parts = [
      format.map { "\($0) weights" }, threads.map { $0 == 1 ? "1 thread" : "\($0) threads" },
      engines.map {
        "the \($0.joined(separator: " or the ")) engine" + (library.map { " with \($0)" } ?? "")
      },
    ].compactMap(\.self)
    return parts.joined(separator: ", ")
  }
}
