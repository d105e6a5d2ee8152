import ModelSpec

/// Writes what two builds differ by as JUnit XML, which GitLab, Jenkins and others show beside a change.
///
/// One test case for what all cells together say, one for each control of a gate and one for each cell. A
/// regression is a failure; what is inconclusive or was not compared is skipped with its reason; a control
/// that did not come out as it must is an error, for the gate itself is in doubt; the rest passes. The schema
/// is that of Jenkins' xUnit plug-in (junit-10.xsd), of which GitLab reads a part.
public enum JUnitReport {
  /// The document, with its declaration and a newline at the end.
  public static func render(_ report: ChangeReport) -> String {
    let cases = [wholeCase(report)] + report.controls.map(testCase) + report.cells.map(testCase)
    func count(_ outcome: TestCase.Outcome) -> String {
      "\(cases.count { $0.outcome == outcome })"
    }
    let suite = Markup.element(
      "testsuite",
      [
        "name": report.title, "tests": "\(cases.count)", "failures": count(.failure),
        "errors": count(.error), "skipped": count(.skipped),
      ]
    ) {
      properties(report)
      cases.map(\.markup)
    }
    let document = Markup.element(
      "testsuites",
      [
        "name": report.title, "tests": "\(cases.count)", "failures": count(.failure),
        "errors": count(.error),
      ]
    ) { suite }
    return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + document.render(as: .xml) + "\n"
  }

  private static func properties(_ report: ChangeReport) -> Markup {
    let origins = [("base", report.base), ("head", report.head)].flatMap { place, origin in
      [(place, origin.name), ("\(place).commit", origin.commit ?? MachineIdentity.unknown)]
        + origin.facts.map { ("\(place).\($0.name)", $0.value) }
    }
    let values =
      origins + [("machine", report.machineInWords), ("fingerprint", report.machine.fingerprint)]
      + report.options.map { ($0.name, $0.value) } + [("verdict", report.verdict.rawValue)]
      + report.cautions.map { ("caution", $0) }
    return .element("properties") {
      values.map { name, value in
        Markup.element("property", ["name": name, "value": value])
      }
    }
  }

  private static func wholeCase(_ report: ChangeReport) -> TestCase {
    TestCase(
      classname: "tenfold", name: "all cells together", outcome: .init(report.verdict),
      message: ([report.summary] + report.cautions).joined(separator: " "))
  }

  private static func testCase(_ control: ChangeReport.Control) -> TestCase {
    TestCase(
      classname: "tenfold.controls", name: control.name,
      outcome: control.passed ? .success : .error, message: control.finding)
  }

  private static func testCase(_ cell: ChangeReport.Cell) -> TestCase {
    TestCase(
      classname: "tenfold.\(cell.id.prefix { $0 != "/" })", name: cell.id,
      outcome: .init(cell.verdict), message: "\(cell.verdict.rawValue): \(cell.reason)")
  }
}

/// A `testcase` element of a JUnit report.
private struct TestCase {
  enum Outcome {
    case success, failure, error, skipped

    init(_ verdict: CompareVerdict) {
      self =
        switch verdict {
        case .regression: .failure
        case .inconclusive: .skipped
        case .improvement, .pass: .success
        }
    }
  }

  let classname: String
  let name: String
  let outcome: Outcome
  let message: String

  var markup: Markup {
    .element("testcase", ["classname": classname, "name": name]) {
      switch outcome {
      case .success: Markup.element("system-out") { message }
      case .failure:
        Markup.element("failure", ["type": "regression", "message": message]) { message }
      case .error: Markup.element("error", ["type": "control", "message": message]) { message }
      case .skipped: Markup.element("skipped", ["message": message])
      }
    }
  }
}
