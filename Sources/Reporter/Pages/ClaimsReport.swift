import ModelSpec

/// The ledger, or one claim of it, for a reader.
public enum ClaimsReport {
  /// A page that lists claims.
  public static func page(listing claims: [Claim]) -> Page {
    let table = Table(
      columns: [
        .init("claim"), .init("claimed", .right), .init("metric"), .init("scope"),
      ],
      rows: claims.map { claim in
        Table.Row([
          .init(claim.id), .init(Figures.claimed(claim.ratio, claim.qualifier)),
          .init(claim.metric.words), .init(claim.scope.words),
        ])
      })
    let testable = claims.count(where: \.isTestable)
    return Page(
      [
        .title("Claims"), .table(table),
        .paragraph(
          "\(Figures.count(claims.count, "claim")), of which a kernel can test \(testable). "
            + "tenfold claims ID shows one with its source and its test."),
      ] + YardstickTables().blocks)
  }

  /// A page about one claim.
  public static func page(of claim: Claim) -> Page {
    var facts: [Page.Fact] = [
      .init(
        "Claimed", Figures.claimed(claim.ratio, claim.qualifier) + " (\(claim.metric.words))")
    ]
    func add(_ name: String, _ value: String?) {
      if let value { facts.append(.init(name, value)) }
    }
    add("In words", claim.wording)
    add("Arithmetic", claim.arithmetic)
    add("By", claim.claimant)
    add("Model", named(claim.model, claim.modelID))
    add("Baseline", named(claim.baseline, claim.baselineID))
    add("Conditions", claim.conditions ?? "none stated")
    add("Source", "\(claim.source.title), \(claim.source.place)")
    add("Address", claim.source.url)
    add("Provenance", claim.provenance.sentence)
    add("Scope", claim.scope.words)
    add("Test", test(of: claim))
    add("Note", claim.notes)
    return Page([.title(claim.id), .facts(facts)])
  }

  private static func named(_ name: String, _ id: String?) -> String {
    id.map { "\(name) (\($0))" } ?? name
  }

  private static func test(of claim: Claim) -> String {
    switch claim.test {
    case .none(let reason): return "none: \(reason)"
    case .cells(let criteria):
      return "\(criteria.workload), \(criteria.rowsInWords): "
        + MissingPairing(of: claim).measured().text
    }
  }
}

extension Claim.Metric {
  /// The metric in words: `inference FLOPs`.
  fileprivate var words: String {
    switch self {
    case .inferenceFLOPs: "inference FLOPs"
    case .apiCost: "API cost"
    case .memory: "memory or KV cache"
    default: rawValue.replacing("-", with: " ")
    }
  }
}

extension Claim.Scope {
  /// The scope in words: `whole model`.
  fileprivate var words: String { rawValue.replacing("-", with: " ") }
}

extension Claim.Provenance {
  /// How the source's words are known, for a reader.
  fileprivate var sentence: String {
    switch self {
    case .primary: "primary: the source itself was read"
    case .quotation: "quotation: known from others who quote it"
    case .memory: "memory: not checked against a text"
    }
  }
}
