/// The JSON document `tenfold.doctor/1`: what on a machine would spoil a measurement.
public struct DoctorDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.doctor/1"

  /// Name and version of the schema, `tenfold.doctor/1` in what this version writes.
  public var schema: String
  /// The machine that was looked at.
  public var machine: MachineIdentity
  /// What was found, the worst first; empty for a healthy machine.
  public var findings: [Finding]
  /// What the machine gave from moment to moment; absent where it was not watched.
  public var watch: Watch?

  /// The document of these findings, which are put in order.
  public init(machine: MachineIdentity, findings: [Finding], watch: Watch? = nil) {
    schema = Self.currentSchema
    self.watch = watch
    self.machine = machine
    let known: [Finding.Severity] = [.high, .medium, .low]
    self.findings =
      known.flatMap { severity in findings.filter { $0.severity == severity } }
      + findings.filter { !known.contains($0.severity) }
  }

  /// One thing that would spoil a measurement.
  public struct Finding: Codable, Hashable, Sendable {
    /// Its name for scripts: `huge-pages-off`.
    public var id: String
    /// How much it spoils.
    public var severity: Severity
    /// What was found, with the figures of this machine.
    public var what: String
    /// How it spoils a measurement.
    public var why: String
    /// How much it costs, on which machine and by which source; `unmeasured` where that is not
    /// known.
    public var cost: String
    /// The command line that mends it, to be run by a person: Tenfold runs none.
    public var mend: String

    /// A finding, whose cost is `unmeasured` unless one is given.
    public init(
      id: String, severity: Severity, what: String, why: String, cost: String = Self.unmeasured,
      mend: String
    ) {
      self.id = id
      self.severity = severity
      self.what = what
      self.why = why
      self.cost = cost
      self.mend = mend
    }

    /// What stands for a cost that is not known.
    public static let unmeasured = "not measured"
  }
}

extension DoctorDocument.Finding {
  /// How much a finding spoils; an open value, for a later version may know other grades.
  public struct Severity: RawRepresentable, Codable, Hashable, Sendable {
    /// The name in the document: `high`.
    public let rawValue: String

    /// The severity of that name, whether this version knows it or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Figures are wrong by it, or there are none.
    public static let high = Severity(rawValue: "high")
    /// Figures move by it, or are those of a part of the machine.
    public static let medium = Severity(rawValue: "medium")
    /// Worth knowing when figures surprise.
    public static let low = Severity(rawValue: "low")
  }
}
