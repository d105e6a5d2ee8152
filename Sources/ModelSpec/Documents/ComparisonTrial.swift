/// A line `tenfold.compare-trial/1` of Results/calibration: two records of one build that were held against each
/// other, and what was said of them.
public struct ComparisonTrial: CalibrationTrial, Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.compare-trial/1"

  /// What is true of the later record.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// It is of the same build, measured once more.
    case same
    /// The same, with one candidate pass in ten counted twice: a tenth more work.
    case tenthPassTwice = "tenth-pass-twice"
  }

  /// Name and version of the schema.
  public var schema: String
  /// When measuring of both records began, RFC 3339.
  public var created: [String]
  /// What is true of the later one.
  public var kind: Kind
  /// The build that measured both.
  public var commit: String
  /// The processor's name as a record has it, and what tells it from others of that name.
  public var cpu: String
  /// Family, model and stepping, such as `26-2-1`; absent where there are none.
  public var cpuSignature: String?
  /// Whether the later one was measured in the forms of the earlier one (`tenfold run --like`).
  public var isLike: Bool
  /// What was said of both as if they were of two builds.
  public var verdict: CompareVerdict
  /// The same in a sentence.
  public var summary: String
  /// What all cells together say.
  public var whole: ComparisonDocument.Whole
  /// Cells that were compared.
  public var cells: Int
  /// Cells of either record that were not.
  public var leftOut: Int

  /// What a comparison said of two records as if they were of two builds.
  ///
  /// - Parameters:
  ///   - commit: the build that measured both.
  ///   - isLike: whether the later one was measured in the forms of the earlier one.
  public init(
    _ kind: Kind, commit: String, machine: MachineIdentity, isLike: Bool,
    _ comparison: ComparisonDocument
  ) {
    schema = Self.currentSchema
    created = [comparison.base.created, comparison.head.created]
    self.kind = kind
    self.commit = commit
    cpu = machine.cpu
    cpuSignature = machine.cpuSignature
    self.isLike = isLike
    verdict = comparison.verdict
    summary = comparison.summary
    whole = comparison.whole
    cells = comparison.cells.count
    leftOut =
      comparison.leftOut.count + comparison.onlyInBase.count + comparison.onlyInHead.count
  }

  /// Reads a line.
  ///
  /// - Throws: `RecordError` with what is wrong with it.
  public init(decoding line: String) throws(RecordError) {
    self = try JSONLine.decode(ComparisonTrial.self, from: line, schema: Self.currentSchema)
  }
}
