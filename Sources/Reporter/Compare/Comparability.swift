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
  }

  /// The fields in which the records differ, in the order of their names.
  let differences: [Difference]

  /// Compares machine, toolchain, BLAS, instruction set and options.
  ///
  /// All fields of these count, also those that later versions add, except `mayDiffer`.
  ///
  /// - Throws: `RecordError` when a field is no number that JSON knows.
  init(base: Record, head: Record) throws(RecordError) {
    let before = try Self.fields(of: base)
    let after = try Self.fields(of: head)
    differences = Set(before.keys).union(after.keys).sorted().compactMap { field in
      guard !Self.mayDiffer.contains(field) else { return nil }
      let (old, new) = (before[field], after[field])
      guard old != new, !Self.isAlike(field, old, new) else { return nil }
      return Difference(
        field: field, base: old?.description ?? Self.absent, head: new?.description ?? Self.absent)
    }
  }

  /// Two builds are what is compared, and a larger budget only adds rounds.
  private static let mayDiffer: Set<String> = [
    "tool.commit", "tool.version", "options.budget_seconds",
  ]

  private static let absent = "absent"

  /// The kernel keeps some memory for itself, a little more or less at each start.
  private static let memoryLeeway = 0.01

  private static func isAlike(_ field: String, _ old: Field?, _ new: Field?) -> Bool {
    guard field == "machine.memory_bytes", case .count(let old) = old, case .count(let new) = new
    else { return false }
    return abs(Double(old) - Double(new)) <= memoryLeeway * Double(max(old, new))
  }

  /// The identity of a run by field: `machine.cpu`, `options.tokens`.
  private static func fields(of record: Record) throws(RecordError) -> [String: Field] {
    let identity = Identity(
      machine: record.machine, tool: record.tool, blas: record.blas,
      instructionSet: record.instructionSet, options: record.options)
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
    var options: RunOptions
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
