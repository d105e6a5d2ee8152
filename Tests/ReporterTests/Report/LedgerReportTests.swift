import FoundationEssentials
import ModelSpec
import Testing

@testable import Reporter

@Suite("The report on the whole ledger")
struct LedgerReportTests {
  private static let alone = Report(records: [], judgesAll: true)

  @Test("names every claim with its verdict, grouped by basis, within 100 columns")
  func page() {
    let text = TextPage.render(Self.alone.page)
    for claim in ClaimLedger.claims { #expect(text.contains(claim.id), "\(claim.id)") }
    for line in text.split(separator: "\n") { #expect(String(line).displayWidth <= 100) }
    for title in ["Counted (", "To measure (", "To compose (", "Without a basis ("] {
      #expect(text.contains(title), "\(title)")
    }
  }

  @Test("tells on one screen how many claims rest on what")
  func summary() throws {
    let text = TextPage.render(Self.alone.brief())
    #expect(text.count { $0 == "\n" } <= 50)
    let all = try #require(text.split(separator: "\n").first { $0.hasPrefix("all ") })
    let counts = all.split(separator: " ").dropFirst().compactMap { Int($0) }
    #expect(counts.last == ClaimLedger.claims.count)
    #expect(counts.dropLast().reduce(0, +) == ClaimLedger.claims.count)
  }

  @Test("holds each claim against a record that speaks of it, and the others against arithmetic")
  func withRecord() throws {
    let named = try NamedRecord(name: "r", record: Sample.example("default-suite"))
    let report = Report(records: [named], judgesAll: true)
    #expect(report.verdicts.count == ClaimLedger.claims.count)
    #expect(Set(report.verdicts.map(\.claim)).count == ClaimLedger.claims.count)
    #expect(report.verdicts.contains { $0.basis == .measured && $0.record == "r" })
    #expect(report.others?.allSatisfy { $0.record == nil && $0.basis != .measured } == true)
    // Without being asked for, only claims about the record's models are judged.
    let usual = Report(records: [named])
    #expect(usual.others == nil && usual.verdicts.count == report.sections[0].verdicts.count)
    #expect(!TextPage.render(usual.page).contains("The whole ledger"))
    #expect(TextPage.render(usual.brief()).count { $0 == "\n" } <= 50)
  }

  @Test("counts a claim once, by the record that says most of it")
  func severalRecords() throws {
    let named = try NamedRecord(name: "r", record: Sample.example("default-suite"))
    // The same machine measured only the last cells, so that it has less of some claims.
    var part = named.record
    part.cells = Array(part.cells.suffix(3))
    let other = try NamedRecord(name: "part", record: part)
    for records in [[named, other], [other, named]] {
      let report = Report(records: records, judgesAll: true)
      #expect(report.verdicts.count > ClaimLedger.claims.count)
      let each = report.verdictOfEachClaim
      #expect(each.count == ClaimLedger.claims.count)
      #expect(Set(each.map(\.claim)).count == ClaimLedger.claims.count)
      let alone = Report(records: [named], judgesAll: true).verdicts
      for basis in Verdict.Basis.known {
        #expect(each.count { $0.basis == basis } == alone.count { $0.basis == basis }, "\(basis)")
      }
      let all = try #require(
        TextPage.render(report.brief()).split(separator: "\n").last { $0.hasPrefix("all ") })
      #expect(all.hasSuffix(" \(ClaimLedger.claims.count)"))
    }
  }

  @Test("carries bases in every form")
  func forms() throws {
    let named = try NamedRecord(name: "r", record: Sample.example("default-suite"))
    let report = Report(records: [named], judgesAll: true)
    let data = try DocumentCoding.encoder.encode(report.document)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""basis" : "counted""#) && text.contains(#""basis" : "measured""#))
    #expect(text.contains(#""analytic_interval" : {"#))
    let rows = CSVExport.render(verdicts: report.verdicts).split(separator: "\r\n")
    #expect(rows.count == ClaimLedger.claims.count + 1)
    #expect(rows[0].contains(",verdict,basis,reason,"))
    for page in [MarkdownPage.render(report.page), HTMLPage.render(report.illustratedPage)] {
      #expect(page.contains("Counted (") && page.contains("Measured ("))
    }
  }

  @Test("says that there is no record where the ledger is not asked for")
  func nothing() {
    #expect(TextPage.render(Report(records: []).page).contains("There is no record."))
  }
}
