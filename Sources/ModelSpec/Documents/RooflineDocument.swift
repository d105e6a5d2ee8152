/// The JSON document `tenfold.roofline/1`.
public struct RooflineDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.roofline/1"

  /// Name and version of the schema, `tenfold.roofline/1` in what this version writes.
  public var schema: String
  /// The machine that was measured.
  public var machine: MachineIdentity
  /// Its ceilings, one for each number of threads and weight format.
  public var ceilings: [Ceiling]

  /// The document of these ceilings.
  public init(machine: MachineIdentity, ceilings: [Ceiling]) {
    schema = Self.currentSchema
    self.machine = machine
    self.ceilings = ceilings
  }
}
