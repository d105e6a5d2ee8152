import FoundationEssentials
import ModelSpec

/// What two records must share so that their times can be held against each other.
struct Comparability {
  /// A field in which two records differ.
  struct Difference: Hashable {
    /// Its place in the document: `machine.cpu`.
    let field: String
    /// Its value in BASE, `absent` where it is not there.
    let base: String
    /// Its value in HEAD.
    let head: String

    /// `machine.cpu is 'A' in BASE and 'B' in HEAD`.
    var sentence: String { "\(field) is '\(base)' in BASE and '\(head)' in HEAD" }

    /// Whether engines chose differently, which a build does to itself where its trial is close.
    var isChoice: Bool { Comparability.choice(field) != nil }
  }

  /// The fields that end a comparison because the records differ in them, in the order of their names.
  let differences: [Difference]
  /// The fields in which the records differ and that a reader should know of.
  let cautions: [Difference]

  /// Compares machine, toolchain, BLAS, instruction set, seed, and the routing of cells that both hold.
  ///
  /// All fields of machine, toolchain and BLAS count, also those that later versions add, except
  /// `mayDiffer` and cautions. Options do not count: each cell holds its own conditions, and one
  /// that was asked for and not measured is missing.
  ///
  /// - Throws: `RecordError` when a field is no number that JSON knows.
  init(base: Record, head: Record) throws(RecordError) {
    let before = try Self.fields(of: base)
    let after = try Self.fields(of: head)
    let all = Set(before.keys).union(after.keys).sorted().compactMap { field -> Difference? in
      guard !Self.mayDiffer(field), base.tells(field), head.tells(field) else { return nil }
      let (old, new) = (before[field], after[field])
      guard old != new, !Self.isAlike(field, old, new) else { return nil }
      if field == "instruction_set", base.lacksInstructionSet || head.lacksInstructionSet {
        return nil
      }
      return Difference(field, old?.description, new?.description)
    }
    cautions = all.filter(Self.isPatch)
    differences =
      all.filter { !Self.isPatch($0) }
      + Self.routingDifferences(CellMatching(base: base.cells, head: head.cells).matches)
  }

  /// True for the build, which is what is compared, for the names of containers, which are new each
  /// time, and for counters of throttling, which never stand still.
  private static func mayDiffer(_ field: String) -> Bool {
    ["tool.commit", "tool.version", "machine.processors.quota_group"].contains(field)
      || field.hasPrefix("machine.throttling.")
  }

  /// Fields that say which of a machine's processors and nodes were used; how many is another
  /// field.
  private static let places: Set<String> = Set(
    ["online", "offline", "affinity", "cpuset"].map { "machine.processors.\($0)" }
      + ["processor_nodes", "allowed_nodes"].map { "machine.memory.\($0)" })

  /// How far memory sizes may differ, as a fraction: the kernel keeps a little more or less for
  /// itself at each start.
  private static let memoryLeeway = 0.01

  private static func isAlike(_ field: String, _ old: Field?, _ new: Field?) -> Bool {
    guard field == memory, case .count(let old) = old, case .count(let new) = new
    else { return false }
    return abs(Double(old) - Double(new)) <= memoryLeeway * Double(max(old, new))
  }

  /// True for what an update of the machine or another placement of a job changes from day to day.
  ///
  /// Such a difference may well move a time, but if it ended the comparison, a baseline record
  /// would have to be measured again after every patch.
  private static func isPatch(_ difference: Difference) -> Bool {
    switch difference.field {
    case kernel: true
    case operatingSystem: release(difference.base) == release(difference.head)
    default: places.contains(difference.field) || difference.isChoice
    }
  }

  /// The name of the choice that a field holds; `nil` for any other field.
  fileprivate static func choice(_ field: String) -> String? {
    field.hasPrefix(choices) ? String(field.dropFirst(choices.count)) : nil
  }

  private static let choices = "choices."

  private static let kernel = "machine.kernel"
  static let operatingSystem = "machine.operating_system"
  private static let memory = "machine.memory_bytes"

  /// Whether a field must be equal to the letter, or by its release, in two records that can be compared.
  static func isExact(_ field: String) -> Bool {
    !mayDiffer(field) && !places.contains(field) && field != kernel && field != memory
  }

