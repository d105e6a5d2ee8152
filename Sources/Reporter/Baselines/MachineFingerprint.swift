import ModelSpec

/// What tells a machine and a toolchain from others whose times cannot be compared with theirs.
///
/// Equal fingerprints are no proof that two records can be compared: memory sizes, BLAS and seed are left to the
/// comparison. Other ones are proof that they cannot.
public struct MachineFingerprint: Hashable, Sendable, CustomStringConvertible {
  /// Twelve hexadecimal digits.
  public let description: String

  /// Digits of a SHA-256 hash that are kept: a chance of one in 10⁸ that two of a thousand machines share them.
  private static let digits = 12

  /// The fingerprint of the machine and toolchain that a record is of.
  ///
  /// - Throws: `RecordError` when a field of the machine is no number.
  public init(of record: Record) throws(RecordError) {
    let fields = try Comparability.machineFields(of: record)
    // A field's length before it, so that no value can pass for two fields.
    let text = fields.map { "\($0.utf8.count):\($0)" }.joined()
    description = String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(Self.digits))
  }

  /// Reads what `description` gives; `nil` for anything else.
  public init?(_ text: String) {
    guard text.utf8.count == Self.digits,
      text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
    else { return nil }
    description = text
  }

  /// In which fields of machine and toolchain two records differ, each as a part of a sentence that calls them BASE
  /// and HEAD; empty where they do not.
  public static func differences(_ base: Record, _ head: Record) -> [String] {
    guard let comparability = try? Comparability(base: base, head: head) else { return [] }
    return comparability.differences.filter { Comparability.isOfMachine($0.field) }
      .map { Escaping.terminal($0.sentence) }
  }
}

extension Comparability {
  /// Whether a field says which machine or toolchain a record is of.
  fileprivate static func isOfMachine(_ field: String) -> Bool {
    field.hasPrefix("machine.") || field == "tool.swift"
  }

  /// What must be equal of machine and toolchain, `machine.cpu=AMD EPYC`, sorted; without what may differ by a
  /// little.
  fileprivate static func machineFields(of record: Record) throws(RecordError) -> [String] {
    try fields(of: record).filter { isOfMachine($0.key) && isExact($0.key) }
      .map { field, value in
        let text = value.description
        return "\(field)=\(field == operatingSystem ? release(text).joined(separator: " ") : text)"
      }.sorted()
  }
}
