import ModelSpec
import Reporter
import Testing

/// Trials whose right answer is known, counted.
@Suite struct OperatingCharacteristicTests {
  private func trial(_ kind: String, dose: Double, verdict: CompareVerdict) -> GateTrial {
    var document = Sample.gate
    document.controls = []
    document.cells = [document.cells[0]]
    document.cells[0].verdict = verdict
    return GateTrial(
      kind: kind, edition: 1, dose: dose, neighbour: 0,
      confirmationSeconds: verdict == .regression ? 12 : 0, of: document)
  }

  @Test func linesAreReadAsTheyAreWritten() throws {
    let trial = trial("dose", dose: 0.05, verdict: .regression)
    #expect(try GateTrial(decoding: JSONLine.text(trial)) == trial)
    #expect(throws: RecordError.self) { try GateTrial(decoding: "{}") }
  }

  @Test func rowsAreOfKindAndDose() throws {
    let trials =
      [trial("dose", dose: 0.05, verdict: .pass), trial("aa", dose: 0, verdict: .pass)]
      + (0..<49).map { _ in trial("dose", dose: 0.05, verdict: .regression) }
    let rows = OperatingCharacteristic(of: trials).document.rows
    #expect(rows.map(\.kind) == ["aa", "dose"])
    let dose = try #require(rows.last)
    #expect(dose.regressions.hits == 49 && dose.regressions.of == 50 && dose.passes.hits == 1)
    // The interval of 49 hits in 50 by R's binom.test.
    #expect(abs(dose.regressions.low - 0.8935) < 1e-4)
    #expect(dose.confirmationSecondsMedian == 12)
    // The sample's head takes a sixteenth more, which the dose is not.
    #expect(dose.coverage.hits == 0)
    #expect(rows.first?.confirmationSecondsMedian == nil)
  }

  /// By hand: of 20 pairs of one side the p-value is 2⁻²⁰, of seven 1/128, which 1 % allows a cell alone, and not
  /// one that shares it.
  @Test(arguments: [(20, 1), (7, 0)])
  func aRegressionBesideAnother(pairs: Int, expected: Int) throws {
    var trial = trial("dose", dose: 0.05, verdict: .regression)
    trial.cells[0].confirmation = (0..<pairs).map { 0.05 + 1e-4 * Double($0) }
    trial.cells[0].deviationOfSlices = 0.05
    trial.suiteErrorRate = 0.01
    trial.confirmedCells = 1
    let row = try #require(OperatingCharacteristic(of: [trial]).document.rows.first)
    #expect(row.flagged.hits == 1 && row.regressionsBesideAnother.hits == expected)
    #expect(row.regressions.of == 1 && row.regressionsWhereQuiet.of == 0)
  }

  @Test func comparisonsAreCountedByKind() throws {
    let record = try NamedRecord(name: "base.json", timesOf: Sample.example("default-suite"))
    let pair = try ComparisonTrial.trials(base: record, head: record, tolerance: 0.03)
    let characteristic = OperatingCharacteristic(of: [], comparisons: pair + pair)
    let rows = try #require(characteristic.document.comparisons)
    #expect(rows.map(\.kind) == ["same", "tenth-pass-twice"])
    #expect(rows[0].passes.hits == 2 && rows[0].regressions.of == 2)
    #expect(rows[1].regressions.hits == 2 && rows[1].passes.hits == 0)
    #expect(TextPage.render(characteristic.page).contains("tenth-pass-twice"))
    #expect(OperatingCharacteristic(of: []).document.comparisons == nil)
  }

  @Test func nothingIsAPageToo() {
    #expect(OperatingCharacteristic(of: []).document.rows.isEmpty)
    #expect(TextPage.render(OperatingCharacteristic(of: []).page).contains("Operating"))
  }
}