  /// The words of a system's name with versions cut to their first number: `Ubuntu 22.04.3 LTS` and
  /// `Ubuntu 22.04.4 LTS` are one release.
  static func release(_ system: String) -> [Substring] {
    system.split(separator: " ").map { word in
      word.first?.isNumber == true ? word.prefix { $0.isNumber } : word
    }
  }

  /// Differences in what decides the experts of tokens and is not in a cell's id.
  private static func routingDifferences(_ matches: [CellMatching.Match]) -> [Difference] {
    var differences: [Difference] = []
    for match in matches {
      guard let before = match.base.routing, let after = match.head.routing else { continue }
      for (field, old, new) in [
        ("cells.routing.digest", before.digest, after.digest),
        ("cells.routing.seed", "\(before.seed)", "\(after.seed)"),
      ] where old != new && !differences.contains(where: { $0.field == field }) {
        differences.append(Difference(field, old, new))
      }
    }
    return differences
  }

  /// What must agree, by field: `machine.cpu`, `options.seed`.
  static func fields(of record: Record) throws(RecordError) -> [String: Field] {
    let identity = Identity(
      machine: record.machine, tool: record.tool, blas: record.blas,
      instructionSet: record.instructionSet, choices: record.choices,
      options: .init(seed: record.options.seed))
    do {
      let data = try DocumentCoding.encoder.encode(identity)
      // Keys are in the document's own spelling already.
      let tree = try JSONDecoder().decode(Field.self, from: data)
      var fields: [String: Field] = [:]
      tree.spread(under: "", into: &fields)
      return fields
    } catch {
      throw RecordError(DocumentCoding.sentence(error))
    }
  }

  private struct Identity: Encodable {
    var machine: MachineIdentity
    var tool: ToolIdentity
    var blas: BLASIdentity?
    var instructionSet: String?
    var choices: [String: String]?
    var options: Options

    /// The only option that decides random inputs which no cell records.
    struct Options: Encodable {
      var seed: UInt64
    }
  }
}

extension Record {
  /// False for a field that this record, of an earlier version, did not have yet.
  fileprivate func tells(_ field: String) -> Bool {
    if field.hasPrefix("machine.processors.") { return machine.processors != nil }
    if field.hasPrefix("machine.memory.") { return machine.memory != nil }
    // Builds with other candidates choose among others, by other names.
    if let name = Comparability.choice(field) { return choices?[name] != nil }
    return true
  }

  /// True where no engine that chooses an instruction set was measured; its cells in another record are
  /// missing from this one.
  fileprivate var lacksInstructionSet: Bool {
    instructionSet == nil && cells.map(\.engine).firstEngine(where: \.choosesInstructionSet) == nil
  }
}

extension Comparability.Difference {
  /// A field with its values; `absent` is said where there is none.
  fileprivate init(_ field: String, _ base: String?, _ head: String?) {
    self.init(field: field, base: base ?? "absent", head: head ?? "absent")
  }
}

extension Comparability {
  /// A value of a document, without its place.
  enum Field: Hashable, Decodable, CustomStringConvertible {
    case count(UInt64)
    case number(Double)
    case text(String)
    case flag(Bool)
    case list([Field])
    case object([String: Field])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(UInt64.self) {
        self = .count(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else if let value = try? container.decode([Field].self) {
        self = .list(value)
      } else {
        self = .object(try container.decode([String: Field].self))
      }
    }

    /// Enters each value under its path.
    func spread(under path: String, into fields: inout [String: Field]) {
      guard case .object(let object) = self else {
        fields[path] = self
        return
      }
      for (key, value) in object {
        value.spread(under: path.isEmpty ? key : "\(path).\(key)", into: &fields)
      }
    }

    var description: String {
      switch self {
      case .count(let value): "\(value)"
      case .number(let value): Figures.significant(value, digits: 15, trimmed: true)
      case .text(let value): value
      case .flag(let value): "\(value)"
      case .list(let values): values.map(\.description).joined(separator: ",")
      case .object(let object):
        object.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      }
    }
  }
}
