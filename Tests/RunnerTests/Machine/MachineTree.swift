import Foundation

@testable import Runner

/// A machine as its files show it, from a text under `Trees`.
///
/// Each line is a path, a tab and a line of that file. `cpu{0-7}` in a path stands for eight files, and
/// `{}` in their lines for the number of each. Lines that begin with `#` say what the machine is.
struct MachineTree {
  private(set) var files: [String: String] = [:]

  init(_ name: String) throws {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
    let text = try String(
      contentsOf: directory.appending(path: "Trees/\(name).txt"), encoding: .utf8)
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      for (path, number) in Self.paths(String(parts[0])) {
        let content = number.map { parts[1].replacing("{}", with: "\($0)") } ?? parts[1]
        files[path, default: ""] += content + "\n"
      }
    }
  }

  /// The machine with some files as `changes` has them; `nil` takes a file away.
  func with(_ changes: [String: String?]) -> MachineTree {
    var tree = self
    for (path, text) in changes { tree.files[path] = text }
    return tree
  }

  var probe: MachineProbe { MachineProbe(affinityCPUs: 1) { files[$0] } }

  private static func paths(_ path: String) -> [(path: String, number: Int?)] {
    guard let range = path.firstMatch(of: /\{(\d+)-(\d+)\}/), let first = Int(range.1),
      let last = Int(range.2)
    else { return [(path, nil)] }
    return (first...last).map { (path.replacing(range.0, with: "\($0)"), $0) }
  }
}
