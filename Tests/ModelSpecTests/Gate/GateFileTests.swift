import LayerSpec
import ModelSpec
import Testing

@Suite struct GateFileTests {
  private func file(_ text: String) throws -> GateFile {
    try GateFile(decoding: Array(text.utf8))
  }

  @Test func readsWhatItSays() throws {
    let file = try file(
      """
      {"schema": "tenfold.gate-file/1", "detect": "2%", "budget": "5m", "threads": 1, "seed": 7,
       "suite": [{"models": ["olmoe-1b-7b", "llama3-8b"], "tokens": [1, 16], "precisions": ["f32", "bf16"]},
                 {"models": ["olmoe-1b-7b"], "tokens": [16]}],
       "bounds": [{"cells": "*/1-tokens/*", "detect": "5%"}], "command": "./bench"}
      """)
    #expect(file.detect == "2%" && file.seed == 7 && file.bounds?.first?.detect == "5%")
    let cells = GateFile.cells(of: file.suite ?? [], threads: 2)
    // Two models, two sizes and two formats; what the second group names is there already.
    #expect(cells.count == 8)
    #expect(
      cells.first?.id == "olmoe-1b-7b/ffn-forward/1-tokens/tile/f32/2-threads")
  }

  /// A key that is misspelt must not be ignored: the gate would accept what it was told not to.
  @Test(arguments: [
    (#"{"schema": "tenfold.gate-file/1", "tolerence": "1%"}"#, "tolerence"),
    (#"{"schema": "tenfold.gate-file/1", "suite": [{"models": [], "token": [1]}]}"#, "token"),
    (#"{"schema": "tenfold.gate-file/1", "bounds": [{"cell": "*"}]}"#, "cell"),
    (#"{"schema": "tenfold.gate-file/1", "suite": [{"tokens": [1]}]}"#, "models"),
    (#"{"schema": "tenfold.gate-file/1", "detect": 3}"#, "detect"),
    (#"{"schema": "tenfold.gate-file/2"}"#, "tenfold.gate-file/2"),
    (#"{"detect": "3%"}"#, "schema"),
    (#"[]"#, "an object"), (#"{"schema": "tenfold.gate-file/1""#, "JSON"),
  ])
  func refusesWhatItDoesNotKnow(text: String, named: String) {
    do {
      _ = try file(text)
      Issue.record("\(text) was read")
    } catch let error as RecordError {
      #expect(error.description.contains(named), "\(error)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test func usualSuiteHasTwentyCells() {
    let cells = GateFile.cells(of: GateFile.usualSuite, threads: 2)
    #expect(cells.count == 20)
    #expect(Set(cells.map(\.id)).count == 20)
    #expect(cells.allSatisfy { Catalogue.entry(id: $0.model) != nil && $0.precision.isKnown })
  }

  @Test func linesAreReadAsTheyAreWritten() throws {
    let sample = SampleLine(
      cell: "a b", seconds: 0.25, passes: 3, work: ["blas_calls": 4, "flopsOf": 1])
    #expect(try SampleLine(decoding: JSONLine.text(sample)) == sample)
    let hello = WorkerHello(cells: [.init(id: "x", work: ["y_z": 1]), .init(id: "q", fault: "no")])
    #expect(try WorkerHello(decoding: JSONLine.text(hello)) == hello)
    let request = PassRequest(cell: "x", first: 2, untimed: 0, passes: 1)
    #expect(try PassRequest(decoding: JSONLine.text(request)) == request)
    let order = WorkerOrder(
      cells: GateFile.cells(of: GateFile.usualSuite, threads: 1), seed: 1, checks: true)
    #expect(try WorkerOrder(decoding: JSONLine.text(order)) == order)
    #expect(!JSONLine.text(order).contains("\n"))
  }

  @Test(arguments: [
    #"{"schema": "tenfold.sample/1", "cell": "a", "seconds": 0}"#,
    #"{"schema": "tenfold.sample/1", "cell": "a", "seconds": -1}"#,
    #"{"schema": "tenfold.sample/1", "cell": "a", "seconds": 1e999}"#,
    #"{"schema": "tenfold.sample/1", "cell": "", "seconds": 1}"#,
    #"{"schema": "tenfold.sample/1", "cell": "a", "seconds": 1, "passes": 0}"#,
    #"{"schema": "tenfold.sample/2", "cell": "a", "seconds": 1}"#, #"{"cell": "a"}"#, "",
    "nonsense",
  ])
  func refusesLinesOfNoPass(line: String) {
    #expect(throws: RecordError.self) { try SampleLine(decoding: line) }
  }
}
