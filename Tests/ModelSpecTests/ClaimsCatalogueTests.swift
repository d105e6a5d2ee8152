import ModelSpec
import Testing

@Suite("Claims and the catalogue")
struct ClaimsCatalogueTests {
  /// What may stand in place of a model.
  private static let made = ["iso-active", "iso-total"]

  @Test("every model that a claim names by id is in the catalogue", arguments: ClaimLedger.claims)
  func ids(_ claim: Claim) {
    if let id = claim.modelID { #expect(Catalogue.entry(id: id) != nil, "\(id)") }
    if let id = claim.baselineID, !Self.made.contains(id) {
      #expect(Catalogue.entry(id: id) != nil, "\(id)")
    }
  }

  @Test("every claim that is tested names models whose layers are known")
  func tested() {
    for claim in ClaimLedger.claims where claim.test.criteria != nil {
      for id in [claim.modelID, claim.baselineID].compactMap(\.self) where !Self.made.contains(id) {
        #expect(Catalogue.architecture(id: id) != nil, "\(claim.id): \(id)")
      }
    }
  }
}
