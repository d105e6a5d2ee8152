/// The JSON document `tenfold.claims/1`.
public struct ClaimsDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.claims/1"

  /// Name and version of the schema, `tenfold.claims/1` in what this version writes.
  public var schema: String
  /// The claims, in the ledger's order.
  public var claims: [Claim]

  /// A document of the current schema.
  public init(claims: [Claim]) {
    self.schema = Self.currentSchema
    self.claims = claims
  }
}
