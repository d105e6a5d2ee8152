import FoundationEssentials
import Reporter

/// A directory that takes drawings, each in a file of its own.
struct ChartDirectory {
  private let path: String

  /// Creates the directory where there is none, and checks that it can be written.
  ///
  /// - Throws: `Failure` with status 73.
  init(_ path: String) throws(Failure) {
    self.path = path
    guard !path.isEmpty else {
      throw Failure(.cannotCreate, "the name of the directory for --charts is empty; name one")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cannotCreate,
        "\(path) cannot be created (\(InputFile.reason(error))); name another directory for --charts"
      )
    }
    _ = try OutputFile("\(path)/chart.svg")
  }

  /// Writes each file whole or not at all, and says which were written.
  func write(_ files: [ChartFile]) throws(Failure) {
    if files.isEmpty { StandardStream.note("There is nothing to draw in these records.") }
    for file in files {
      let target = "\(path)/\(file.name)"
      try OutputFile(target).write([UInt8](file.text.utf8))
      StandardStream.note("Chart: \(target)")
    }
  }
}
