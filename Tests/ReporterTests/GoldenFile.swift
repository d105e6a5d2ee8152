import Foundation
import ModelSpec
import Testing

/// Compares a document with the file that was looked at when it was last changed.
///
/// With TENFOLD_UPDATE_GOLDEN=1 in the environment the file is written instead, to be looked at.
func expectGolden(
  _ document: String, file name: String, _ location: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["TENFOLD_UPDATE_GOLDEN"] == "1" {
    try Data(document.utf8).write(to: file)
  }
  let golden = try String(decoding: Data(contentsOf: file), as: UTF8.self)
  #expect(
    document == golden, "\(name) reads otherwise; look at it with TENFOLD_UPDATE_GOLDEN=1",
    sourceLocation: location)
}

extension Sample {
  /// A record of `Results/examples`.
  static func example(_ name: String) throws -> Record {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Results/examples/\(name).json")
    return try Record(decoding: [UInt8](Data(contentsOf: file)))
  }
}
