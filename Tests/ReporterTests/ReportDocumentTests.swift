import FoundationEssentials
import ModelSpec
import Testing

@testable import Reporter

@Suite("tenfold.report/1")
struct ReportDocumentTests {
  private let report: Report

  init() throws {
    report = try Report(
      records: [NamedRecord(name: "suite.json", record: Sample.suite)], claims: Sample.claims,
      analytic: Sample.analytic)
  }

  @Test("has the keys that may be relied on")
  func keys() throws {
    var cell = Sample.suite.cells[0]
    cell.rooflineRatio = 5.1
    let report = try Report(
      records: [NamedRecord(name: "r", record: Sample.record([cell]))],
      claims: [try #require(ClaimLedger.claim(id: "mixtral-8x7b-6x-llama2-70b"))])
    #expect(
      try JSONText.render(report.document) == """
        {
          "curves" : [

          ],
          "records" : [
            {
              "cells" : 1,
              "cells_left_out" : 0,
              "cpu" : "AMD EPYC 9R14",
              "created" : "2026-11-21T15:00:00Z",
              "name" : "r",
              "status" : "complete"
            }
          ],
          "schema" : "tenfold.report/1",
          "verdicts" : [
            {
              "analytic" : 5.33,
              "analytic_feed_forward" : 5.33,
              "baseline" : "llama2-70b",
              "basis" : "measured",
              "best" : {
                "engine" : "blas",
                "precision" : "f32",
                "ratio" : 4.9,
                "routing" : "uniform",
                "threads" : 2,
                "tokens" : 1
              },
              "candidate" : "mixtral-8x7b",
              "claim" : "mixtral-8x7b-6x-llama2-70b",
              "claimed" : 6,
              "measured" : {
                "high" : 4.95,
                "low" : 4.85,
                "median" : 4.9,
                "scaled" : "1/8"
              },
              "qualifier" : "exactly",
              "reason" : "Reaches 4.9x (1 token per pass, scaled up from 1/8 of the width); FLOPs allow 5.33x in these feed-forward layers; time follows FLOPs.",
              "record" : "r",
              "roofline" : 5.1,
              "scope" : "whole-model",
              "verdict" : "falls-short"
            }
          ]
        }

        """)
  }

  @Test("lists no verdict for a record without cells")
  func empty() throws {
    let document = try Report(records: [NamedRecord(name: "r", record: Sample.record([]))]).document
    #expect(document.verdicts.isEmpty)
  }
}
