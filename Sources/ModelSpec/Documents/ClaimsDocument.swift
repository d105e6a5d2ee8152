/// The JSON document `tenfold.claims/1`.
public struct ClaimsDocument: Codable, Hashable, Sendable {
  /// The schema this version writes.
  public static let currentSchema = "tenfold.claims/1"

  /// `tenfold.claims/1`.
  public var schema: String
  /// The claims.
  public var claims: [Claim]

  /// A document of the current schema.
  public init(claims: [Claim]) {
    self.schema = Self.currentSchema
    self.claims = claims
  }
}
