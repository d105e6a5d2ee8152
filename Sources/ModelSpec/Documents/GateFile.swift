import FoundationEssentials
import LayerSpec

/// A gate file, `tenfold.gate.json` in a repository: what is measured and what is accepted, reviewed like code.
///
/// Percentages and times are written as the command line has them, `3%` and `10m`, and read by the same rules.
public struct GateFile: Codable, Hashable, Sendable {
  /// The schema this version reads and writes.
  public static let currentSchema = "tenfold.gate-file/1"
  /// Its name unless another is given.
  public static let usualName = "tenfold.gate.json"

  /// Name and version of the schema.
  public var schema: String
  /// The slowdown that must not go unseen.
  public var detect: String?
  /// The slowdown that is accepted.
  public var tolerance: String?
  /// What the gate may take.
  public var budget: String?
  /// Worker threads of all cells; absent for as many as run at full speed.
  public var threads: Int?
  /// The seed of all coins, weights and inputs.
  public var seed: UInt64?
  /// What is measured; absent for the usual suite, or where `command` has cells of its own.
  public var suite: [Group]?
  /// Other bounds for some cells; the first that matches counts.
  public var bounds: [Bounds]?
  /// The shell command that builds a revision, run in a checkout of it; absent for Tenfold's own build.
  public var build: String?
  /// The shell command that prints samples, run in that checkout.
  public var command: String?

  /// Cells: all combinations of what is listed.
  public struct Group: Codable, Hashable, Sendable {
    /// Catalogue ids, or paths of `config.json` files.
    public var models: [String]
    /// What a pass does; absent for feed-forward layers.
    public var workload: String?
    /// T of passes.
    public var tokens: [Int]?
    /// B of passes.
    public var sequences: [Int]?
    /// C of passes.
    public var context: [Int]?
    /// Engines by name; absent for the default one.
    public var engines: [String]?
    /// Weight formats; absent for f32.
    public var precisions: [String]?

    /// A group.
    public init(
      models: [String], workload: String? = nil, tokens: [Int]? = nil, sequences: [Int]? = nil,
      context: [Int]? = nil, engines: [String]? = nil, precisions: [String]? = nil
    ) {
      self.models = models
      self.workload = workload
      self.tokens = tokens
      self.sequences = sequences
      self.context = context
      self.engines = engines
      self.precisions = precisions
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case models, workload, tokens, sequences, context, engines, precisions
    }

    /// Decodes a group and refuses keys that it does not have.
    public init(from decoder: any Decoder) throws {
      try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
      let values = try decoder.container(keyedBy: CodingKeys.self)
      models = try values.decode([String].self, forKey: .models)
      workload = try values.decodeIfPresent(String.self, forKey: .workload)
      tokens = try values.decodeIfPresent([Int].self, forKey: .tokens)
      sequences = try values.decodeIfPresent([Int].self, forKey: .sequences)
      context = try values.decodeIfPresent([Int].self, forKey: .context)
      engines = try values.decodeIfPresent([String].self, forKey: .engines)
      precisions = try values.decodeIfPresent([String].self, forKey: .precisions)
    }
  }

  /// Bounds of the cells whose names match a pattern.
  public struct Bounds: Codable, Hashable, Sendable {
    /// The pattern; `*` stands for anything.
    public var cells: String
    /// The slowdown that must not go unseen; absent for that of the file.
    public var detect: String?
    /// The slowdown that is accepted; absent for that of the file.
    public var tolerance: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case cells, detect, tolerance
    }

    /// Decodes bounds and refuses keys that they do not have.
    public init(from decoder: any Decoder) throws {
      try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
      let values = try decoder.container(keyedBy: CodingKeys.self)
      cells = try values.decode(String.self, forKey: .cells)
      detect = try values.decodeIfPresent(String.self, forKey: .detect)
      tolerance = try values.decodeIfPresent(String.self, forKey: .tolerance)
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case schema, detect, tolerance, budget, threads, seed, suite, bounds, build, command
  }

  /// Decodes a file and refuses keys that it does not have: a bound that is misspelt must not be ignored.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
    let values = try decoder.container(keyedBy: CodingKeys.self)
    schema = try values.decode(String.self, forKey: .schema)
    detect = try values.decodeIfPresent(String.self, forKey: .detect)
    tolerance = try values.decodeIfPresent(String.self, forKey: .tolerance)
    budget = try values.decodeIfPresent(String.self, forKey: .budget)
    threads = try values.decodeIfPresent(Int.self, forKey: .threads)
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
    suite = try values.decodeIfPresent([Group].self, forKey: .suite)
    bounds = try values.decodeIfPresent([Bounds].self, forKey: .bounds)
    build = try values.decodeIfPresent(String.self, forKey: .build)
    command = try values.decodeIfPresent(String.self, forKey: .command)
  }

  /// Reads a gate file.
  ///
  /// - Throws: `RecordError` with what is wrong, and where.
  public init(decoding bytes: [UInt8]) throws(RecordError) {
    let data = try JSONInput(bytes).data
    do {
      let file = try DocumentCoding.decoder.decode(GateFile.self, from: data)
      guard file.schema == Self.currentSchema else {
        throw RecordError(
          "the schema is \(file.schema), and this tenfold reads \(Self.currentSchema)")
      }
      self = file
    } catch let error as RecordError {
      throw error
    } catch {
      throw RecordError(DocumentCoding.sentence(error))
    }
  }

  /// A file with the usual suite and bounds, to begin with.
  public init(detect: String, tolerance: String, suite: [Group]) {
    schema = Self.currentSchema
    self.detect = detect
    self.tolerance = tolerance
    self.suite = suite
  }
}

/// A key of any name.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// Refuses an object with a key that is not among `known`.
  fileprivate func refuseUnknownKeys(_ known: [String]) throws {
    let keys = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
    guard let unknown = keys.first(where: { !known.contains($0) }) else { return }
    throw RecordError(
      "there is no key \"\(unknown)\"; the keys are \(known.joined(separator: ", "))")
  }
}
