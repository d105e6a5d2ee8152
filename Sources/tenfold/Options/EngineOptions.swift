import ArgumentParser
import FoundationEssentials
import LayerSpec
import ModelSpec
import Runner

/// The options for the engine and the weight format.
struct EngineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      \(Self.names.joined(separator: ", ")), or a list (default: \(Self.first(usesLibrary: false)), or \
      \(Self.first(usesLibrary: true)) where --blas names a library; gemm runs those that have the precision).
      """, valueName: "list"), transform: OptionValue.engines)
  var engine: [String]?

  @Option(
    name: .customLong("precision"),
    help: ArgumentHelp(
      "How weights are stored: \(Self.precisions) (default: f32).",
      valueName: "precision"), transform: OptionValue.format)
  var askedPrecision: WeightFormat?

  @Option(
    help: ArgumentHelp(
      "BLAS library to open instead of \(Engines.defaultLibrary).", valueName: "path"))
  var blas: String?

  /// What `--engine` takes.
  static var names: [String] { Engines.table.map(\.name) + [EngineTraits.both.word] }

  /// The engine that is used when none is named, with or without a library.
  private static func first(usesLibrary: Bool) -> String {
    Engines.table.first { $0.traits.usesLibrary == usesLibrary }?.name ?? "none"
  }

  /// The weight formats, and which engines have one that not all have:
  /// `f32, or bf16 with the tile engine`.
  private static var precisions: String {
    WeightFormat.known.map { format in
      let having = Engines.table.filter { $0.formats.contains(format) }.map(\.name)
      return having.count == Engines.table.count
        ? format.name
        : "\(format) with the \(having.joined(separator: " or the ")) engine"
    }.joined(separator: ", or ")
  }

  /// The weight format, by default that of every engine.
  var precision: WeightFormat { askedPrecision ?? .f32 }

  /// The weight format of every role; networks and projections have the same one.
  var formats: FormatPlan { FormatPlan(precision) }

  func validate() throws {
    let entries = Engines.table.filter { engine?.contains($0.name) == true }
    guard blas != nil, let first = entries.first, !entries.contains(where: \.traits.usesLibrary)
    else { return }
    throw ValidationError(
      "--blas names a library, and the \(first.name) engine uses none; give one of both")
  }

  /// What was asked for of engines and formats, so that records of others are not taken for it.
  ///
  /// - Throws: as `open` does where a library was named, for which file that is the loader knows.
  func conditions() throws(Failure) -> PassConditions {
    PassConditions(
      engines: engine ?? (blas == nil ? nil : chosen(false).map(\.name)),
      library: blas == nil ? nil : try open().lazy.compactMap(\.blas?.path).first,
      format: askedPrecision)
  }

  /// These options with what they leave open.
  func completed(by conditions: PassConditions) -> EngineOptions {
    var options = self
    options.engine = engine ?? conditions.engines
    options.blas = blas ?? conditions.library
    options.askedPrecision = askedPrecision ?? conditions.format
    return options
  }

  /// Opens the engines asked for.
  ///
  /// - Parameters:
  ///   - opensAll: whether every engine that has the weight format is opened when neither an engine nor a
  ///     library is named, and not the default one alone.
  ///   - choices: what engines of another process chose by trying, which are not to try it again.
  /// - Throws: `Failure` with status 69 for a library that cannot be used, for an instruction set
  ///   that this CPU does not have, and for a weight format that an engine does not have.
  func open(
    opensAll: Bool = false, choices: [String: String] = [:]
  ) throws(Failure) -> [OpenedEngine] {
    let settings = EngineSettings(
      library: blas, forcedLevel: Self.forcedLevel, choices: choices)
    var engines: [OpenedEngine] = []
    let chosen = chosen(opensAll)
    guard !chosen.isEmpty else {
      throw Failure(.unavailable, "no engine has \(precision); give another --precision")
    }
    for entry in chosen {
      guard entry.formats.contains(precision) else {
        let others = Engines.table.filter { $0.formats.contains(precision) }.map(\.name)
        throw Failure(
          .unavailable,
          "the \(entry.name) engine has no \(precision); give --engine "
            + "\(others.joined(separator: " or ")), or --precision "
            + entry.formats.map(\.name).joined(separator: " or "))
      }
      do {
        engines.append(try entry.open(settings))
      } catch {
        throw Failure(.unavailable, "\(error)")
      }
    }
    return engines
  }

  /// The instruction set that the environment asks for; `nil` for the best one.
  static var forcedLevel: String? {
    ProcessInfo.processInfo.environment[Engines.levelVariable]
  }

  private func chosen(_ opensAll: Bool) -> [EngineEntry] {
    switch engine {
    case let names?: Engines.table.filter { names.contains($0.name) }
    // A library that was named is meant to be used.
    case nil where opensAll:
      Engines.table.filter {
        $0.formats.contains(precision) || $0.traits.usesLibrary && blas != nil
      }
    case nil: Array(Engines.table.filter { $0.traits.usesLibrary == (blas != nil) }.prefix(1))
    }
  }
}

extension EngineOptions {
  /// The engines of a list: `tile`, `both`, `tile,blas`.
  ///
  /// - Throws: `OptionError` for a word that is no engine.
  static func parse(_ text: String) throws(OptionError) -> [String] {
    var engines: [String] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard names.contains(word) else {
        throw OptionError(
          "'\(word)' is not an engine; give one of: \(names.joined(separator: ", "))")
      }
      engines += word == EngineTraits.both.word ? EngineTraits.both.names : [word]
    }
    return engines
  }
}

extension OptionValue {
  /// `tile`: an engine, or a list of them.
  static func engines(_ text: String) throws(OptionError) -> [String] {
    try EngineOptions.parse(text)
  }
}
