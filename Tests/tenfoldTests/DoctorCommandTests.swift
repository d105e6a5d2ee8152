import Foundation
import Testing

/// `tenfold doctor` from the outside, on whatever machine this is.
@Suite struct DoctorCommandTests {
  @Test func aDebugBuildIsAFindingAndNoFailure() throws {
    let outcome = try Executable.debug.run(
      ["doctor", "--format", "json"], environment: ["OPENBLAS_NUM_THREADS": "3"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let document = try outcome.json
    #expect(document["schema"] as? String == "tenfold.doctor/1")
    #expect(document["machine"] is [String: Any])
    let findings = try #require(document["findings"] as? [[String: Any]])
    let ids = findings.compactMap { $0["id"] as? String }
    #expect(ids.contains("debug-build") && ids.contains("blas-threads-told"), "\(ids)")
    for finding in findings {
      for key in ["id", "severity", "what", "why", "cost", "mend"] {
        #expect(finding[key] is String, "\(key) of \(finding)")
      }
    }
  }

  @Test(arguments: [
    ["--format", "text"], ["--format", "markdown"], ["--blas", "/nowhere/libnone.so"],
  ])
  func textFits100ColumnsAndNamesEveryMend(_ options: [String]) throws {
    let outcome = try Executable.debug.run(["doctor"] + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("swift build --configuration release"))
    #expect(options[0] != "--blas" || outcome.output.contains("blas-missing"))
    #expect(
      outcome.output.split(separator: "\n").count { $0.count > 100 } == 0
        || options[1] == "markdown")
  }

  @Test func anOptionThatIsNoneIsRefused() throws {
    #expect(try Executable.debug.run(["doctor", "--format", "csv"]).status == 64)
    for time in ["0s", "-1s", "soon"] {
      #expect(try Executable.debug.run(["doctor", "--watch", time]).status == 64, "\(time)")
    }
  }
}
