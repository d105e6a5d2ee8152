import ModelSpec

/// The ledger, or one claim of it, for a reader.
public enum ClaimsReport {
  /// A page that lists claims.
  public static func page(listing claims: [Claim]) -> Page {
    let table = Table(
      columns: [
        .init("claim"), .init("claimed", .right), .init("metric"), .init("scope"),
        .init("by"),
      ],
      rows: claims.map { claim in
        Table.Row([
          .init(claim.id), .init(Figures.claimed(claim.ratio, claim.qualifier)),
          .init(claim.metric.words), .init(claim.scope.words), judge(of: claim),
        ])
      })
    return Page(
      [
        .title("Claims"), .table(table),
        .paragraph(
          "\(Figures.count(claims.count, "claim")): \(tally(claims)). tenfold claims ID shows one with its "
            + "source, its test and what counting says; tenfold report --all-claims judges all."),
      ] + YardstickTables().blocks)
  }

  /// What decides the claim: `cells`, `scenario`, `count`, `-`.
  private static func judge(of claim: Claim) -> Table.Entry {
    switch claim.test {
    case .cells: "cells"
    case .scenario: "scenario"
    case .count: "count"
    case .none: .init("-", tone: .faint)
    }
  }

  /// `27 by cells, 11 by scenarios, 39 by counting, 35 by nothing`.
  private static func tally(_ claims: [Claim]) -> String {
    let kinds: [(Verdict.Basis?, String)] = [
      (.measured, "by cells"), (.composed, "by scenarios"), (.counted, "by counting"),
      (nil, "by nothing"),
    ]
    return kinds.compactMap { basis, words in
      let count = claims.count { $0.test.basis == basis }
      return count == 0 ? nil : "\(count) \(words)"
    }.joined(separator: ", ")
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
    if let count = claim.counted(), count.saysSomething {
      add("Count", CountReason(claim, count).sentence)
    }
    add("Note", claim.notes)
    return Page([.title(claim.id), .facts(facts)])
  }

  private static func named(_ name: String, _ id: String?) -> String {
    id.map { "\(name) (\($0))" } ?? name
  }

  private static func test(of claim: Claim) -> String {
    switch claim.test {
    case .none(let reason, _): return "none: \(reason)"
    case .count: return "counting"
    case .scenario(let scenario, _):
      let assumptions = scenario.assumptions.sorted { $0.key < $1.key }
        .map { "\($0.key) = \(Figures.significant($0.value, digits: 6, trimmed: true))" }
      return (["scenario \(scenario.scenario)"] + assumptions).joined(separator: ", ")
    case .cells(let criteria, _):
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
    case .inferenceThroughput: "tokens per second"
    case .apiCost: "API cost"
    case .memory: "memory or KV cache"
    default: rawValue.replacing("-", with: " ")
    }
  }
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
