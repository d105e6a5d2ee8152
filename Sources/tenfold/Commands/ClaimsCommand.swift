import ArgumentParser
import ModelSpec
import Reporter

/// `tenfold claims`: the ledger, or one claim.
struct ClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims", abstract: "Lists published efficiency claims, or shows one.")

  @Argument(help: "A claim's id; without it the whole ledger is listed.")
  var id: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let claims = try claims()
    let page = id == nil ? ClaimsReport.page(listing: claims) : ClaimsReport.page(of: claims[0])
    try output.destination().write(output.render(page, document: ClaimsDocument(claims: claims)))
  }

  private func claims() throws(Failure) -> [Claim] {
    guard let id else { return ClaimLedger.claims }
    guard let claim = ClaimLedger.claim(id: id) else {
      throw Failure(
        .usage,
        "there is no claim '\(id)'; \(Suggestion.sentence(ClaimLedger.nearestIDs(to: id))) "
          + "(tenfold claims lists them)")
    }
    return [claim]
  }
}
