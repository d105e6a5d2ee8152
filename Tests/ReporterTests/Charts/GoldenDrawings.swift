import Foundation
import Testing

@testable import Reporter

/// Compares a picture with the file that was looked at when it was last changed.
///
/// With TENFOLD_UPDATE_GOLDEN=1 in the environment the files are written instead, to be looked at.
func expectGolden(_ chart: Chart, _ name: String, _ location: SourceLocation = #_sourceLocation)
  throws
{
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Golden/\(name).svg")
  if ProcessInfo.processInfo.environment["TENFOLD_UPDATE_GOLDEN"] == "1" {
    try Data(chart.svg.utf8).write(to: file)
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  #expect(
    chart.svg == golden,
    "\(name).svg is drawn otherwise; look at it with TENFOLD_UPDATE_GOLDEN=1",
    sourceLocation: location)
}
