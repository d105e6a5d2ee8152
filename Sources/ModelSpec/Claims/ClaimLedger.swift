import FoundationEssentials

/// Published efficiency claims.
///
/// To add one, add one object to `Data/claims.json`; `Data/claims.schema.json` describes it.
public enum ClaimLedger {
  /// All claims, in the order of the data file.
  public static let claims: [Claim] = {
    do {
      return try DocumentCoding.decoder.decode([Claim].self, from: Data(EmbeddedText.claims.utf8))
    } catch {
      preconditionFailure("Data/claims.json: \(DocumentCoding.sentence(error))")
    }
  }()

  /// The claim of that id, `nil` when there is none.
  public static func claim(id: String) -> Claim? {
    claims.first { $0.id == id }
  }

  /// Ids that resemble `id`, most alike first; empty when none does.
  ///
  /// Alike are ids that contain every word of `id`, and ids that are few edits away: insertions,
  /// deletions and replacements of characters, at most a third of the length of `id`.
  public static func nearestIDs(to id: String, limit: Int = 3) -> [String] {
    // Longer input is no mistyped id, and comparing it would take quadratic time.
    guard !id.isEmpty, id.utf8.count <= 100 else { return [] }
    let wanted = id.lowercased()
    let words = wanted.split(separator: "-")
    let scored = claims.compactMap { claim -> (distance: Int, id: String)? in
      if !words.isEmpty, words.allSatisfy(claim.id.contains) { return (0, claim.id) }
      let distance = Catalogue.distance(wanted, claim.id)
      return distance <= wanted.utf8.count / 3 ? (distance, claim.id) : nil
    }
    return scored.sorted { ($0.distance, $0.id) < ($1.distance, $1.id) }
      .prefix(limit).map(\.id)
  }
}
