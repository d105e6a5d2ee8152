import Foundation
import ModelSpec
import Testing

@testable import Reporter

/// A record that this version would not write any more reads as it always did.
@Suite("A record of before visits") struct OldRecordTests {
  private func record() throws -> Record {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/default-suite-2026-11-21.json")
    return try Record(decoding: [UInt8](Data(contentsOf: file)))
  }

  @Test("is judged by its rounds, which were measured in one visit")
  func judged() throws {
    let named = try NamedRecord(name: "old.json", record: record())
    #expect(named.record.cells.count == 24 && named.record.cells.allSatisfy(\.isKnown))
    #expect(named.record.cells.allSatisfy { $0.rounds.allSatisfy { $0.visit == nil } })
    #expect(named.record.cells.allSatisfy { $0.fractionCheck == nil })
    let verdicts = Verdicts.judging(named)
    let mixtral = try #require(verdicts.first { $0.claim == "mixtral-8x7b-6x-llama2-70b" })
    #expect(mixtral.verdict == .fallsShort)
    // What that version printed.
    #expect(mixtral.measured.map(Figures.estimate) == "5.54x [5.43, 5.72]")
    #expect(mixtral.best?.conditions["tokens"] == .count(256))
  }

  @Test("is written again as it was read")
  func written() throws {
    let record = try record()
    #expect(try Record(decoding: record.encoded()) == record)
  }
}
