import Testing

@testable import Reporter

/// Compares a picture with the file that was looked at when it was last changed.
func expectGolden(_ chart: Chart, _ name: String, _ location: SourceLocation = #_sourceLocation)
  throws
{
  try expectGolden(chart.svg, file: "\(name).svg", location)
}
