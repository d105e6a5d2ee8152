import Testing

@testable import Reporter

@Suite("Charts as files")
struct ChartFilesTests {
  @Test("have names of their own, also where two records are alike")
  func names() throws {
    let named = try NamedRecord(name: "same", record: Sample.suite)
    let files = Report(records: [named, named]).chartFiles
    #expect(!files.isEmpty)
    #expect(Set(files.map(\.name)).count == files.count)
    for file in files {
      #expect(file.name.hasSuffix(".svg"))
      #expect(file.text.hasPrefix("<?xml"))
    }
    #expect(Report(records: []).chartFiles.isEmpty)
  }
}
