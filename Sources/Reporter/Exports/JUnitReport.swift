import ModelSpec

extension RecordComparison {
  /// The comparison as JUnit XML, which GitLab, Jenkins and others show beside a change.
  ///
  /// One test case for what all cells together say and one for each cell. A regression is a failure; what
  /// is inconclusive or was not compared is skipped with its reason; the rest passes. The schema is that of
  /// Jenkins' xUnit plug-in (junit-10.xsd), of which GitLab reads a part.
  public var junit: String {
    let cases = [wholeCase] + cells.map(testCase) + skippedCases
    let failures = cases.count { $0.outcome == .failure }
    let skipped = cases.count { $0.outcome == .skipped }
    let counts: KeyValuePairs<String, String?> = [
      "name": "tenfold compare", "tests": "\(cases.count)", "failures": "\(failures)",
      "errors": "0",
    ]
    let suite = Markup.element(
      "testsuite",
      [
        "name": "tenfold compare", "tests": "\(cases.count)", "failures": "\(failures)",
        "errors": "0", "skipped": "\(skipped)",
      ]
    ) {
      properties
      cases.map(\.markup)
    }
    let document = Markup.element("testsuites", counts) { suite }
    return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + document.render(as: .xml) + "\n"
  }

  private var properties: Markup {
    let origins = [("base", base), ("head", head)].flatMap { place, named in
      [
        (place, named.name), ("\(place).created", named.record.created),
        ("\(place).commit", named.commit ?? MachineIdentity.unknown),
        ("\(place).status", named.record.status.rawValue),
      ]
    }
    let values =
      origins + [
        ("machine", head.record.machine.hardware), ("tolerance", Figures.percent(tolerance)),
        ("verdict", verdict.rawValue),
      ] + cautions.map { ("caution", $0) }
    return .element("properties") {
      values.map { name, value in
        Markup.element("property", ["name": name, "value": value])
      }
    }
  }

  private var wholeCase: TestCase {
    TestCase(
      classname: "tenfold", name: "all cells together", outcome: .init(verdict),
      message: ([summary] + cautions).joined(separator: " "))
  }

  private func testCase(_ cell: ComparedCell) -> TestCase {
    let figures = ComparedQuantity.allCases.map { quantity in
      "\(quantity.name) \(cell.quantities[quantity].change.text)"
    }
    let verdict = ofBuilds(cell.verdict)
    return TestCase(
      classname: "tenfold.\(cell.cell.candidate)", name: cell.id, outcome: .init(verdict),
      message: "\(verdict.rawValue): \(figures.joined(separator: ", "))")
  }

  private var skippedCases: [TestCase] {
    uncompared.map {
      TestCase(classname: "tenfold", name: $0.id, outcome: .skipped, message: $0.reason)
    }
  }
}

/// A `testcase` element of a JUnit report.
private struct TestCase {
  enum Outcome {
    case success, failure, skipped

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
      case .skipped: Markup.element("skipped", ["message": message])
      }
    }
  }
}
